// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/checker/function_hooks.hpp"
#include "models/checker/ledger.hpp"
#include "models/checker/symbols.hpp"

namespace linefill {

/// One DMA transfer, as the time its steps took. A step that did not happen has no time: kNever.
struct Transfer {
  std::string device;
  DmaDirection direction{};
  std::uint32_t bytes = 0;
  Time map{kNever};
  Time submit_to_first_beat{kNever};
  Time data{kNever};
  Time interrupt_to_callback{kNever};
  Time unmap{kNever};
};

/// The steps of a transfer in the order they happen, as the report calls them.
struct TransferStep {
  std::string_view name;
  Time Transfer::*time;
};
inline constexpr std::array<TransferStep, 5> kTransferSteps{{
    {"map", &Transfer::map},
    {"submit_to_first_beat", &Transfer::submit_to_first_beat},
    {"data", &Transfer::data},
    {"interrupt_to_callback", &Transfer::interrupt_to_callback},
    {"unmap", &Transfer::unmap},
}};

/// Collects transfers: mappings that ended, with the moments of the doorbell, the interrupt and the
/// callback that lie around their data, all seen by hooks on functions of the guest.
class TransferLog {
 public:
  TransferLog(FunctionHooks& hooks, Ledger& ledger, const Symbols& symbols);

  const std::vector<Transfer>& all() const { return transfers_; }
  /// The mean of a step over the transfers that have it; kNever if none has.
  Time mean(const TransferStep& step) const;

 private:
  void ended(const Mapping& mapping);

  std::vector<Transfer> transfers_;
  std::vector<Time> submits_;
  std::vector<Time> interrupts_;
  std::vector<Time> callbacks_;
};

}  // namespace linefill
