// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/storage/mmci_bus.hpp"

namespace linefill {

/// The command path state machine (CPSM) of an MMCI, PL180 TRM 2.3.3.
class MmciCommandPath {
 public:
  explicit MmciCommandPath(MmciBus& bus) : bus_{bus} {}

  void reset();
  /// MCICommand was written with Enable set.
  void start(std::uint32_t command, std::uint32_t argument, Time now);
  /// MCICommand was written with Enable clear.
  void stop() { enter(Phase::kIdle, 0, Time{0}); }
  bool active() const { return phase_ != Phase::kIdle; }

  std::uint32_t response_command() const { return response_command_; }
  std::uint32_t response(unsigned word) const { return response_[word]; }

  void clock_changed(Time before, Time now) {
    timer_.clock_changed(before, now);
    recovery_.clock_changed(before, now);
  }
  /// A command with Pending set is let go when the data path is idle.
  void data_path_idle(Time now);
  Time next_event() const { return timer_.due(bus_.period); }
  /// What is due at `now` happens.
  void advance(Time now);

 private:
  enum class Phase : std::uint8_t { kIdle, kPend, kRecover, kSend, kWait, kReceive };

  void enter(Phase phase, std::int64_t clocks, Time now);
  void send(Time now);
  void sent(Time now);
  void received(Time now);
  bool take_response();
  bool without_crc() const;
  void finish(Time now);
  bool long_response() const;

  MmciBus& bus_;
  Phase phase_ = Phase::kIdle;
  ClockTimer timer_;
  ClockTimer recovery_;  ///< The CPSM stays idle for 8 clocks after a command (NCC, NRC).
  std::uint32_t command_ = 0;
  std::uint32_t argument_ = 0;
  SdResponse incoming_{};
  std::uint32_t response_command_ = 0;
  std::array<std::uint32_t, 4> response_{};
};

}  // namespace linefill
