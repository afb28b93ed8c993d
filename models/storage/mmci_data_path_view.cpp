// SPDX-License-Identifier: Apache-2.0
// What others see of MmciDataPath: flags, DMA requests, and when these may next change.
#include "models/storage/mmci_data_path.hpp"

namespace linefill {

using namespace mci_status;

namespace {

/// Half of the 16-word FIFO: the smallest burst, at the end of a transfer.
constexpr unsigned kSmallestBurst = 8;

}  // namespace

std::uint32_t MmciDataPath::live_status() const {
  const unsigned half = fifo_.size() / 2;
  std::uint32_t status = 0;
  const auto flag = [&status](bool set, std::uint32_t bit) { status |= set ? bit : 0; };
  if (sending()) {
    status |= kTxActive;
    flag(fifo_.level() <= half, kTxFifoHalfEmpty);
    flag(fifo_.full(), kTxFifoFull);
    flag(fifo_.empty(), kTxFifoEmpty);
    flag(!fifo_.empty(), kTxDataAvlbl);
  } else if (receiving()) {
    status |= kRxActive;
    flag(fifo_.level() >= half, kRxFifoHalfFull);
    flag(fifo_.full(), kRxFifoFull);
    flag(fifo_.empty(), kRxFifoEmpty);
    flag(!fifo_.empty(), kRxDataAvlbl);
  }
  return status;
}

DmaRequest MmciDataPath::dma_request(Direction direction) const {
  DmaRequest request{};
  if (!active() || transfer_.direction != direction) return request;
  const bool from_card = direction == Direction::kFromCard;
  const unsigned possible = from_card ? fifo_.level() : fifo_.room();
  const unsigned tail = words_;
  if (tail >= burst_words_) {
    request.burst = possible >= burst_words_;
    request.last = request.burst && tail == burst_words_;
  } else if (tail >= kSmallestBurst) {
    request.burst = possible >= tail;
    request.last = request.burst;
  } else if (tail > 0) {
    request.single = possible > 0;
    request.last = request.single && tail == 1;
  }
  return request;
}

Time MmciDataPath::next_event() const {
  if (!bus_.running()) return kNever;
  switch (phase_) {
    case Phase::kWaitReceive:
      return std::min(block_start(), timer_.due(bus_.period));
    case Phase::kReceive:
      return receive_event();
    case Phase::kSend:
      return send_event();
    case Phase::kBusy: {
      const Time timeout = timer_.due(bus_.period);
      if (token_missing_ || bus_.card == nullptr) return timeout;
      return std::min(timeout, std::max(bus_.card->busy_until(), entered_));
    }
    default:
      return timer_.due(bus_.period);
  }
}

/// The word that brings the FIFO to a level somebody may wait for, or the end of the block.
Time MmciDataPath::receive_event() const {
  if (stalled_) return kNever;
  const Time block_end = base_ + byte_time() * (block_bytes_ - position_);
  unsigned words = fifo_.full() ? 1 : fifo_.room();
  for (const unsigned level : {1U, kSmallestBurst, burst_words_, fifo_.size() / 2}) {
    if (level > fifo_.level()) words = std::min(words, level - fifo_.level());
  }
  const unsigned bytes = bytes_of_word() + 4 * (words - 1);
  return std::min(block_end, base_ + byte_time() * bytes);
}

/// The same for words that leave, up to the one that is missing.
Time MmciDataPath::send_event() const {
  if (stalled_) return kNever;
  const Time block_end = base_ + byte_time() * (block_bytes_ - position_);
  const unsigned size = fifo_.size();
  unsigned words = fifo_.level() + 1;
  for (const unsigned level :
       {0U, size / 2, size - burst_words_, size - kSmallestBurst, size - 1}) {
    if (level < fifo_.level()) words = std::min(words, fifo_.level() - level);
  }
  const unsigned bytes = word_bytes_ + 4 * (words - 1);
  return std::min(block_end, base_ + byte_time() * bytes);
}

}  // namespace linefill
