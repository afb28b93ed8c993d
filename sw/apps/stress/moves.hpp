// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "sw/apps/stress/job.hpp"

namespace guest {

/// A way of asking a channel to move a job's bytes: a row of a table.
struct Move {
  std::string_view name;
  bool (*suits)(const Job&);
  /// The next descriptor; null: there is none just now. Sets `moved`, `part` and `ready`.
  dma_async_tx_descriptor* (*prepare)(Job&, unsigned long flags);
};
/// The first one suits every job.
std::span<const Move> moves();

/// A way of ending what is under way: a row of a table.
struct Ending {
  std::string_view name;
  /// False: something was not as it must be. No callback comes afterwards.
  bool (*end)(dma_chan* channel, dma_cookie_t cookie, std::size_t most_left);
};
std::span<const Ending> endings();

/// Whether what the channel says of a transfer can be: the residue is at most what there is.
bool status_is_possible(dma_chan* channel, dma_cookie_t cookie, std::size_t most_left);

}  // namespace guest
