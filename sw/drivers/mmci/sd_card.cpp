// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/mmci/sd_card.hpp"

#include <algorithm>

#include "sw/kernel/time.hpp"

namespace guest {

namespace {

// Commands: SD specification, 4.7.4.
constexpr unsigned kGoIdleState = 0;
constexpr unsigned kAllSendCid = 2;
constexpr unsigned kSendRelativeAddress = 3;
constexpr unsigned kSelectCard = 7;
constexpr unsigned kSendInterfaceCondition = 8;
constexpr unsigned kSendCsd = 9;
constexpr unsigned kStopTransmission = 12;
constexpr unsigned kSendStatus = 13;
constexpr unsigned kReadSingleBlock = 17;
constexpr unsigned kReadMultipleBlock = 18;
constexpr unsigned kWriteBlock = 24;
constexpr unsigned kWriteMultipleBlock = 25;
constexpr unsigned kEraseFirst = 32;
constexpr unsigned kEraseLast = 33;
constexpr unsigned kErase = 38;
constexpr unsigned kApplicationCommand = 55;
constexpr unsigned kSetBusWidth = 6;              // Application.
constexpr unsigned kSendOperationCondition = 41;  // Application.
constexpr unsigned kSendScr = 51;                 // Application.

constexpr std::uint32_t kInterfaceCondition = 0x1AA;  // 2.7 to 3.6 V, check pattern 0xAA.
constexpr std::uint32_t kVoltages = 0x00FF'8000;
constexpr std::uint32_t kHighCapacity = 1U << 30;
constexpr std::uint32_t kPoweredUp = 1U << 31;
constexpr std::uint32_t kFourBits = 2;
constexpr std::uint32_t kErrorBits = 0xFDF9'0008;  // R1: everything that says a command went wrong.
constexpr std::uint32_t kOutOfRange = 1U << 31;
constexpr std::uint32_t kStateShift = 9;
constexpr std::uint32_t kTransferState = 4;

constexpr std::uint32_t kIdentificationHz = 400'000;
constexpr std::uint32_t kDefaultSpeedHz = 25'000'000;
constexpr std::uint32_t kPowerUpMs = 1000;
constexpr std::uint32_t kBusyMs = 500;
constexpr unsigned kAttempts = 3;

/// Bits [high:low] of a 128-bit register in four words, the upper first.
std::uint32_t bits(const std::array<std::uint32_t, 4>& words, unsigned high, unsigned low) {
  std::uint32_t value = 0;
  for (unsigned bit = high + 1; bit-- > low;)
    value = value << 1 | (words[3 - bit / 32] >> bit % 32 & 1);
  return value;
}

}  // namespace

Result<std::uint32_t> SdCard::send(unsigned index, std::uint32_t argument, MmcResponse response) {
  MmcCommand command{index, argument, response, {}};
  if (const Result<void> result = host_.execute(command); !result) return result.error();
  if (response == MmcResponse::kR1 && (command.answer[0] & kErrorBits) != 0) return Error::kIo;
  return command.answer[0];
}

Result<std::uint32_t> SdCard::send_application(unsigned index, std::uint32_t argument,
                                               MmcResponse response) {
  if (const auto prefix = send(kApplicationCommand, address()); !prefix) return prefix.error();
  return send(index, argument, response);
}

Result<void> SdCard::initialise() {
  blocks_ = 0;
  relative_address_ = 0;
  wide_ = false;
  host_.set_power(true);
  host_.set_wide_bus(false);
  clock_hz_ = host_.set_clock(kIdentificationHz);
  msleep(1);  // At least 74 clocks.
  if (const auto idle = send(kGoIdleState, 0, MmcResponse::kNone); !idle) return idle.error();
  // Only cards of version 2 answer; only to such may high capacity be offered.
  const auto condition = send(kSendInterfaceCondition, kInterfaceCondition, MmcResponse::kR7);
  // To the others it was an illegal command, which they would report in the next response.
  if (!condition) {
    if (const auto idle = send(kGoIdleState, 0, MmcResponse::kNone); !idle) return idle.error();
  }
  if (condition && (*condition & 0xFFF) != kInterfaceCondition) return Error::kUnsupported;
  if (const auto up = power_up(bool{condition}); !up) return up;
  if (const auto identified = identify(); !identified) return identified;
  if (const auto widened = widen_bus(); !widened) return widened;
  clock_hz_ = host_.set_clock(std::min(host_.max_clock(), kDefaultSpeedHz));
  return {};
}

Result<void> SdCard::power_up(bool version_2) {
  const std::uint32_t offer = kVoltages | (version_2 ? kHighCapacity : 0);
  for (const Deadline deadline = Deadline::in_ms(kPowerUpMs);;) {
    const auto ocr = send_application(kSendOperationCondition, offer, MmcResponse::kR3);
    if (!ocr) return ocr.error() == Error::kTimeout ? Error::kNoDevice : ocr.error();
    if ((*ocr & kPoweredUp) != 0) {
      high_capacity_ = (*ocr & kHighCapacity) != 0;
      return (*ocr & kVoltages) != 0 ? Result<void>{} : Result<void>{Error::kUnsupported};
    }
    if (deadline.passed()) return Error::kTimeout;
    msleep(1);
  }
}

Result<void> SdCard::identify() {
  if (const auto cid = send(kAllSendCid, 0, MmcResponse::kR2); !cid) return cid.error();
  const auto published = send(kSendRelativeAddress, 0, MmcResponse::kR6);
  if (!published) return published.error();
  relative_address_ = *published >> 16;
  if (const auto capacity = read_capacity(); !capacity) return capacity;
  if (const auto selected = send(kSelectCard, address()); !selected) return selected.error();
  const auto ready = wait_ready();
  return ready ? Result<void>{} : Result<void>{ready.error()};
}

// CSD: SD specification, 5.3.
Result<void> SdCard::read_capacity() {
  MmcCommand command{kSendCsd, address(), MmcResponse::kR2, {}};
  if (const Result<void> result = host_.execute(command); !result) return result;
  const auto& csd = command.answer;
  const std::uint32_t structure = bits(csd, 127, 126);
  std::uint64_t blocks = 0;
  if (structure == 0) {
    const unsigned shift = bits(csd, 49, 47) + 2 + bits(csd, 83, 80);
    blocks = (std::uint64_t{bits(csd, 73, 62)} + 1) << shift >> 9;
  } else if (structure == 1) {
    blocks = (std::uint64_t{bits(csd, 69, 48)} + 1) * 1024;
  } else {
    return Error::kUnsupported;
  }
  blocks_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(blocks, 0xFFFF'FFFF));
  return {};
}

Result<std::uint32_t> SdCard::wait_ready() {
  std::uint32_t errors = 0;
  for (const Deadline deadline = Deadline::in_ms(kBusyMs);;) {
    MmcCommand status{kSendStatus, address(), MmcResponse::kR1, {}};
    if (const Result<void> result = host_.execute(status); !result) return result.error();
    errors |= status.answer[0] & kErrorBits;
    if ((status.answer[0] >> kStateShift & 0xF) == kTransferState) return errors;
    if (deadline.passed()) return Error::kTimeout;
  }
}

// SCR: SD specification, 5.6. Bits 51:48 are the bus widths, of which bit 2 is four lines.
Result<void> SdCard::widen_bus() {
  constexpr std::size_t kScrBytes = 8;
  constexpr std::byte kFourLines{4};
  if (const auto prefix = send(kApplicationCommand, address()); !prefix) return prefix.error();
  const std::span<std::byte> scr = std::span{register_}.first(kScrBytes);
  const MmcData data{MmcDirection::kFromCard, {&scr, 1}, kScrBytes};
  MmcCommand command{kSendScr, 0, MmcResponse::kR1, {}};
  if (const auto result = host_.execute(command, &data); !result) return result;
  if (!host_.can_wide_bus() || (scr[1] & kFourLines) == std::byte{0}) return {};
  if (const auto set = send_application(kSetBusWidth, kFourBits); !set) return set.error();
  host_.set_wide_bus(true);
  wide_ = true;
  return {};
}

Result<void> SdCard::read(std::uint32_t first_block, std::span<std::byte> to) {
  while (!to.empty()) {
    const std::span<std::byte> part = to.first(std::min(to.size(), max_read_bytes()));
    if (const auto result = read(first_block, {&part, 1}); !result) return result;
    first_block += static_cast<std::uint32_t>(part.size() / kBlockBytes);
    to = to.subspan(part.size());
  }
  return {};
}

Result<void> SdCard::read(std::uint32_t first_block,
                          std::span<const std::span<std::byte>> segments) {
  return transfer(first_block, {MmcDirection::kFromCard, segments, kBlockBytes});
}

Result<void> SdCard::write(std::uint32_t first_block,
                           std::span<const std::span<std::byte>> segments) {
  return transfer(first_block, {MmcDirection::kToCard, segments, kBlockBytes});
}

Result<void> SdCard::transfer(std::uint32_t first_block, const MmcData& data) {
  const std::size_t count = data.bytes() / kBlockBytes;
  if (count == 0 || data.bytes() > max_read_bytes()) return Error::kInvalid;
  if (first_block >= blocks_ || count > blocks_ - first_block) return Error::kOutOfRange;
  Result<void> result = try_transfer(first_block, data);
  for (unsigned i = 1; i < kAttempts && !result && result.error() != Error::kInvalid; ++i) {
    ++retries_;
    result = try_transfer(first_block, data);
  }
  return result;
}

Result<void> SdCard::try_transfer(std::uint32_t first_block, const MmcData& data) {
  const bool multiple = data.bytes() > kBlockBytes;
  const unsigned index = data.to_card() ? (multiple ? kWriteMultipleBlock : kWriteBlock)
                                        : (multiple ? kReadMultipleBlock : kReadSingleBlock);
  MmcCommand command{index, address_of(first_block), MmcResponse::kR1, {}};
  Result<void> result = host_.execute(command, &data);
  if (!result && result.error() == Error::kInvalid) return result;  // Nothing was sent.
  if ((command.answer[0] & kErrorBits) != 0) result = Error::kIo;
  if (multiple || !result) {
    MmcCommand stop{kStopTransmission, 0, MmcResponse::kR1, {}};
    const Result<void> stopped = host_.execute(stop);
    // After a failure the card may have stopped by itself, and does not answer then. A card that
    // has sent its last block may say that the next one is out of range.
    const std::uint32_t allowed = data.to_card() ? 0 : kOutOfRange;
    if (result && !stopped) result = stopped;
    // What the card says is the reason, if a timeout was the consequence.
    if ((stop.answer[0] & kErrorBits & ~allowed) != 0) result = Error::kIo;
  }
  // A block that was taken is programmed afterwards, and may turn out not to be possible.
  if (!result || data.to_card()) {
    const auto ready = wait_ready();
    if (!ready) return ready.error();
    if (result && *ready != 0) result = Error::kIo;
  }
  return result;
}

Result<void> SdCard::erase(std::uint32_t first_block, std::uint32_t count) {
  if (count == 0 || first_block >= blocks_ || count > blocks_ - first_block)
    return Error::kOutOfRange;
  const auto first = send(kEraseFirst, address_of(first_block));
  if (!first) return first.error();
  const auto last = send(kEraseLast, address_of(first_block + count - 1));
  if (!last) return last.error();
  const auto erased = send(kErase, 0);
  if (!erased) return erased.error();
  const auto ready = wait_ready();
  if (!ready) return ready.error();
  return *ready == 0 ? Result<void>{} : Result<void>{Error::kIo};
}

}  // namespace guest
