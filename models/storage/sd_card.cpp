// SPDX-License-Identifier: Apache-2.0
#include "models/storage/sd_card.hpp"

#include <algorithm>
#include <cassert>

#include "models/storage/crc.hpp"
#include "models/storage/sd_protocol.hpp"
#include "models/storage/sd_registers.hpp"

namespace linefill {

using namespace sd;

SdCommandFrame sd_command_frame(unsigned index, std::uint32_t argument) {
  SdCommandFrame frame{static_cast<std::uint8_t>(0x40U | index)};
  for (unsigned i = 0; i < 4; ++i)
    frame[1 + i] = static_cast<std::uint8_t>(argument >> (24 - 8 * i));
  frame[5] = static_cast<std::uint8_t>(crc7(std::span{frame}.first(5)) << 1 | 1);
  return frame;
}

SdCard::SdCard(std::unique_ptr<BlockDevice> storage, std::optional<SdCapacity> capacity,
               const SdTiming& timing)
    : storage_{std::move(storage)},
      timing_{timing},
      geometry_{SdGeometry::of(storage_->sectors(), capacity)} {}

void SdCard::power_cycle() {
  go_idle_state(0);
  errors_ = 0;
  application_ = false;
  busy_until_ = Time{0};
  password_.power_on();
}

namespace {

/// Any other command ends an erase sequence that was begun (4.3.5).
bool continues_erase(unsigned index) {
  constexpr unsigned kSendStatus = 13;
  return index == 32 || index == 33 || index == 38 || index == kSendStatus;
}

}  // namespace

SdResponse SdCard::command(const SdCommandFrame& frame, Time now, Time period) {
  now_ = now;
  period_ = period;
  settle(now, period);
  if (state_ == State::kInactive) return {};
  const bool application = application_;
  application_ = false;
  if (crc7(std::span{frame}.first(5)) != frame[5] >> 1) {
    errors_ |= kComCrcError;
    return {};
  }
  const unsigned index = frame[0] & 0x3FU;
  const Command* found = find(index, application);
  if (found == nullptr || (found->states & in(state_)) == 0 ||
      (password_.locked() && !found->when_locked)) {
    errors_ |= kIllegalCommand;
    return {};
  }
  if ((erase_first_ || erase_last_) && !continues_erase(index)) {
    erase_first_.reset();
    erase_last_.reset();
    errors_ |= kEraseReset;
  }
  application_in_hand_ = found->application;
  const std::uint32_t argument = std::uint32_t{frame[1]} << 24 | std::uint32_t{frame[2]} << 16 |
                                 std::uint32_t{frame[3]} << 8 | frame[4];
  SdResponse response = (this->*found->handler)(argument);
  if (index != 23) block_count_ = 0;
  if (response.bits == 0) return response;
  if (take_fault(SdFault::kNoResponse)) return {};
  if (take_fault(SdFault::kResponseCrc)) response.frame[response.bits / 8 - 1] ^= 0x10;
  return response;
}

bool SdCard::take_fault(SdFault fault) {
  if (fault_ != fault) return false;
  fault_ = SdFault::kNone;
  return true;
}

/// Lets what time alone ends, end.
void SdCard::settle(Time now, Time period) {
  if (state_ == State::kProgram && now >= busy_until_) state_ = State::kTransfer;
  if (state_ == State::kDisconnect && now >= busy_until_) state_ = State::kStandby;
  if (state_ == State::kData && !in_flight_) next_block(now, period);
}

SdResponse SdCard::short_response(unsigned index, std::uint32_t content) const {
  SdResponse response{48, kResponseClocks, {}};
  response.frame.fill(0xFF);
  response.frame[0] = static_cast<std::uint8_t>(index);
  for (unsigned i = 0; i < 4; ++i)
    response.frame[1 + i] = static_cast<std::uint8_t>(content >> (24 - 8 * i));
  response.frame[5] = static_cast<std::uint8_t>(crc7(std::span{response.frame}.first(5)) << 1 | 1);
  return response;
}

SdResponse SdCard::long_response(const LongRegister& content) const {
  SdResponse response{136, kResponseClocks, {}};
  response.frame[0] = 0x3F;
  std::copy(content.begin(), content.end(), response.frame.begin() + 1);
  return response;
}

/// Card status as of now; the errors in it are then reported and forgotten.
SdResponse SdCard::r1(unsigned index) {
  std::uint32_t status = errors_ | static_cast<std::uint32_t>(state_) << kStateShift;
  if (now_ >= busy_until_) status |= kReadyForData;
  if (password_.locked()) status |= kCardIsLocked;
  if (application_ || application_in_hand_) status |= kApplicationCommand;
  errors_ = 0;
  return short_response(index, status);
}

/// R1 with an error that is found before anything is done.
SdResponse SdCard::refuse(unsigned index, std::uint32_t error) {
  errors_ |= error;
  return r1(index);
}

std::uint64_t SdCard::blocks_of(bool multiple) const {
  if (!multiple) return 1;
  return block_count_ != 0 ? block_count_ : kEndless;
}

void SdCard::schedule_data(Time access) {
  const auto response_clocks = kResponseClocks + 48;
  data_start_ = now_ + period_ * response_clocks + std::max(access, period_ * kReadGapClocks);
  state_ = State::kData;
  in_flight_ = false;
}

SdResponse SdCard::send_register(unsigned index, std::span<const std::uint8_t> bytes) {
  const SdResponse response = r1(index);
  std::copy(bytes.begin(), bytes.end(), buffer_.begin());
  buffer_bytes_ = bytes.size();
  memory_data_ = false;
  remaining_ = 1;
  schedule_data(timing_.register_access);
  return response;
}

SdResponse SdCard::start_read(unsigned index, std::uint32_t argument, bool multiple) {
  if (!on_card(argument)) return refuse(index, kOutOfRange);
  position_ = byte_of(argument);
  if (crosses_sector()) return refuse(index, kAddressError);
  const SdResponse response = r1(index);
  memory_data_ = true;
  buffer_bytes_ = memory_block();
  remaining_ = blocks_of(multiple);
  schedule_data(timing_.read_access);
  return response;
}

std::optional<Time> SdCard::next_block(Time from, Time period) {
  if (state_ != State::kData || in_flight_) return std::nullopt;
  if (data_start_ < from && period > Time{0}) {
    const Time pitch = period * (block_clocks(buffer_bytes_, wide_) + kReadGapClocks);
    const auto gone = static_cast<std::uint64_t>((from - data_start_ + pitch - Time{1}) / pitch);
    data_start_ += pitch * static_cast<std::int64_t>(gone);
    if (memory_data_) position_ += gone * buffer_bytes_;
    if (remaining_ != kEndless) remaining_ -= std::min(gone, remaining_);
  }
  if (remaining_ == 0) {
    state_ = State::kTransfer;
    return std::nullopt;
  }
  if (memory_data_ && (position_ / kSectorBytes >= sectors() || crosses_sector())) {
    errors_ |= crosses_sector() ? kAddressError : kOutOfRange;
    return std::nullopt;
  }
  if (take_fault(SdFault::kNoData)) {
    state_ = State::kTransfer;
    return std::nullopt;
  }
  return data_start_;
}

SdBlock SdCard::send_block() {
  assert(state_ == State::kData && !in_flight_);
  if (memory_data_) {
    Sector sector;
    storage_->read(position_ / kSectorBytes, sector);
    const auto from = sector.begin() + static_cast<std::ptrdiff_t>(position_ % kSectorBytes);
    std::copy_n(from, buffer_bytes_, buffer_.begin());
  }
  in_flight_ = true;
  SdBlock block{std::span{buffer_}.first(buffer_bytes_), 0, wide_,
                take_fault(SdFault::kSkewedStart)};
  block.crc = block_crc(block.data, wide_);
  if (take_fault(SdFault::kDataCrc)) block.crc ^= 1;
  return block;
}

bool SdCard::block_sent(Time now, Time period) {
  if (!in_flight_) return false;
  in_flight_ = false;
  position_ += buffer_bytes_;
  if (remaining_ != kEndless && --remaining_ == 0) state_ = State::kTransfer;
  data_start_ = now + period * kReadGapClocks;
  return true;
}

}  // namespace linefill
