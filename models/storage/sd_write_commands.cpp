// SPDX-License-Identifier: Apache-2.0
// What changes an SdCard: write, erase, write protection, CSD, lock.
#include <algorithm>
#include <utility>

#include "models/storage/crc.hpp"
#include "models/storage/sd_protocol.hpp"

namespace linefill {

using namespace sd;

namespace {

constexpr std::uint64_t kEraseUnitSectors = 8192;  // 4 MiB, of SdTiming::erase_unit.

}  // namespace

SdResponse SdCard::start_write(unsigned index, std::uint32_t argument, bool multiple) {
  if (!on_card(argument)) return refuse(index, kOutOfRange);
  // WRITE_BL_PARTIAL and WRITE_BLK_MISALIGN are clear: whole sectors only.
  if (memory_block() != kSectorBytes) return refuse(index, kBlockLengthError);
  position_ = byte_of(argument);
  if (crosses_sector()) return refuse(index, kAddressError);
  if (write_protected() || protection_.protects(position_ / kSectorBytes))
    return refuse(index, kWriteProtectViolation);
  const std::uint64_t blocks = blocks_of(multiple);
  const SdResponse response = start_reception(index, kSectorBytes, Reception::kMemory);
  remaining_ = blocks;
  written_ = 0;
  return response;
}

SdResponse SdCard::start_reception(unsigned index, std::size_t bytes, Reception what) {
  const SdResponse response = r1(index);
  reception_ = what;
  expected_bytes_ = bytes;
  remaining_ = 1;
  ignoring_ = false;
  state_ = State::kReceive;
  return response;
}

/// The token tells of the checksum only; what else is wrong is in the next status (4.3.4).
SdWriteToken SdCard::receive_block(std::span<const std::uint8_t> data, std::uint64_t crc, bool wide,
                                   Time now) {
  if (state_ != State::kReceive || data.size() != expected_bytes_ || ignoring_)
    return SdWriteToken::kNone;
  if (wide != wide_ || crc != block_crc(data, wide) || take_fault(SdFault::kWriteCrc)) {
    if (remaining_ == 1) state_ = State::kTransfer;
    ignoring_ = state_ == State::kReceive;
    return SdWriteToken::kCrcError;
  }
  now_ = now;
  program(timing_.write_busy);
  std::uint32_t error = 0;
  if (reception_ == Reception::kMemory) {
    error = write_sector(data);
  } else {
    error = reception_ == Reception::kCsd ? program_csd_block(data) : lock_block(data);
  }
  errors_ |= error;
  if (remaining_ != kEndless && --remaining_ == 0) {
    state_ = State::kProgram;
  } else {
    ignoring_ = error != 0;
  }
  return SdWriteToken::kAccepted;
}

/// DAT0 is low for so long from now on.
void SdCard::program(Time duration) { busy_until_ = now_ + duration; }

/// The error, as status bits; 0 if none.
std::uint32_t SdCard::write_sector(std::span<const std::uint8_t> data) {
  const std::uint64_t sector = position_ / kSectorBytes;
  if (sector >= sectors()) return kOutOfRange;
  if (protection_.protects(sector)) return kWriteProtectViolation;
  if (!storage_->write(sector, data.first<kSectorBytes>())) return kError;
  position_ += kSectorBytes;
  ++written_;
  return 0;
}

/// The read-only part must be as it is; COPY and PERM_WRITE_PROTECT cannot be taken back.
std::uint32_t SdCard::program_csd_block(std::span<const std::uint8_t> data) {
  LongRegister sent{};
  std::copy(data.begin(), data.end(), sent.begin());
  const ProgrammableBits bits = programmable_bits(sent);
  const bool reversed = (programmable_.copy && !bits.copy) ||
                        (programmable_.permanent_protection && !bits.permanent_protection);
  if (reversed || card_specific_data(geometry_, bits, high_speed_) != sent) return kCsdOverwrite;
  programmable_ = bits;
  return 0;
}

std::uint32_t SdCard::lock_block(std::span<const std::uint8_t> data) {
  const SdPassword::Outcome outcome = password_.execute(data);
  if (outcome == SdPassword::Outcome::kDone) return 0;
  // Table 4-8: a card that is protected for ever is not erased by force either.
  if (outcome == SdPassword::Outcome::kFailed || programmable_.permanent_protection)
    return kLockUnlockFailed;
  programmable_.temporary_protection = false;
  protection_.clear();
  password_.clear();
  program(timing_.erase_unit * static_cast<std::int64_t>(sectors() / kEraseUnitSectors + 1));
  return storage_->erase(0, sectors()) ? 0 : kError;
}

SdResponse SdCard::protect(unsigned index, std::uint32_t argument, bool on) {
  if (!protection_.any_groups()) {
    errors_ |= kIllegalCommand;  // Class 6 is not for cards of high capacity.
    return {};
  }
  if (!on_card(argument)) return refuse(index, kOutOfRange);
  const SdResponse response = r1(index);
  protection_.set(byte_of(argument) / kSectorBytes, on);
  program(timing_.write_busy);
  state_ = State::kProgram;
  return response;
}

SdResponse SdCard::send_write_protection(std::uint32_t argument) {
  if (!protection_.any_groups()) {
    errors_ |= kIllegalCommand;
    return {};
  }
  if (!on_card(argument)) return refuse(30, kOutOfRange);
  const std::uint32_t bits = protection_.bits_from(byte_of(argument) / kSectorBytes);
  const std::uint8_t bytes[]{static_cast<std::uint8_t>(bits >> 24),
                             static_cast<std::uint8_t>(bits >> 16),
                             static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
  return send_register(30, bytes);
}

SdResponse SdCard::erase_start(std::uint32_t argument) {
  const bool in_order = !erase_first_ && !erase_last_;
  erase_first_.reset();
  erase_last_.reset();
  if (!in_order) return refuse(32, kEraseSequenceError);
  if (!on_card(argument)) return refuse(32, kOutOfRange);
  erase_first_ = byte_of(argument) / kSectorBytes;
  return r1(32);
}

SdResponse SdCard::erase_end(std::uint32_t argument) {
  const bool in_order = erase_first_ && !erase_last_;
  if (!in_order || !on_card(argument)) {
    erase_first_.reset();
    erase_last_.reset();
    return refuse(33, in_order ? kOutOfRange : kEraseSequenceError);
  }
  erase_last_ = byte_of(argument) / kSectorBytes;
  return r1(33);
}

SdResponse SdCard::erase(std::uint32_t) {
  const auto first = std::exchange(erase_first_, std::nullopt);
  const auto last = std::exchange(erase_last_, std::nullopt);
  if (!first || !last) return refuse(38, kEraseSequenceError);
  if (*last < *first) return refuse(38, kEraseParameter);
  if (write_protected()) return refuse(38, kWriteProtectViolation);
  const std::uint64_t block = std::uint64_t{1} << (geometry_.block_length - 9);
  const std::uint64_t begin = *first / block * block;
  const std::uint64_t end = (*last / block + 1) * block;
  const SdResponse response = r1(38);
  const std::uint64_t units = (end - begin) / kEraseUnitSectors + 1;
  program(timing_.erase_unit * static_cast<std::int64_t>(units));
  state_ = State::kProgram;
  if (!erase_sectors(begin, end)) errors_ |= kError;
  return response;
}

/// Groups that are protected are left out.
bool SdCard::erase_sectors(std::uint64_t first, std::uint64_t end) {
  bool done = true;
  while (first < end) {
    const std::uint64_t part = std::min(end, protection_.group_end(first));
    if (protection_.protects(first)) {
      errors_ |= kWriteProtectEraseSkip;
    } else {
      done = storage_->erase(first, part - first) && done;
    }
    first = part;
  }
  return done;
}

}  // namespace linefill
