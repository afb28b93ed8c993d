// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "sw/dma/mapping.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/completion.hpp"

namespace guest {

/// Traffic beside which something else is measured: a channel that copies one half of coherent
/// memory to the other, again and again from `start` to `stop`, one descriptor at a time.
class CopyLoad {
 public:
  static constexpr std::size_t kBytes = 256U << 10;  ///< Of one copy.

  CopyLoad() = default;
  CopyLoad(const CopyLoad&) = delete;
  CopyLoad& operator=(const CopyLoad&) = delete;

  /// The first copy is on its way then; kBusy without a channel, kOutOfMemory.
  Result<void> start();
  /// Returns how many copies were made, when the last has ended; kIo if one failed, kTimeout if one
  /// does not end. Channel and memory are free then.
  Result<unsigned> stop();

 private:
  Result<void> submit();
  static void on_done(void* self, const dmaengine_result* result);

  std::optional<DmaChannel> channel_;
  std::optional<CoherentMemory> memory_;
  completion done_;
  volatile bool stopping_ = false;
  volatile bool failed_ = false;
  volatile unsigned copies_ = 0;
};

}  // namespace guest
