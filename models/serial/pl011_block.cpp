// SPDX-License-Identifier: Apache-2.0
#include "models/serial/pl011_block.hpp"

#include <algorithm>

namespace linefill {

namespace {

// UARTFR, PL011 TRM 3.3.3.
constexpr std::uint32_t kCts = 1U << 0, kDsr = 1U << 1, kDcd = 1U << 2, kBusy = 1U << 3,
                        kRxfe = 1U << 4, kTxff = 1U << 5, kRxff = 1U << 6, kTxfe = 1U << 7,
                        kRi = 1U << 8;
// UARTLCR_H, 3.3.7.
constexpr std::uint32_t kParity = 1U << 1, kTwoStops = 1U << 3, kFifoEnable = 1U << 4,
                        kEightBits = 3U << 5;
// UARTCR, 3.3.8.
constexpr std::uint32_t kUartEnable = 1U << 0, kLoopback = 1U << 7, kTransmitEnable = 1U << 8,
                        kReceiveEnable = 1U << 9, kDtr = 1U << 10, kRts = 1U << 11,
                        kOut1 = 1U << 12, kOut2 = 1U << 13;
// UARTRIS, 3.3.11; UARTDR, 3.3.1.
constexpr std::uint32_t kRxInterrupt = 1U << 4, kTxInterrupt = 1U << 5, kTimeoutInterrupt = 1U << 6,
                        kOverrunInterrupt = 1U << 10;
constexpr std::uint32_t kInterrupts = 0x7FF;
constexpr std::uint16_t kOverrunOfData = 1U << 11;
constexpr unsigned kErrorShift = 8;

constexpr std::size_t kMostPending = 4096;
constexpr int kTimeoutBits = 32;

}  // namespace

// PL011 TRM, table 3-1.
const RegisterTable<Pl011Block>& Pl011Block::registers() {
  using enum Access;
  using R = Register<Pl011Block>;
  using U = Pl011Block;
  static constexpr R kRows[]{
      R{0x000, "UARTDR", kReadWrite}
          .on_read(&U::read_data)
          .computed(&U::peek_data)
          .on_write(&U::write_data),
      R{0x004, "UARTRSR", kReadWrite}.computed(&U::receive_errors).on_write(&U::write_error_clear),
      R{0x018, "UARTFR", kReadOnly, 0x90}.computed(&U::flags),
      R{0x020, "UARTILPR", kReadWrite}.stores(&U::low_power_, 0xFF),
      R{0x024, "UARTIBRD", kReadWrite}.stores(&U::integer_divisor_, 0xFFFF),
      R{0x028, "UARTFBRD", kReadWrite}.stores(&U::fractional_divisor_, 0x3F),
      R{0x02C, "UARTLCR_H", kReadWrite}
          .stores(&U::line_control_, 0xFF)
          .on_write(&U::write_line_control),
      R{0x030, "UARTCR", kReadWrite, 0x300}
          .stores(&U::control_, 0xFF87)
          .on_write(&U::write_control),
      R{0x034, "UARTIFLS", kReadWrite, 0x12}.stores(&U::fifo_levels_, 0x3F),
      R{0x038, "UARTIMSC", kReadWrite}.stores(&U::mask_, kInterrupts),
      R{0x03C, "UARTRIS", kReadOnly}.computed(&U::raw_status),
      R{0x040, "UARTMIS", kReadOnly}.computed(&U::masked_status),
      R{0x044, "UARTICR", kWriteOnly}.on_write(&U::write_interrupt_clear),
      R{0x048, "UARTDMACR", kReadWrite}.stores(&U::dma_control_, 0x7),
      R{0xFE0, "UARTPeriphID0", kReadOnly}.computed(&U::peripheral_id<0>),
      R{0xFE4, "UARTPeriphID1", kReadOnly}.computed(&U::peripheral_id<1>),
      R{0xFE8, "UARTPeriphID2", kReadOnly}.computed(&U::peripheral_id<2>),
      R{0xFEC, "UARTPeriphID3", kReadOnly}.computed(&U::peripheral_id<3>),
      R{0xFF0, "UARTPCellID0", kReadOnly, 0x0D},
      R{0xFF4, "UARTPCellID1", kReadOnly, 0xF0},
      R{0xFF8, "UARTPCellID2", kReadOnly, 0x05},
      R{0xFFC, "UARTPCellID3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<U> kTable{kRows};
  return kTable;
}

Pl011Block::Pl011Block(const Configuration& configuration, Pl011Counters& counters, Log& log)
    : configuration_{configuration}, counters_{counters}, log_{log} {
  reset();
}

void Pl011Block::reset() {
  registers().reset(*this);
  raw_ = 0;
  receive_errors_ = 0;
  bit_time_ = Time{0};
  transmit_.clear();
  receive_.clear();
  line_.clear();
  overrun_ = false;
  shifting_ = false;
  sent_at_ = arrives_at_ = timeout_at_ = kNever;
}

bool Pl011Block::listening() const { return (mask_ & (kRxInterrupt | kTimeoutInterrupt)) != 0; }

void Pl011Block::set_up_line() {
  integer_divisor_ = 1;
  fractional_divisor_ = 0;
  line_control_ = kFifoEnable | kEightBits;
  control_ = kUartEnable | kTransmitEnable | kReceiveEnable;
  write_line_control(line_control_, {});
  timeless_ = true;
}

bool Pl011Block::fifos_enabled() const { return (line_control_ & kFifoEnable) != 0; }

bool Pl011Block::loopback() const { return (control_ & kLoopback) != 0; }

/// 16 characters, 32 from revision r1p5 on (revision field 3); one with the FIFOs off.
std::size_t Pl011Block::depth() const {
  if (!fifos_enabled()) return 1;
  return (configuration_.peripheral_id >> 20 & 0xF) < 3 ? 16 : 32;
}

namespace {

/// UARTIFLS, 3.3.9: eighths of the FIFO.
std::size_t trigger(std::uint32_t code, std::size_t depth) {
  constexpr std::size_t kEighths[]{1, 2, 4, 6, 7, 7, 7, 7};
  return depth == 1 ? 1 : depth * kEighths[code & 7] / 8;
}

}  // namespace

std::size_t Pl011Block::transmit_trigger() const {
  return fifos_enabled() ? trigger(fifo_levels_, depth()) : 0;
}

std::size_t Pl011Block::receive_trigger() const { return trigger(fifo_levels_ >> 3, depth()); }

unsigned Pl011Block::word_length() const { return 5 + (line_control_ >> 5 & 3); }

Time Pl011Block::frame_time() const {
  if (timeless_) return Time{0};
  const unsigned parity = (line_control_ & kParity) != 0 ? 1 : 0;
  const unsigned stops = (line_control_ & kTwoStops) != 0 ? 2 : 1;
  return bit_time_ * (1 + word_length() + parity + stops);
}

std::uint32_t Pl011Block::flags() const {
  std::uint32_t flags = 0;
  if (loopback()) {
    flags |= (control_ & kRts) != 0 ? kCts : 0;
    flags |= (control_ & kDtr) != 0 ? kDsr : 0;
    flags |= (control_ & kOut1) != 0 ? kDcd : 0;
    flags |= (control_ & kOut2) != 0 ? kRi : 0;
  }
  if (shifting_ || !transmit_.empty()) flags |= kBusy;
  if (receive_.empty()) flags |= kRxfe;
  if (receive_.size() >= depth()) flags |= kRxff;
  if (transmit_.empty()) flags |= kTxfe;
  if (transmit_.size() >= depth()) flags |= kTxff;
  return flags;
}

Time Pl011Block::next_event() const { return std::min({sent_at_, arrives_at_, timeout_at_}); }

void Pl011Block::advance(Time now) {
  for (Time at = next_event(); at <= now; at = next_event()) {
    if (at == timeout_at_) {
      raw_ |= kTimeoutInterrupt;
      timeout_at_ = kNever;
    } else if (at == sent_at_) {
      sent(at);
    } else {
      arrive(at);
    }
  }
}

// Transmit.

void Pl011Block::write_data(std::uint32_t value, const RegisterContext& context) {
  if (transmit_.size() >= depth()) {
    log_.guest_error("UARTDR written while the transmit FIFO is full: character lost");
    return;
  }
  transmit_.push_back(static_cast<std::uint8_t>(value));
  if (transmit_.size() > transmit_trigger()) raw_ &= ~kTxInterrupt;
  start_sending(context.now);
}

void Pl011Block::start_sending(Time now) {
  constexpr std::uint32_t kBoth = kUartEnable | kTransmitEnable;
  if (shifting_ || transmit_.empty() || (control_ & kBoth) != kBoth) return;
  shifter_ = transmit_.front();
  transmit_.pop_front();
  shifting_ = true;
  // What takes no time never fills the FIFO above the trigger.
  if (transmit_.size() == transmit_trigger() || timeless_) raw_ |= kTxInterrupt;
  if (bit_time_ == Time{0}) {
    log_.guest_error(
        "a character is sent with no baud rate set (UARTIBRD, then UARTLCR_H): sent at once");
  } else {
    shifter_ = static_cast<std::uint8_t>(shifter_ & ((1U << word_length()) - 1));
  }
  sent_at_ = now + frame_time();
}

void Pl011Block::sent(Time now) {
  shifting_ = false;
  sent_at_ = kNever;
  ++counters_.sent;
  if (loopback()) {
    line_.push_front(shifter_);
    arrive(now);
  } else if (output_) {
    output_(static_cast<char>(shifter_));
  }
  start_sending(now);
}

void Pl011Block::flush() {
  if (loopback()) return;
  if (shifting_) transmit_.push_front(shifter_);
  for (const std::uint8_t c : transmit_) {
    if (output_) output_(static_cast<char>(c));
  }
  transmit_.clear();
  shifting_ = false;
  sent_at_ = kNever;
}

// Receive.

void Pl011Block::receive(char character, Time now) {
  if (line_.size() >= kMostPending) return;
  line_.push_back(static_cast<std::uint8_t>(character));
  next_arrival(now);
}

void Pl011Block::next_arrival(Time now) {
  constexpr std::uint32_t kBoth = kUartEnable | kReceiveEnable;
  const bool possible = !line_.empty() && (control_ & kBoth) == kBoth && !loopback();
  if (!possible) {
    arrives_at_ = kNever;
  } else if (arrives_at_ == kNever) {
    arrives_at_ = now + frame_time();
  }
}

void Pl011Block::arrive(Time now) {
  arrives_at_ = kNever;
  const std::uint8_t character = line_.front();
  line_.pop_front();
  if ((control_ & kReceiveEnable) != 0) {
    if (receive_.size() >= depth()) {
      overrun_ = true;
      raw_ |= kOverrunInterrupt;
      ++counters_.overruns;
    } else {
      receive_.push_back(static_cast<std::uint16_t>(character | (overrun_ ? kOverrunOfData : 0)));
      overrun_ = false;
      ++counters_.received;
    }
    if (receive_.size() >= receive_trigger()) raw_ |= kRxInterrupt;
    if (fifos_enabled()) timeout_at_ = now + std::max(bit_time_ * kTimeoutBits, Time{1});
  }
  next_arrival(now);
}

std::uint32_t Pl011Block::peek_data() const { return receive_.empty() ? 0 : receive_.front(); }

std::uint32_t Pl011Block::read_data(const RegisterContext& context) {
  if (receive_.empty()) return 0;
  const std::uint32_t value = receive_.front();
  receive_.pop_front();
  receive_errors_ = value >> kErrorShift & 0xF;
  if (receive_.size() < receive_trigger()) raw_ &= ~kRxInterrupt;
  if (receive_.empty()) {
    raw_ &= ~kTimeoutInterrupt;
    timeout_at_ = kNever;
  } else if (fifos_enabled() && timeout_at_ != kNever) {
    timeout_at_ = context.now + std::max(bit_time_ * kTimeoutBits, Time{1});
  }
  return value;
}

// Control.

/// The divisors take effect now. UARTCLK / (16 (IBRD + FBRD / 64)) is the baud rate.
void Pl011Block::write_line_control(std::uint32_t, const RegisterContext&) {
  const std::uint64_t divisor = integer_divisor_ * 64ULL + fractional_divisor_;
  const std::uint64_t clock = 4 * configuration_.uartclk_hz;
  constexpr std::uint64_t kSecond = 1'000'000'000'000ULL;
  bit_time_ = integer_divisor_ == 0
                  ? Time{0}
                  : Time{static_cast<std::int64_t>((divisor * kSecond + clock / 2) / clock)};
}

void Pl011Block::write_control(std::uint32_t, const RegisterContext& context) {
  start_sending(context.now);
  next_arrival(context.now);
}

}  // namespace linefill
