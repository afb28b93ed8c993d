// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "models/core/log.hpp"
#include "models/core/register_table.hpp"
#include "models/system/power_control.hpp"

namespace linefill {

/// System registers of the Versatile Express motherboard, Motherboard Express uATX TRM (ARM DUI
/// 0447) chapter 4: identification, counters, flags, and the configuration bus behind SYS_CFG*.
class VexpressSysregBlock {
 public:
  /// Oscillators of the motherboard and of the CoreTile (DUI 0447 2.8.5, DUI 0448 2.4.3).
  static constexpr std::size_t kOscillators = 3;

  explicit VexpressSysregBlock(Log& log) : log_{log} { reset(); }

  static const RegisterTable<VexpressSysregBlock>& registers();
  void reset();
  /// The counters go on with it.
  void set_time(Time now) { now_ = now > now_ ? now : now_; }
  void set_card_present(bool present) { card_present_ = present; }
  void set_card_protected(bool is_protected) { card_protected_ = is_protected; }
  void set_power_handler(std::function<void(PowerEvent)> handler) {
    power_handler_ = std::move(handler);
  }
  void set_led_handler(std::function<void(std::uint32_t)> handler) {
    led_handler_ = std::move(handler);
  }

 private:
  void write_leds(std::uint32_t value, const RegisterContext& context);
  void set_flags(std::uint32_t value, const RegisterContext&) { flags_ |= value; }
  void clear_flags(std::uint32_t value, const RegisterContext&) { flags_ &= ~value; }
  void set_nonvolatile_flags(std::uint32_t value, const RegisterContext&) {
    nonvolatile_flags_ |= value;
  }
  void clear_nonvolatile_flags(std::uint32_t value, const RegisterContext&) {
    nonvolatile_flags_ &= ~value;
  }
  void write_config_control(std::uint32_t value, const RegisterContext& context);
  std::uint32_t flags() const { return flags_; }
  std::uint32_t nonvolatile_flags() const { return nonvolatile_flags_; }
  std::uint32_t config_control() const { return config_control_; }
  std::uint32_t card_status() const {
    return (card_present_ ? 1U : 0U) | (card_protected_ ? 2U : 0U);
  }
  std::uint32_t counter_100hz() const;
  std::uint32_t counter_24mhz() const;

  bool configure(std::uint32_t command);
  bool oscillator(std::uint32_t command);
  bool power(PowerEvent event);

  Log& log_;
  std::function<void(PowerEvent)> power_handler_;
  std::function<void(std::uint32_t)> led_handler_;
  Time now_{0};
  std::uint32_t leds_ = 0;
  std::uint32_t flags_ = 0;
  std::uint32_t nonvolatile_flags_ = 0;  ///< Survives a reset.
  std::uint32_t flash_ = 0;
  std::uint32_t config_switches_ = 0;
  std::uint32_t misc_ = 0;
  std::uint32_t dma_ = 0;
  std::uint32_t config_data_ = 0;
  std::uint32_t config_control_ = 0;
  std::uint32_t config_status_ = 0;
  bool card_present_ = false;
  bool card_protected_ = false;
  std::array<std::array<std::uint32_t, kOscillators>, 2> oscillators_hz_{};
};

}  // namespace linefill
