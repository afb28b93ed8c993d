// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/card.hpp"

#include <algorithm>

#include "sw/arch/cacheflush.hpp"

namespace guest {
namespace {

constexpr unsigned kReadSingle = 17;
constexpr unsigned kReadMultiple = 18;
constexpr unsigned kStop = 12;
constexpr unsigned kBlockShift = 9;
constexpr std::uint32_t kLongTime = 0x00FF'FFFF;  // Of the card's clock.
constexpr unsigned long kPatienceUs = 500'000;
constexpr std::size_t kRowBytes = 64;
constexpr unsigned kStepsByDriver = 32;

/// One stretch each, and aligned to what the FIFO takes.
constexpr std::array kTargets{&kCoherent, &kWriteCombining, &kAtomic,
                              &kPages,    &kNoncoherent,    &kNoncontiguous};

constexpr std::array kRows{
    CardTransfer{"card written", true, [](Card& c, Run& run) { return c.write(run); }},
    CardTransfer{"card read", true, [](Card& c, Run& run) { return c.read(run); }},
    CardTransfer{"slave_single", false,
                 [](Card& c, Run& run) { return c.take(run, Card::Shape::kOnce); }},
    CardTransfer{"slave rows", false,
                 [](Card& c, Run& run) { return c.take(run, Card::Shape::kRows); }},
    CardTransfer{"cyclic", false,
                 [](Card& c, Run& run) { return c.take(run, Card::Shape::kRing); }}};

}  // namespace

std::span<const CardTransfer> card_transfers() { return kRows; }

Card::Card(std::span<std::byte> arena) : arena_{arena} {
  if (mmci_host() == nullptr || arena.empty()) return;
  card_.emplace(*mmci_host());
  present_ = static_cast<bool>(card_->initialise());
}

Card::~Card() {
  if (channel_ != nullptr) dma_release_channel(channel_);
  if (!present_) return;
  mmci_host()->release_channels();  // Ends what they have mapped.
  mmci_host()->request_channels();
}

bool Card::step(Run& run) {
  if (!present_ || run.random.below(8) != 0) return false;
  const bool by_driver = steps_by_driver_ < kStepsByDriver || written_ < kRegions;
  if (by_driver) ++steps_by_driver_;
  if (!by_driver && channel_ == nullptr && !take_channel()) {
    ++run.failed;
    run.say("FAILED: no receive channel");
    return false;
  }
  const CardTransfer* row = nullptr;
  do {
    row = &kRows[run.random.below(kRows.size())];
  } while (row->by_driver != by_driver);
  if (!row->make(*this, run)) return false;
  run.card.note(card_transfers(), *row);
  return true;
}

// --- By the driver

/// Random pieces, whole words each.
std::span<const std::span<std::byte>> Card::cut(std::span<std::byte> bytes, Random& random) {
  std::size_t count = 0;
  while (!bytes.empty()) {
    std::size_t size = bytes.size();
    if (count + 1 < cuts_.size()) {
      // In lines of its own: pieces begin and end with one.
      const auto lines = static_cast<std::uint32_t>(size / kCacheLineBytes);
      size = (1 + random.below(lines)) * kCacheLineBytes;
    }
    cuts_[count++] = bytes.first(size);
    bytes = bytes.subspan(size);
  }
  return std::span{cuts_}.first(count);
}

bool Card::write(Run& run) {
  const unsigned region = written_ < kRegions ? written_ : run.random.below(kRegions);
  const std::span<std::byte> bytes = arena_.first(kRegionBytes);
  const std::uint32_t seed = run.random.next();
  fill_content(bytes, seed);
  if (!card_->write(region * kRegionBlocks, cut(bytes, run.random))) {
    if (run.may_refuse) return false;
    ++run.failed;
    run.say("FAILED: the card is not written");
    return false;
  }
  seeds_[region] = seed;
  written_ = std::max(written_, region + 1);
  return true;
}

bool Card::read(Run& run) {
  if (written_ == 0) return false;
  const unsigned region = run.random.below(written_);
  const unsigned blocks = 1 + run.random.below(kRegionBlocks);
  const std::span<std::byte> bytes = arena_.subspan(kRegionBytes).first(blocks * kBlockBytes);
  fill_content(bytes, run.random.next());
  if (!card_->read(region * kRegionBlocks, cut(bytes, run.random))) {
    if (run.may_refuse) return false;
    ++run.failed;
    run.say("FAILED: the card is not read");
    return false;
  }
  run.note_transfer(bytes.size(), wrong_content(bytes, seeds_[region]) == 0, "card to memory");
  return true;
}

// --- By its receive channel

std::size_t Card::Reading::memory_bytes() const {
  // Rows have gaps as long; a ring has a period that stays empty.
  if (shape == Shape::kRows) return 2 * bytes();
  return shape == Shape::kRing ? bytes() + kBlockBytes : bytes();
}

bool Card::take_channel() {
  device* const mmci = find_device("arm,pl18x");
  mmci_host()->release_channels();
  registers_ = Mmio<MmciRegisters>{device_iomap(*mmci).value_or(nullptr)};
  dma_chan* const channel = dma_request_chan(mmci, "rx");
  if (IS_ERR(channel)) return false;
  channel_ = channel;
  dma_slave_config config;
  config.direction = DMA_DEV_TO_MEM;
  config.src_addr = static_cast<phys_addr_t>(reinterpret_cast<std::uintptr_t>(registers_.base())) +
                    offsetof(MmciRegisters, fifo);
  config.src_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES;
  config.src_maxburst = 8;
  return dmaengine_slave_config(channel_, &config) == 0;
}

dma_async_tx_descriptor* Card::prepare(const Reading& reading, dma_addr_t to) const {
  if (reading.shape == Shape::kOnce)
    return dmaengine_prep_slave_single(channel_, to, reading.bytes(), DMA_DEV_TO_MEM,
                                       DMA_PREP_INTERRUPT);
  if (reading.shape == Shape::kRing)
    return dmaengine_prep_dma_cyclic(channel_, to, reading.memory_bytes(), kBlockBytes,
                                     DMA_DEV_TO_MEM, DMA_PREP_INTERRUPT);
  const data_chunk chunk{kRowBytes, 0, kRowBytes, 0};
  dma_interleaved_template rows;
  rows.dir = DMA_DEV_TO_MEM;
  rows.src_start = static_cast<dma_addr_t>(reinterpret_cast<std::uintptr_t>(registers_.base()) +
                                           offsetof(MmciRegisters, fifo));
  rows.dst_start = to;
  rows.dst_inc = true;
  rows.numf = reading.bytes() / kRowBytes;
  rows.frame_size = 1;
  rows.sgl = {&chunk, 1};
  return dmaengine_prep_interleaved_dma(channel_, &rows, DMA_PREP_INTERRUPT);
}

bool Card::start_reading(const Reading& reading) const {
  registers_.write(&MmciRegisters::data_timer, kLongTime);
  registers_.write(&MmciRegisters::data_length, static_cast<std::uint32_t>(reading.bytes()));
  registers_.write(&MmciRegisters::data_control, kBlockShift << mmci::kDataBlockSizeShift |
                                                     mmci::kDataFromCard | mmci::kDataDma |
                                                     mmci::kDataEnable);
  const std::uint32_t block = reading.region * kRegionBlocks;
  MmcCommand command{.index = reading.blocks == 1 ? kReadSingle : kReadMultiple,
                     .argument = card_->high_capacity() ? block : block << kBlockShift};
  return static_cast<bool>(mmci_host()->execute(command));
}

// Several periods of a ring may have ended: the residue says how many.
void Card::on_period(void* self) {
  auto& card = *static_cast<Card*>(self);
  dma_tx_state state;
  dmaengine_tx_status(card.channel_, card.cookie_, &state);
  if (state.residue <= card.left_at_end_) complete(&card.done_);
}

bool Card::receive(const Reading& reading, dma_async_tx_descriptor* tx) {
  reinit_completion(&done_);
  left_at_end_ = reading.shape == Shape::kRing ? kBlockBytes : 0;
  tx->callback = on_period;
  tx->callback_param = this;
  cookie_ = dmaengine_submit(tx);
  dma_async_issue_pending(channel_);
  const bool started = start_reading(reading);
  const bool done = started && wait_for_completion_timeout(&done_, kPatienceUs) != 0;
  if (reading.shape == Shape::kRing || !done) dmaengine_terminate_sync(channel_);
  MmcCommand stop{.index = kStop};
  if (reading.blocks != 1 && !mmci_host()->execute(stop)) return false;
  registers_.write(&MmciRegisters::data_control, 0);
  return done;
}

bool Card::take(Run& run, Shape shape) {
  const unsigned most = shape == Shape::kRows ? kRegionBlocks / 2 : kRegionBlocks - 1;
  const Reading reading{shape, run.random.below(kRegions), 1 + run.random.below(most)};
  const MemoryKind& kind = *kTargets[run.random.below(kTargets.size())];
  // What is between rows stays the CPU's.
  const dma_data_direction direction = DMA_BIDIRECTIONAL;
  if (!memory_.take(kind, run.supplies, reading.memory_bytes(), direction, run.random)) {
    ++run.not_now;
    return false;
  }
  fill_content(memory_.bytes, run.random.next());
  memory_.map(run.random);
  dma_async_tx_descriptor* const tx = prepare(reading, memory_.all_pieces().front().address);
  const bool received = tx != nullptr && receive(reading, tx);
  memory_.unmap(run.random);
  if (received) {
    run.note_transfer(reading.bytes(), holds(reading, memory_.bytes), kind.name);
  } else if (tx != nullptr) {
    ++run.failed;
    run.say("FAILED: blocks do not come");
  } else {
    ++run.not_now;
  }
  memory_.give_back();
  return received;
}

bool Card::holds(const Reading& reading, std::span<const std::byte> bytes) const {
  const std::uint32_t seed = seeds_[reading.region];
  if (reading.shape != Shape::kRows) return wrong_content(bytes.first(reading.bytes()), seed) == 0;
  for (std::size_t at = 0; at < reading.bytes(); at += kRowBytes)
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(2 * at), kRowBytes,
                arena_.begin() + static_cast<std::ptrdiff_t>(at));
  return wrong_content(arena_.first(reading.bytes()), seed) == 0;
}

}  // namespace guest
