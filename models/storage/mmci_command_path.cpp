// SPDX-License-Identifier: Apache-2.0
#include "models/storage/mmci_command_path.hpp"

#include "models/storage/crc.hpp"

namespace linefill {

using namespace mci_status;

namespace {

// MCICommand, PL180 TRM 3.3.4.
constexpr std::uint32_t kIndex = 0x3F;
constexpr std::uint32_t kResponse = 1U << 6;
constexpr std::uint32_t kLongRsp = 1U << 7;
constexpr std::uint32_t kInterrupt = 1U << 8;
constexpr std::uint32_t kPending = 1U << 9;

constexpr unsigned kCommandClocks = 48;
constexpr unsigned kShortClocks = 48;
constexpr unsigned kLongClocks = 136;
constexpr unsigned kResponseTimeout = 64;
constexpr unsigned kIdleClocks = 8;

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

bool MmciCommandPath::long_response() const { return (command_ & kLongRsp) != 0; }

void MmciCommandPath::reset() {
  stop();
  recovery_.stop();
  response_command_ = 0;
  response_ = {};
}

void MmciCommandPath::enter(Phase phase, std::int64_t clocks, Time now) {
  phase_ = phase;
  if (clocks != 0) {
    timer_.start(clocks, now);
  } else {
    timer_.stop();
  }
}

void MmciCommandPath::start(std::uint32_t command, std::uint32_t argument, Time now) {
  if (active()) {
    bus_.log.guest_error("command ", command & kIndex,
                         " written while another is on its way: ignored");
    return;
  }
  command_ = command;
  argument_ = argument;
  if ((command & kPending) != 0) {
    enter(Phase::kPend, 0, now);
  } else {
    send(now);
  }
}

void MmciCommandPath::data_path_idle(Time now) {
  if (phase_ == Phase::kPend) send(now);
}

void MmciCommandPath::send(Time now) {
  const Time rested = recovery_.due(bus_.period);
  std::int64_t wait = 0;
  if (rested != kNever && rested > now) wait = (rested - now + bus_.period - Time{1}) / bus_.period;
  enter(Phase::kSend, wait + kCommandClocks, now);
}

void MmciCommandPath::advance(Time now) {
  while (next_event() <= now) {
    const Time at = next_event();
    switch (phase_) {
      case Phase::kSend:
        sent(at);
        break;
      case Phase::kWait:
        bus_.status |= kCmdTimeOut;
        ++bus_.counters.timeouts;
        finish(at);
        break;
      case Phase::kReceive:
        received(at);
        break;
      default:
        timer_.stop();
        break;
    }
  }
}

void MmciCommandPath::sent(Time now) {
  ++bus_.counters.commands;
  incoming_ = {};
  if (bus_.card != nullptr) {
    incoming_ =
        bus_.card->command(sd_command_frame(command_ & kIndex, argument_), now, bus_.period);
  }
  if ((command_ & kResponse) == 0) {
    bus_.status |= kCmdSent;
    finish(now);
  } else if (incoming_.bits != 0) {
    enter(Phase::kReceive, incoming_.delay_clocks + (long_response() ? kLongClocks : kShortClocks),
          now);
  } else {
    // With Interrupt set the timer is off: only clearing Enable ends the wait.
    enter(Phase::kWait, (command_ & kInterrupt) != 0 ? 0 : kResponseTimeout, now);
  }
}

/// Keeps the response; false if its CRC is wrong. R3 has none, and fails as on hardware.
bool MmciCommandPath::take_response() {
  auto& frame = incoming_.frame;
  for (std::size_t i = incoming_.bits / 8; i < frame.size(); ++i)
    frame[i] = 0xFF;  // The line is pulled up.
  response_command_ = frame[0] & kIndex;
  for (unsigned i = 0; i < 4; ++i) response_[i] = big_endian(&frame[1 + 4 * i]);
  if (long_response()) {
    response_[3] &= ~1U;
    return crc7(std::span{frame}.subspan(1, 15)) == frame[16] >> 1;
  }
  for (unsigned i = 1; i < 4; ++i) response_[i] = 0;
  return crc7(std::span{frame}.first(5)) == frame[5] >> 1;
}

/// R3: index and CRC are all ones (SD specification 4.9.4). Nothing was damaged, whatever the flag
/// says.
bool MmciCommandPath::without_crc() const {
  constexpr std::uint8_t kOnes = 0xFF;
  return !long_response() && response_command_ == kIndex && incoming_.frame[5] == kOnes;
}

void MmciCommandPath::received(Time now) {
  if (take_response()) {
    bus_.status |= kCmdRespEnd;
  } else {
    bus_.status |= kCmdCrcFail;
    if (!without_crc()) ++bus_.counters.crc_errors;
  }
  finish(now);
}

void MmciCommandPath::finish(Time now) {
  enter(Phase::kIdle, 0, now);
  recovery_.start(kIdleClocks, now);
}

}  // namespace linefill
