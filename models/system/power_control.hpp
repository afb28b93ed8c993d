// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace linefill {

/// What a guest asks of the board's power switch.
enum class PowerEvent : std::uint8_t { kPowerOff, kReboot };

/// A model through which the guest, or its watchdog, switches the board off or resets it.
class PowerControl {
 public:
  /// Called in the middle of the access, or when the watchdog expires. Without one the request is
  /// logged, and nothing happens.
  virtual void set_power_handler(std::function<void(PowerEvent)> handler) = 0;

 protected:
  ~PowerControl() = default;
};

}  // namespace linefill
