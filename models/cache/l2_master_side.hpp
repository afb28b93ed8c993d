// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "models/bus/bus_port.hpp"
#include "models/cache/l2_monitor.hpp"
#include "models/core/address.hpp"

namespace linefill {

/// The way from an L2C-310 to memory: its master port, and the eviction buffers in which written
/// data wait there. An error response raises the interrupt of its kind. Functions may be
/// re-entered: a write may reach the controller's own registers.
class L2MasterSide {
 public:
  L2MasterSide(BusPort& port, L2Monitor& monitor) : port_{port}, monitor_{monitor} {}

  /// Waits for the data.
  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now);
  /// Waits for the response.
  BusResponse write(PhysicalAddress address, std::span<const std::byte> data,
                    const Attributes& attributes, Time& now);
  /// Writes the bytes of `mask` through an eviction buffer: waits only until one is free. Each run
  /// of bytes is one transaction, so that nothing below has to understand strobes.
  void post(LineNumber line, std::span<const std::byte, kLineBytes> data, ByteMask mask,
            const Attributes& attributes, Time& now);
  /// When all that was posted has ended.
  Time quiet_at() const;

  /// The error that comes back is from the controller's own registers: it is no error of L3.
  void expect_own_error() { own_error_ = true; }

 private:
  static constexpr unsigned kEvictionBuffers = 3;

  BusResponse note(BusResponse response);

  BusPort& port_;
  L2Monitor& monitor_;
  std::array<Time, kEvictionBuffers> busy_until_{};
  bool own_error_ = false;
};

}  // namespace linefill
