// SPDX-License-Identifier: Apache-2.0
// The commands of SdCard, in the order of the specification's tables.
#include "models/storage/sd_protocol.hpp"
#include "models/storage/sd_registers.hpp"

namespace linefill {

using namespace sd;

const SdCard::Command* SdCard::find(unsigned index, bool application) {
  using enum State;
  constexpr auto kAll = static_cast<std::uint16_t>(~in(kInactive));
  constexpr auto kSelected =
      static_cast<std::uint16_t>(in(kTransfer) | in(kData) | in(kReceive) | in(kProgram));
  constexpr auto kAddressed =
      static_cast<std::uint16_t>(kSelected | in(kStandby) | in(kDisconnect));
  using C = SdCard;
  constexpr bool kWhenLocked = true;
  static constexpr Command kCommands[]{
      {0, false, kAll, &C::go_idle_state, kWhenLocked},
      {2, false, in(kReady), &C::all_send_cid, kWhenLocked},
      {3, false, in(kIdent) | in(kStandby), &C::send_relative_address, kWhenLocked},
      {6, false, in(kTransfer), &C::switch_function},
      {7, false, kAddressed & ~in(kReceive), &C::select_card, kWhenLocked},
      {8, false, in(kIdle), &C::send_interface_condition, kWhenLocked},
      {9, false, in(kStandby), &C::send_csd, kWhenLocked},
      {10, false, in(kStandby), &C::send_cid, kWhenLocked},
      {12, false, in(kData) | in(kReceive), &C::stop_transmission, kWhenLocked},
      {13, false, kAddressed, &C::send_status, kWhenLocked},
      {15, false, kAddressed, &C::go_inactive_state, kWhenLocked},
      {16, false, in(kTransfer), &C::set_block_length, kWhenLocked},
      {17, false, in(kTransfer), &C::read_single_block},
      {18, false, in(kTransfer), &C::read_multiple_block},
      {23, false, in(kTransfer), &C::set_block_count},
      {24, false, in(kTransfer), &C::write_block},
      {25, false, in(kTransfer), &C::write_multiple_block},
      {27, false, in(kTransfer), &C::program_csd},
      {28, false, in(kTransfer), &C::set_write_protection},
      {29, false, in(kTransfer), &C::clear_write_protection},
      {30, false, in(kTransfer), &C::send_write_protection},
      {32, false, in(kTransfer), &C::erase_start},
      {33, false, in(kTransfer), &C::erase_end},
      {38, false, in(kTransfer), &C::erase},
      {42, false, in(kTransfer), &C::lock_unlock, kWhenLocked},
      {55, false, kAddressed | in(kIdle), &C::application_command, kWhenLocked},
      {6, true, in(kTransfer), &C::set_bus_width},
      {13, true, in(kTransfer), &C::send_sd_status},
      {22, true, in(kTransfer), &C::send_written_blocks},
      {23, true, in(kTransfer), &C::set_erase_count},
      {41, true, in(kIdle), &C::send_operation_condition, kWhenLocked},
      {42, true, in(kTransfer), &C::set_card_detect},
      {51, true, in(kTransfer), &C::send_scr},
  };
  const Command* normal = nullptr;
  for (const Command& c : kCommands) {
    if (c.index != index) continue;
    if (c.application == application) return &c;
    if (!c.application) normal = &c;
  }
  return normal;  // CMD55 before a command that has no application form is ignored (4.3.9.1).
}

SdResponse SdCard::go_idle_state(std::uint32_t) {
  state_ = State::kIdle;
  address_ = 0;
  interface_checked_ = false;
  wide_ = false;
  high_speed_ = false;
  powering_since_.reset();
  in_flight_ = false;
  block_length_ = kSectorBytes;
  ignoring_ = false;
  erase_first_.reset();
  erase_last_.reset();
  return {};
}

SdResponse SdCard::all_send_cid(std::uint32_t) {
  state_ = State::kIdent;
  SdResponse response = long_response(card_identification());
  response.delay_clocks = kIdentificationClocks;
  return response;
}

SdResponse SdCard::send_relative_address(std::uint32_t) {
  constexpr std::uint16_t kStep = 0x1234;
  // R6 has bits 23, 22, 19 and 12:0 of the card status.
  const std::uint32_t status =
      errors_ | static_cast<std::uint32_t>(state_) << kStateShift | kReadyForData;
  errors_ = 0;
  address_ = static_cast<std::uint16_t>(address_ + kStep);
  if (address_ == 0) address_ = kStep;
  state_ = State::kStandby;
  const std::uint32_t folded = (status >> 8 & 0xC000) | (status >> 6 & 0x2000) | (status & 0x1FFF);
  return short_response(3, std::uint32_t{address_} << 16 | folded);
}

SdResponse SdCard::switch_function(std::uint32_t argument) {
  return send_register(6, switch_status(argument, high_speed_));
}

SdResponse SdCard::select_card(std::uint32_t argument) {
  const bool selected = argument >> 16 == address_;
  switch (state_) {
    case State::kStandby:
    case State::kDisconnect: {
      if (!selected) return {};
      const SdResponse response = r1(7);
      state_ =
          state_ == State::kStandby || now_ >= busy_until_ ? State::kTransfer : State::kProgram;
      return response;
    }
    case State::kTransfer:
    case State::kData:
      if (selected) break;
      in_flight_ = false;
      state_ = State::kStandby;
      return {};
    default:
      if (selected) break;
      state_ = State::kDisconnect;
      return {};
  }
  errors_ |= kIllegalCommand;  // Already selected.
  return {};
}

SdResponse SdCard::send_interface_condition(std::uint32_t argument) {
  constexpr std::uint32_t kVoltage27To36 = 1;
  if ((argument >> 8 & 0xF) != kVoltage27To36) return {};
  interface_checked_ = true;
  return short_response(8, argument & 0xFFF);
}

SdResponse SdCard::send_csd(std::uint32_t argument) {
  if (argument >> 16 != address_) return {};
  return long_response(csd());
}

LongRegister SdCard::csd() const {
  return card_specific_data(geometry_, programmable_, high_speed_);
}

SdResponse SdCard::send_cid(std::uint32_t argument) {
  if (argument >> 16 != address_) return {};
  return long_response(card_identification());
}

SdResponse SdCard::stop_transmission(std::uint32_t) {
  const SdResponse response = r1(12);
  in_flight_ = false;
  ignoring_ = false;
  const bool programming = state_ == State::kReceive && now_ < busy_until_;
  state_ = programming ? State::kProgram : State::kTransfer;
  return response;
}

SdResponse SdCard::send_status(std::uint32_t argument) {
  if (argument >> 16 != address_) return {};
  return r1(13);
}

SdResponse SdCard::go_inactive_state(std::uint32_t argument) {
  if (argument >> 16 == address_) state_ = State::kInactive;
  return {};
}

/// Of a card of high capacity this is the length of CMD42's block only (4.7.4).
SdResponse SdCard::set_block_length(std::uint32_t argument) {
  if (argument == 0 || argument > kSectorBytes) return refuse(16, kBlockLengthError);
  block_length_ = argument;
  return r1(16);
}

SdResponse SdCard::set_block_count(std::uint32_t argument) {
  block_count_ = argument;
  return r1(23);
}

SdResponse SdCard::application_command(std::uint32_t argument) {
  if (argument >> 16 != address_) return {};
  application_ = true;
  return r1(55);
}

SdResponse SdCard::set_bus_width(std::uint32_t argument) {
  const unsigned width = argument & 3;
  if (width != 0 && width != 2) errors_ |= kError;
  const SdResponse response = r1(6);
  if (width == 0 || width == 2) wide_ = width == 2;
  return response;
}

SdResponse SdCard::send_sd_status(std::uint32_t) {
  return send_register(13, sd_status(geometry_.capacity, wide_));
}

SdResponse SdCard::send_written_blocks(std::uint32_t) {
  const std::uint8_t bytes[]{
      static_cast<std::uint8_t>(written_ >> 24), static_cast<std::uint8_t>(written_ >> 16),
      static_cast<std::uint8_t>(written_ >> 8), static_cast<std::uint8_t>(written_)};
  return send_register(22, bytes);
}

SdResponse SdCard::set_erase_count(std::uint32_t) { return r1(23); }

SdResponse SdCard::send_operation_condition(std::uint32_t argument) {
  std::uint32_t ocr = kOcrVoltages;
  const bool enquiry = (argument & 0x00FF'FFFF) == 0;
  // A card of high capacity does not become ready for a host that has not said it can (4.2.3).
  const bool usable =
      !geometry_.high() || ((argument & kOcrHighCapacity) != 0 && interface_checked_);
  if (!enquiry && (argument & kOcrVoltages) == 0) {
    state_ = State::kInactive;
    return {};
  }
  if (!enquiry && usable) {
    if (!powering_since_) powering_since_ = now_;
    if (now_ - *powering_since_ >= timing_.power_up) {
      ocr |= kOcrPoweredUp | (geometry_.high() ? kOcrHighCapacity : 0);
      state_ = State::kReady;
    }
  }
  SdResponse response = short_response(0x3F, ocr);
  response.frame[5] = 0xFF;  // R3 has no CRC.
  response.delay_clocks = kIdentificationClocks;
  return response;
}

SdResponse SdCard::set_card_detect(std::uint32_t) { return r1(42); }

SdResponse SdCard::send_scr(std::uint32_t) { return send_register(51, configuration()); }

}  // namespace linefill
