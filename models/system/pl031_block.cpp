// SPDX-License-Identifier: Apache-2.0
#include "models/system/pl031_block.hpp"

namespace linefill {

namespace {

constexpr Time kSecond = 1000ms;
constexpr std::int64_t kWrap = std::int64_t{1} << 32;

}  // namespace

// PL031 TRM, table 3-1.
const RegisterTable<Pl031Block>& Pl031Block::registers() {
  using enum Access;
  using R = Register<Pl031Block>;
  using C = Pl031Block;
  static constexpr R kRows[]{
      R{0x000, "RTCDR", kReadOnly}.computed(&C::data),
      R{0x004, "RTCMR", kReadWrite}.stores(&C::match_).on_write(&C::write_match),
      R{0x008, "RTCLR", kReadWrite, kStartDate}.stores(&C::load_).on_write(&C::write_load),
      R{0x00C, "RTCCR", kReadWrite}.computed(&C::enabled).on_write(&C::write_control),
      R{0x010, "RTCIMSC", kReadWrite}.stores(&C::mask_, 1),
      R{0x014, "RTCRIS", kReadOnly}.computed(&C::raw_status),
      R{0x018, "RTCMIS", kReadOnly}.computed(&C::masked_status),
      R{0x01C, "RTCICR", kWriteOnly}.on_write(&C::write_interrupt_clear),
      R{0xFE0, "RTCPeriphID0", kReadOnly, 0x31},
      R{0xFE4, "RTCPeriphID1", kReadOnly, 0x10},
      R{0xFE8, "RTCPeriphID2", kReadOnly, 0x04},
      R{0xFEC, "RTCPeriphID3", kReadOnly, 0x00},
      R{0xFF0, "RTCPCellID0", kReadOnly, 0x0D},
      R{0xFF4, "RTCPCellID1", kReadOnly, 0xF0},
      R{0xFF8, "RTCPCellID2", kReadOnly, 0x05},
      R{0xFFC, "RTCPCellID3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<C> kTable{kRows};
  return kTable;
}

void Pl031Block::reset() {
  registers().reset(*this);
  raw_ = 0;
  match_at_ = kNever;
}

std::uint32_t Pl031Block::data() const {
  return load_ + static_cast<std::uint32_t>((now_ - loaded_at_) / kSecond);
}

/// The counter equals RTCMR in so many seconds: now is not matched again.
void Pl031Block::find_match() {
  const std::int64_t count = data();
  const std::int64_t distance = (match_ - count + kWrap - 1) % kWrap + 1;
  const std::int64_t whole = (now_ - loaded_at_) / kSecond;
  const std::int64_t most = (kNever - loaded_at_) / kSecond;
  match_at_ = whole + distance > most ? kNever : loaded_at_ + kSecond * (whole + distance);
}

void Pl031Block::write_match(std::uint32_t, const RegisterContext&) { find_match(); }

void Pl031Block::write_load(std::uint32_t, const RegisterContext&) {
  loaded_at_ = now_;
  find_match();
}

Time Pl031Block::next_event() const { return mask_ != 0 && raw_ == 0 ? match_at_ : kNever; }

void Pl031Block::advance(Time now) {
  now_ = now > now_ ? now : now_;
  if (match_at_ > now_) return;
  raw_ = 1;
  find_match();
}

}  // namespace linefill
