// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/core/dma_request.hpp"
#include "models/storage/mmci_bus.hpp"
#include "models/storage/mmci_fifo.hpp"

namespace linefill {

/// The data path state machine (DPSM) of an MMCI with its FIFO, PL180 TRM 2.3.4 and 2.3.5.
///
/// Bytes move between card and FIFO at the bus clock; `advance(now)` moves all of them that have
/// come or gone by then, so a word is in the FIFO from exactly the moment its last bit has passed.
/// `next_event` is the next moment at which anything outside could see a difference.
class MmciDataPath {
 public:
  /// Which way the data go, as MCIDataCtrl says.
  enum class Direction : std::uint8_t { kToCard, kFromCard };
  /// What MCIDataCtrl, MCIDataLength and MCIDataTimer say.
  struct Transfer {
    Direction direction = Direction::kToCard;
    bool stream = false;
    unsigned block_bytes = 1;
    std::uint32_t length = 0;
    std::uint32_t timeout = 0;
  };

  /// `burst_words`: what one burst request promises or asks.
  MmciDataPath(MmciBus& bus, unsigned fifo_words, unsigned burst_words)
      : bus_{bus}, fifo_{fifo_words}, burst_words_{burst_words} {}

  void reset();
  void start(const Transfer& transfer, Time now);
  void stop(Time now);

  bool active() const { return phase_ != Phase::kIdle; }
  bool receiving() const { return active() && transfer_.direction == Direction::kFromCard; }
  bool sending() const { return active() && transfer_.direction == Direction::kToCard; }
  bool failed() const { return failed_; }
  std::uint32_t bytes_left() const { return count_; }  ///< MCIDataCnt.
  /// MCIFifoCnt: words that have not come into the FIFO yet. Linux's driver takes what is missing
  /// of its transfer, less these, out of it (drivers/mmc/host/mmci.c, mmci_get_rx_fifocnt).
  std::uint32_t words_left() const {
    return transfer_.direction == Direction::kFromCard ? words_ - fifo_.level() : words_;
  }

  /// The flags of MCIStatus that follow the state: bits 21:12.
  std::uint32_t live_status() const;
  /// What the FIFO asks of a DMA controller, if asked to ask.
  DmaRequest dma_request(Direction direction) const;

  std::uint32_t read_fifo(Time now);
  std::uint32_t peek_fifo() const { return fifo_.empty() ? 0 : fifo_.front(); }
  void write_fifo(std::uint32_t word, Time now);

  void clock_changed(Time before, Time now);
  Time next_event() const;
  void advance(Time now);

 private:
  enum class Phase : std::uint8_t {
    kIdle,
    kWaitReceive,
    kReceive,
    kReceiveCrc,
    kDrain,  ///< All data have come, not all were read: WAIT_R with the counter at zero.
    kWaitSend,
    kSend,
    kSendCrc,
    kBusy,
  };

  bool step(Time now);
  void enter(Phase phase, std::int64_t clocks, Time now);
  void wait_for_block(Time now);
  Time block_start() const;
  bool wait_receive(Time now);
  void begin_block(Time now);
  bool receive(Time now);
  void end_received_block(Time now);
  bool wait_to_send(Time now);
  bool send(Time now);
  void end_sent_block(Time now);
  bool wait_while_busy(Time now);
  void next_written_block(Time now);
  void fail(std::uint32_t flag, Counter& counter);
  void stall();
  void release_card(Time now);

  Time byte_time() const { return bus_.period * (bus_.wide ? 2 : 8); }
  unsigned bytes_of_word() const;
  Time receive_event() const;
  Time send_event() const;

  MmciBus& bus_;
  MmciFifo fifo_;
  unsigned burst_words_;
  Transfer transfer_{};
  Phase phase_ = Phase::kIdle;
  bool failed_ = false;
  ClockTimer timer_;
  Time entered_{0};        ///< When the present phase began.
  Time active_since_{0};   ///< When it left kIdle.
  Time running_since_{0};  ///< When the clock last changed.

  std::uint32_t count_ = 0;
  std::uint32_t words_ = 0;  ///< Not yet read from, or written to, the FIFO by the host.

  // The block on its way. A card sends at most 512 bytes; a host may ask for blocks of 2048.
  std::array<std::uint8_t, 2048> block_{};
  unsigned block_bytes_ = 0;
  unsigned position_ = 0;
  std::uint64_t card_crc_ = 0;
  bool crc_hopeless_ = false;
  bool token_missing_ = false;
  Time base_{0};          ///< When the byte at `position_` began, or will.
  bool stalled_ = false;  ///< Flow control has stopped the clock.

  std::uint32_t word_ = 0;   ///< Being put together or taken apart.
  unsigned word_bytes_ = 0;  ///< Of it that are done (in) or left (out).
};

}  // namespace linefill
