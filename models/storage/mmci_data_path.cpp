// SPDX-License-Identifier: Apache-2.0
#include "models/storage/mmci_data_path.hpp"

#include "models/storage/crc.hpp"
#include "models/storage/sd_protocol.hpp"

namespace linefill {

using namespace mci_status;

namespace {

constexpr unsigned kCrcClocks = 16 + 1;   // On each line, with the end bit.
constexpr unsigned kWriteGapClocks = 2;   // NWR.
constexpr unsigned kTokenClocks = 2 + 5;  // NCRC, and the token with start and end bit.

}  // namespace

void MmciDataPath::reset() {
  stop(Time{0});
  fifo_.clear();
  count_ = 0;
  words_ = 0;
  failed_ = false;
  stalled_ = false;
}

void MmciDataPath::start(const Transfer& transfer, Time now) {
  transfer_ = transfer;
  failed_ = false;
  fifo_.clear();
  word_bytes_ = 0;
  count_ = transfer.length;
  words_ = (transfer.length + 3) / 4;
  if (count_ == 0) return;
  if (transfer.direction == Direction::kFromCard) {
    wait_for_block(now);
  } else {
    enter(Phase::kWaitSend, 0, now);
  }
}

void MmciDataPath::stop(Time now) {
  if (phase_ == Phase::kReceive || phase_ == Phase::kReceiveCrc) release_card(now);
  enter(Phase::kIdle, 0, now);
}

/// The host looks away in the middle of a block; the card goes on to its end.
void MmciDataPath::release_card(Time now) {
  if (bus_.card == nullptr) return;
  const Time rest = byte_time() * (block_bytes_ - position_) + bus_.period * kCrcClocks;
  bus_.card->block_sent(std::max(now, base_ + rest), bus_.period);
}

void MmciDataPath::enter(Phase phase, std::int64_t clocks, Time now) {
  if (phase_ == Phase::kIdle && phase != Phase::kIdle) {
    active_since_ = now;
  } else if (phase_ != Phase::kIdle && phase == Phase::kIdle && now > active_since_) {
    bus_.counters.data_active += static_cast<std::uint64_t>((now - active_since_) / 1ns);
  }
  phase_ = phase;
  entered_ = now;
  stalled_ = false;
  if (clocks != 0) {
    timer_.start(clocks, now);
  } else {
    timer_.stop();
  }
}

void MmciDataPath::fail(std::uint32_t flag, Counter& counter) {
  bus_.status |= flag;
  ++counter;
  failed_ = true;
}

void MmciDataPath::stall() {
  if (!stalled_) ++bus_.counters.clock_stops;
  stalled_ = true;
}

void MmciDataPath::clock_changed(Time before, Time now) {
  timer_.clock_changed(before, now);
  running_since_ = now;
  base_ = std::max(base_, now);
}

void MmciDataPath::advance(Time now) {
  while (bus_.running() && step(now)) {
  }
}

bool MmciDataPath::step(Time now) {
  const Time due = timer_.due(bus_.period);
  switch (phase_) {
    case Phase::kWaitReceive:
      return wait_receive(now);
    case Phase::kReceive:
      return receive(now);
    case Phase::kReceiveCrc:
      if (due > now) return false;
      end_received_block(due);
      return true;
    case Phase::kWaitSend:
      return wait_to_send(now);
    case Phase::kSend:
      return send(now);
    case Phase::kSendCrc:
      if (due > now) return false;
      end_sent_block(due);
      return true;
    case Phase::kBusy:
      return wait_while_busy(now);
    default:
      return false;
  }
}

// From the card.

void MmciDataPath::wait_for_block(Time now) {
  enter(Phase::kWaitReceive, std::max<std::int64_t>(transfer_.timeout, 1), now);
}

/// No card of this kind sends streams: a wait for one ends by MCIDataTimer.
Time MmciDataPath::block_start() const {
  if (bus_.card == nullptr || transfer_.stream) return kNever;
  const auto start = bus_.card->next_block(entered_, bus_.period);
  return start ? std::max(*start, running_since_) : kNever;
}

bool MmciDataPath::wait_receive(Time now) {
  const Time start = block_start();
  const Time timeout = timer_.due(bus_.period);
  if (std::min(start, timeout) > now) return false;
  if (start <= timeout) {
    begin_block(start);
  } else {
    fail(kDataTimeOut, bus_.counters.timeouts);
    enter(Phase::kIdle, 0, timeout);
  }
  return true;
}

void MmciDataPath::begin_block(Time now) {
  const SdBlock block = bus_.card->send_block();
  block_bytes_ = std::min(transfer_.block_bytes, count_);
  position_ = 0;
  base_ = now + bus_.period;
  if (block.skewed_start || (bus_.wide && !block.wide)) {
    fail(kStartBitErr, bus_.counters.start_bit_errors);
    release_card(now);
    enter(Phase::kIdle, 0, now);
    return;
  }
  block_.fill(0xFF);  // Lines that nobody drives are pulled up.
  std::copy(block.data.begin(), block.data.end(), block_.begin());
  card_crc_ = block.crc;
  crc_hopeless_ = block.wide != bus_.wide || block.data.size() != block_bytes_;
  enter(Phase::kReceive, 0, now);
}

unsigned MmciDataPath::bytes_of_word() const {
  return std::min(4 - word_bytes_, block_bytes_ - position_);
}

bool MmciDataPath::receive(Time now) {
  while (position_ < block_bytes_) {
    const unsigned bytes = bytes_of_word();
    const Time end = base_ + byte_time() * bytes;
    if (end > now) return false;
    const bool whole = word_bytes_ + bytes == 4 || bytes == count_;
    if (whole && fifo_.full()) {
      if (bus_.flow_control) {
        stall();
        return false;
      }
      fail(kRxOverrun, bus_.counters.overruns);
      release_card(end);
      enter(Phase::kIdle, 0, end);
      return true;
    }
    if (word_bytes_ == 0) word_ = 0;
    for (unsigned i = 0; i < bytes; ++i)
      word_ |= std::uint32_t{block_[position_++]} << (8 * word_bytes_++);
    count_ -= bytes;
    base_ = end;
    if (whole) {
      fifo_.push(word_);
      word_bytes_ = 0;
    }
  }
  enter(Phase::kReceiveCrc, kCrcClocks, base_);
  return true;
}

void MmciDataPath::end_received_block(Time now) {
  const bool whole = bus_.card != nullptr && bus_.card->block_sent(now, bus_.period);
  const auto data = std::span{block_}.first(block_bytes_);
  if (!whole || crc_hopeless_ || block_crc(data, bus_.wide) != card_crc_) {
    fail(kDataCrcFail, bus_.counters.crc_errors);
    enter(Phase::kIdle, 0, now);
    return;
  }
  ++bus_.counters.blocks_read;
  bus_.counters.bytes_read += block_bytes_;
  bus_.status |= kDataBlockEnd;
  if (count_ != 0) {
    wait_for_block(now);
    return;
  }
  bus_.status |= kDataEnd;
  enter(fifo_.empty() ? Phase::kIdle : Phase::kDrain, 0, now);
}

std::uint32_t MmciDataPath::read_fifo(Time now) {
  if (fifo_.empty() || transfer_.direction != Direction::kFromCard) {
    bus_.log.guest_error("read of MCIFIFO with nothing received in it");
    return 0;
  }
  const std::uint32_t word = fifo_.pop();
  --words_;
  if (stalled_) {
    // The waiting word's last bit passes as soon as there is room.
    base_ = std::max(base_, now - byte_time() * bytes_of_word());
    stalled_ = false;
    advance(now);
  }
  if (phase_ == Phase::kDrain && fifo_.empty()) enter(Phase::kIdle, 0, now);
  return word;
}

// To the card.

void MmciDataPath::write_fifo(std::uint32_t word, Time now) {
  if (!sending() || fifo_.full() || words_ == 0) {
    bus_.log.guest_error("write of MCIFIFO ",
                         fifo_.full() ? "when it is full" : "with nothing to send", ": lost");
    return;
  }
  fifo_.push(word);
  --words_;
  if (stalled_) {
    base_ = std::max(base_, now);
    stalled_ = false;
    advance(now);
  }
  if (phase_ == Phase::kWaitSend && timer_.due(bus_.period) == kNever)
    timer_.start(kWriteGapClocks, now);
}

bool MmciDataPath::wait_to_send(Time now) {
  const Time due = timer_.due(bus_.period);
  if (due > now) return false;
  block_bytes_ = std::min(transfer_.block_bytes, count_);
  position_ = 0;
  base_ = due + bus_.period;
  enter(Phase::kSend, 0, due);
  return true;
}

bool MmciDataPath::send(Time now) {
  while (position_ < block_bytes_) {
    if (base_ > now) return false;
    if (word_bytes_ == 0) {
      if (fifo_.empty()) {
        if (bus_.flow_control) {
          stall();
          return false;
        }
        fail(kTxUnderrun, bus_.counters.underruns);
        enter(Phase::kIdle, 0, base_);
        return true;
      }
      word_ = fifo_.pop();
      word_bytes_ = 4;
    }
    const unsigned bytes = std::min(word_bytes_, block_bytes_ - position_);
    for (unsigned i = 0; i < bytes; ++i, word_ >>= 8)
      block_[position_++] = static_cast<std::uint8_t>(word_);
    word_bytes_ -= bytes;
    count_ -= bytes;
    base_ += byte_time() * bytes;
  }
  if (base_ > now) return false;
  enter(Phase::kSendCrc, kCrcClocks + kTokenClocks, base_);
  return true;
}

void MmciDataPath::end_sent_block(Time now) {
  const auto data = std::span<const std::uint8_t>{block_}.first(block_bytes_);
  auto token = SdWriteToken::kNone;
  if (bus_.card != nullptr && !transfer_.stream) {
    token = bus_.card->receive_block(data, block_crc(data, bus_.wide), bus_.wide, now);
  }
  if (token == SdWriteToken::kCrcError) {
    fail(kDataCrcFail, bus_.counters.crc_errors);
    enter(Phase::kIdle, 0, now);
    return;
  }
  token_missing_ = token == SdWriteToken::kNone;
  enter(Phase::kBusy, std::max<std::int64_t>(transfer_.timeout, 1), now);
}

bool MmciDataPath::wait_while_busy(Time now) {
  const Time timeout = timer_.due(bus_.period);
  const bool answered = !token_missing_ && bus_.card != nullptr;
  const Time ready = answered ? std::max(bus_.card->busy_until(), entered_) : kNever;
  if (std::min(ready, timeout) > now) return false;
  if (ready <= timeout) {
    next_written_block(ready);
  } else {
    fail(kDataTimeOut, bus_.counters.timeouts);
    enter(Phase::kIdle, 0, timeout);
  }
  return true;
}

void MmciDataPath::next_written_block(Time now) {
  ++bus_.counters.blocks_written;
  bus_.counters.bytes_written += block_bytes_;
  bus_.status |= kDataBlockEnd;
  if (count_ != 0) {
    enter(Phase::kWaitSend, fifo_.empty() && word_bytes_ == 0 ? 0 : kWriteGapClocks, now);
    return;
  }
  bus_.status |= kDataEnd;
  enter(Phase::kIdle, 0, now);
}

}  // namespace linefill
