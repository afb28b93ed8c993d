// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/checker/function_hooks.hpp"
#include "models/checker/ledger.hpp"
#include "models/checker/symbols.hpp"

namespace linefill {

/// One DMA transfer, as the time its steps took. A step that did not happen, or that no hook saw,
/// has no time: kNever.
struct Transfer {
  /// What is moved, as dmaengine says it; kOther where it was not asked.
  enum class Kind : std::uint8_t { kDeviceToMemory, kMemoryToDevice, kMemoryToMemory, kOther };
  static constexpr std::array<std::string_view, 4> kKindNames{
      "device_to_memory", "memory_to_device", "memory_to_memory", "other"};

  Kind kind = Kind::kOther;
  std::string device;
  std::uint32_t bytes = 0;
  Time map{kNever};  ///< Of all mappings made for it: one that serves several is the first's.
  Time submit_to_first_beat{kNever};
  Time data{kNever};
  Time interrupt_to_callback{kNever};
  Time unmap{kNever};  ///< Likewise; of one that served several, the last's.
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

/// Collects transfers, from hooks on functions of the guest: from a doorbell (`issue_pending`) to
/// the callback, with the mappings that the device touched between. Without those functions a
/// transfer is what happened between the map and the unmap. Transfers that overlap, on several
/// channels, count as one.
class TransferLog {
 public:
  TransferLog(FunctionHooks& hooks, Ledger& ledger, const Symbols& symbols);

  const std::vector<Transfer>& all() const { return transfers_; }
  /// How many there are of a kind, and how many bytes they moved.
  std::uint64_t count(Transfer::Kind kind) const;
  std::uint64_t bytes(Transfer::Kind kind) const;
  /// The mean of a step over the transfers of a kind that have it; kNever if none has.
  Time mean(Transfer::Kind kind, const TransferStep& step) const;

 private:
  /// What was prepared on a channel and waits for its doorbell.
  struct Prepared {
    Transfer::Kind kind = Transfer::Kind::kOther;
    std::uint32_t bytes = 0;
  };

  void hook_preparations(FunctionHooks& hooks, const Symbols& symbols);
  void submitted(std::uint32_t channel, Time now);
  void called_back(Time now);
  void unmapped(const Mapping& mapping);
  void record(Transfer transfer);
  void take(const Mapping& mapping);
  Time interrupt_before(Time callback) const;

  Ledger& ledger_;
  std::vector<Transfer> transfers_;
  std::map<std::uint32_t, Prepared> prepared_;  ///< By the channel's address.
  /// By the live mapping's device and the address it has for it.
  std::map<std::pair<std::string, std::uint32_t>, std::size_t> transfer_of_;
  std::vector<Time> interrupts_;  ///< Since the last doorbell.
  Transfer running_{};
  bool is_running_ = false;
  Time submitted_{kNever};
  Time first_beat_{kNever};
  Time last_beat_{};
  Time last_map_{kNever};    ///< When the last call began whose time was counted:
  Time last_unmap_{kNever};  ///< one call maps a whole scatterlist.
};

}  // namespace linefill
