// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/mmci/mmci_host.hpp"

#include <algorithm>
#include <bit>

#include "sw/kernel/time.hpp"

namespace guest {

using namespace mmci;

namespace {

using R = MmciRegisters;

constexpr std::uint32_t kCommandTimeoutUs = 100'000;

}  // namespace

std::size_t MmcData::bytes() const {
  std::size_t sum = 0;
  for (const auto segment : segments) sum += segment.size();
  return sum;
}

void MmciHost::set_power(bool on) {
  constexpr std::uint32_t kSettleMs = 1;
  clock_hz_ = 0;
  wide_ = false;
  clock_ = 0;
  registers_.write(&R::clock, 0);
  registers_.write(&R::power, 0);
  if (!on) return;
  registers_.write(&R::power, kPowerUp);
  msleep(kSettleMs);
  registers_.write(&R::power, kPowerOn);
  msleep(kSettleMs);
}

std::uint32_t MmciHost::set_clock(std::uint32_t hz) {
  clock_ = 0;
  if (hz >= source_hz_) {
    clock_ = kClockEnable | kClockBypass;
    clock_hz_ = source_hz_;
  } else if (hz != 0) {
    const std::uint32_t divider = std::min((source_hz_ + 2 * hz - 1) / (2 * hz) - 1, kClockDivider);
    clock_ = kClockEnable | divider;
    clock_hz_ = source_hz_ / (2 * (divider + 1));
  } else {
    clock_hz_ = 0;
  }
  write_clock();
  return clock_hz_;
}

void MmciHost::set_wide_bus(bool wide) {
  wide_ = wide;
  write_clock();
}

void MmciHost::write_clock() {
  const std::uint32_t extra =
      (wide_ ? kClockWideBus : 0) | (variant_->flow_control ? kClockFlowControl : 0);
  registers_.write(&R::clock, clock_ == 0 ? 0 : clock_ | extra);
}

bool MmciHost::usable(const MmcData& data) const {
  const auto misfit = [](std::span<std::byte> s) {
    return s.empty() || s.size() % 4 != 0 || reinterpret_cast<std::uintptr_t>(s.data()) % 4 != 0;
  };
  const std::size_t bytes = data.bytes();
  return bytes != 0 && bytes <= kMaxDataLength && std::has_single_bit(data.block_bytes) &&
         bytes % data.block_bytes == 0 && data.segments.size() <= kMaxSegments &&
         std::none_of(data.segments.begin(), data.segments.end(), misfit);
}

Result<void> MmciHost::execute(MmcCommand& command, const MmcData* data) {
  if (data != nullptr && !usable(*data)) return Error::kInvalid;
  registers_.write(&R::clear, kStatic);
  events_ = 0;
  by_dma_ = false;
  bytes_left_ = 0;
  reinit_completion(&changed_);
  registers_.write(&R::mask0, kCommandEvents | (data != nullptr ? kDataEnd | kDataErrors : 0));
  // A read's data path starts before its command: the card may answer at once. A write's starts
  // after the response, which the card must have given before a block comes (NWR).
  Result<void> result;
  if (data != nullptr && !data->to_card()) result = start_data(*data);
  if (result) {
    start_command(command);
    result = wait_for_command(command);
  }
  if (result && data != nullptr && data->to_card()) result = start_data(*data);
  if (result && data != nullptr) result = wait_for_data(*data);
  registers_.write(&R::mask0, 0);
  if (data != nullptr) end_data(*data, bool{result});
  return result;
}

void MmciHost::start_command(const MmcCommand& command) {
  std::uint32_t control = command.index | kCommandEnable;
  if (command.response != MmcResponse::kNone) control |= kCommandResponse;
  if (command.response == MmcResponse::kR2) control |= kCommandLongResponse;
  registers_.write(&R::argument, command.argument);
  registers_.write(&R::command, control);
}

Result<void> MmciHost::wait_for_command(MmcCommand& command) {
  const std::uint32_t events = wait_for(kCommandEvents, kCommandTimeoutUs);
  registers_.write(&R::command, 0);
  if (events == 0 || (events & kCommandTimeOut) != 0) return Error::kTimeout;
  // R3 has no checksum, which this hardware reports as a wrong one.
  if ((events & kCommandCrcFail) != 0 && command.response != MmcResponse::kR3)
    return Error::kBadData;
  for (std::size_t i = 0; i < command.answer.size(); ++i) {
    command.answer[i] = registers_.read_relaxed(&R::response, i);
  }
  return {};
}

std::uint32_t MmciHost::wait_for(std::uint32_t events, std::uint32_t timeout_us) {
  std::uint32_t left = timeout_us;
  while ((events_ & events) == 0 && left != 0) {
    left = static_cast<std::uint32_t>(wait_for_completion_timeout(&changed_, left));
  }
  return events_ & events;
}

}  // namespace guest
