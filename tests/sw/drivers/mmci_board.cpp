// SPDX-License-Identifier: Apache-2.0
#include "tests/sw/drivers/mmci_board.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "sw/arch/host/machine.hpp"

namespace guest::test {

namespace {

using linefill::Time;

constexpr std::uintptr_t kMmci = 0x1000'5000;
constexpr unsigned kCommandIrq = 32 + 9;
constexpr unsigned kFifoIrq = 32 + 10;
constexpr std::size_t kPages = 256;

std::vector<char> load_tree() {
  std::ifstream in{LINEFILL_BUILD "/platforms/vexpress-a9.dtb", std::ios::binary};
  if (!in) throw std::runtime_error{"no board: build the target `boards`"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

MmciBoard& MmciBoard::instance() {
  static MmciBoard board;
  return board;
}

MmciBoard& MmciBoard::started() {
  instance().start(Model::extended(), true, true);
  return instance();
}

MmciBoard::MmciBoard() : pages_(kPages) {
  static const std::vector<char> blob = load_tree();
  static const FlatDeviceTree tree{std::as_bytes(std::span{blob})};
  set_device_tree(tree);
  create_devices();
  mmci_ = find_device("arm,pl18x");
  dma_device::dev = find_device("arm,pl330");
  of_dma_configure(dma_device::dev);
  for (dma_chan& channel : channels_) add_channel(*this, channel);
  dma_async_device_register(this);
  set_interrupt_controller(*this);
  constexpr unsigned kRating = 1000;
  model_ = std::make_unique<Model>();
  register_clock_source(*this, 1'000'000, kRating);
  register_clock_event(*this, kRating);
}

void MmciBoard::start(const linefill::MmciBlock::Configuration& configuration, bool with_card,
                      bool with_dma) {
  epoch_ += model_->now;
  model_ = std::make_unique<Model>(configuration);
  if (!with_card) model_->block.insert_card(nullptr);
  alarm_ = linefill::kNever;
  dma_present_ = with_dma;
  dma_stuck_ = active_ = false;
  words_by_dma_ = words_by_cpu_ = terminations_ = 0;
  spoilt_word_ = ~0U;
  page_init(HostMachine::instance().dram(), HostMachine::kDramStart, kPages * kPageBytes,
            pages_.data());
  page_release(HostMachine::kDramStart, kPages * kPageBytes);
  HostMachine::instance().log.clear();
  fake_io = this;
  host_idle = [] { instance().idle(); };
}

void MmciBoard::finish() {
  free_irq(kCommandIrq, nullptr);
  free_irq(kFifoIrq, nullptr);
  fake_io = nullptr;
  host_idle = nullptr;
}

std::uint32_t MmciBoard::read(const volatile void* address, unsigned /*size*/) {
  const auto offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address) - kMmci);
  if (offset == linefill::test::kMciFifo) ++words_by_cpu_;
  return offset < 0x1000 ? model_->read(offset) : 0;
}

void MmciBoard::write(volatile void* address, std::uint32_t value, unsigned /*size*/) {
  const auto offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address) - kMmci);
  if (offset == linefill::test::kMciFifo) ++words_by_cpu_;
  if (offset < 0x1000) model_->write(offset, value);
}

std::uint32_t MmciBoard::now_us() const {
  return static_cast<std::uint32_t>((epoch_ + model_->now) / Time{1'000'000});
}

void MmciBoard::program(std::uint64_t delta_ns) {
  alarm_ = model_->now + Time{static_cast<std::int64_t>(delta_ns) * 1000} + Time{1'000'000};
}

// Time passes up to the next event of the device or the alarm; then whatever is pending interrupts.
void MmciBoard::idle() {
  serve_dma();
  if (!model_->block.interrupt(0) && !model_->block.interrupt(1)) {
    const Time event = std::min(model_->block.next_event(), alarm_);
    if (event == linefill::kNever) throw std::runtime_error{"the guest sleeps for ever"};
    model_->run(std::max(event - model_->now, Time{0}));
    serve_dma();
  }
  handle_irq();
  if (model_->now >= alarm_) {
    alarm_ = linefill::kNever;
    run_timers();
  }
}

void MmciBoard::handle(void (*dispatch)(unsigned irq)) {
  const auto pending = [this](unsigned irq) {
    const bool line = model_->block.interrupt(irq == kCommandIrq ? 0 : 1);
    return line && std::find(enabled_.begin(), enabled_.end(), irq) != enabled_.end();
  };
  for (const unsigned irq : {kCommandIrq, kFifoIrq}) {
    if (pending(irq)) dispatch(irq);
  }
}

dma_chan* MmciBoard::of_dma_xlate(const Cells& cells, std::size_t first) {
  return dma_present_ && cells[first] < std::size(channels_) ? &channels_[cells[first]] : nullptr;
}

int MmciBoard::device_config(dma_chan& /*channel*/, const dma_slave_config& config) {
  config_ = config;
  return 0;
}

dma_async_tx_descriptor* MmciBoard::device_prep_slave_sg(dma_chan& channel, scatterlist* list,
                                                         unsigned entries,
                                                         dma_transfer_direction /*direction*/,
                                                         unsigned long /*flags*/) {
  targets_.clear();
  for (const scatterlist& s : SgRange{list, entries}) {
    auto* const memory =
        static_cast<std::byte*>(phys_to_virt(static_cast<phys_addr_t>(sg_dma_address(&s))));
    targets_.emplace_back(memory, sg_dma_len(&s));
  }
  descriptor_.chan = &channel;
  descriptor_.callback_result = nullptr;
  descriptor_.tx_submit = [](dma_async_tx_descriptor*) { return DMA_MIN_COOKIE; };
  return &descriptor_;
}

void MmciBoard::device_issue_pending(dma_chan& /*channel*/) { active_ = true; }

int MmciBoard::device_terminate_all(dma_chan& /*channel*/) {
  ++terminations_;
  active_ = false;
  return 0;
}

// As many words for a request as a PL330 moves: a burst of at most 16, or a single.
void MmciBoard::serve_dma() {
  constexpr unsigned kLongestBurst = 16;
  while (active_ && !dma_stuck_) {
    const auto line =
        config_.direction == DMA_MEM_TO_DEV ? linefill::MmciBlock::kTx : linefill::MmciBlock::kRx;
    const auto request = model_->block.dma_request(line);
    if (!request.burst && !request.single) return;
    const unsigned burst = std::min<unsigned>(config_.src_maxburst, kLongestBurst);
    for (unsigned i = request.burst ? burst : 1; i != 0 && !targets_.empty(); --i) move_word();
    if (!targets_.empty()) continue;
    active_ = false;
    const dmaengine_result done{DMA_TRANS_NOERROR, 0};
    dmaengine_desc_callback_invoke(&descriptor_, &done);
  }
}

void MmciBoard::move_word() {
  std::span<std::byte>& memory = targets_.front();
  const std::uint32_t spoil = words_by_dma_ == spoilt_word_ ? ~std::uint32_t{0} : 0;
  std::uint32_t word = 0;
  if (config_.direction == DMA_MEM_TO_DEV) {
    std::memcpy(&word, memory.data(), sizeof word);
    model_->write(linefill::test::kMciFifo, word ^ spoil);
  } else {
    word = model_->read(linefill::test::kMciFifo) ^ spoil;
    std::memcpy(memory.data(), &word, sizeof word);
  }
  memory = memory.subspan(sizeof word);
  ++words_by_dma_;
  if (memory.empty()) targets_.pop_front();
}

}  // namespace guest::test
