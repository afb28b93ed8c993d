// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <tlm>

#include "models/core/bus_extension.hpp"
#include "models/cpu/core_bus.hpp"

namespace linefill {

/// A core's bus interface unit over a TLM socket: for shells.
class BusUnit final : public CoreBus {
 public:
  using Socket = tlm::tlm_initiator_socket<64>;

  /// `catch_up`: see `CoreBus::catch_up`.
  BusUnit(Socket& socket, std::function<void()> catch_up);
  BusUnit(const BusUnit&) = delete;
  BusUnit& operator=(const BusUnit&) = delete;

  /// Without it, everything is taken for device registers.
  void set_memory_test(std::function<bool(PhysicalAddress)> is_memory) {
    is_memory_ = std::move(is_memory);
  }

  void set_outer(OuterMaintenance* outer) { outer_ = outer; }

  BusResponse transport(const CoreTransaction& transaction, Time& now) override;
  bool debug(bool write, PhysicalAddress address, std::span<std::byte> data) override;
  bool is_memory(PhysicalAddress address) override { return is_memory_ && is_memory_(address); }
  void catch_up() override { catch_up_(); }
  OuterMaintenance* outer() const override { return outer_; }

 private:
  Socket& socket_;
  std::function<void()> catch_up_;
  std::function<bool(PhysicalAddress)> is_memory_;
  OuterMaintenance* outer_ = nullptr;
  /// Kept for reuse. A second is under way when what the first starts at a device comes back by the
  /// coherency port, and has a line written down.
  std::deque<BusTransaction> transactions_;
  std::size_t depth_ = 0;
};

}  // namespace linefill
