// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "sw/arch/host/io.hpp"
#include "sw/dmaengine/dmaengine.hpp"
#include "sw/drivers/mmci/mmci_host.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/page.hpp"
#include "tests/models/storage/mmci_host.hpp"

namespace guest::test {

/// A machine with the model of an MMCI at the address the board's device tree gives, a DMA
/// controller that serves its requests, and time that passes while the guest sleeps. There is one;
/// `start` makes it new.
class MmciBoard final : public FakeIo,
                        public InterruptController,
                        public ClockSource,
                        public ClockEvent,
                        public dma_device {
 public:
  using Model = linefill::test::MmciHost;

  static MmciBoard& instance();
  /// The same, started with a card and with DMA.
  static MmciBoard& started();

  void start(const linefill::MmciBlock::Configuration& configuration, bool with_card,
             bool with_dma);
  void finish();

  Model& model() { return *model_; }
  device& mmci() { return *mmci_; }
  /// Lets the controller take requests but move nothing.
  void set_dma_stuck(bool stuck) { dma_stuck_ = stuck; }
  /// The `count`th word from now on that goes by DMA is spoilt.
  void spoil_dma_word(unsigned count) { spoilt_word_ = words_by_dma_ + count; }
  unsigned words_by_dma() const { return words_by_dma_; }
  unsigned words_by_cpu() const { return words_by_cpu_; }
  unsigned terminations() const { return terminations_; }

  // Registers.
  std::uint32_t read(const volatile void* address, unsigned size) override;
  void write(volatile void* address, std::uint32_t value, unsigned size) override;
  // Interrupts and time.
  void enable(unsigned irq) override { enabled_.push_back(irq); }
  void disable(unsigned irq) override { std::erase(enabled_, irq); }
  void set_trigger(unsigned /*irq*/, bool /*edge*/) override {}
  void handle(void (*dispatch)(unsigned irq)) override;
  std::uint32_t read() override { return now_us(); }
  void program(std::uint64_t delta_ns) override;
  void stop() override { alarm_ = linefill::kNever; }
  // DMA.
  dma_chan* of_dma_xlate(const Cells& cells, std::size_t first) override;
  int device_config(dma_chan& channel, const dma_slave_config& config) override;
  dma_async_tx_descriptor* device_prep_slave_sg(dma_chan& channel, scatterlist* list,
                                                unsigned entries, dma_transfer_direction direction,
                                                unsigned long flags) override;
  void device_issue_pending(dma_chan& channel) override;
  dma_status device_tx_status(dma_chan&, dma_cookie_t, dma_tx_state*) override {
    return DMA_IN_PROGRESS;
  }
  int device_terminate_all(dma_chan& channel) override;

 private:
  MmciBoard();
  std::uint32_t now_us() const;
  void idle();
  void serve_dma();
  void move_word();

  std::vector<page> pages_;
  std::unique_ptr<Model> model_;
  linefill::Time epoch_{
      0};  ///< Time that passed on earlier models: the guest's clock never goes back.
  linefill::Time alarm_ = linefill::kNever;
  std::vector<unsigned> enabled_;
  device* mmci_ = nullptr;

  dma_chan channels_[2];
  dma_slave_config config_;
  dma_async_tx_descriptor descriptor_;
  std::deque<std::span<std::byte>> targets_;
  bool active_ = false;
  bool dma_present_ = true;
  bool dma_stuck_ = false;
  unsigned words_by_dma_ = 0;
  unsigned spoilt_word_ = ~0U;
  unsigned words_by_cpu_ = 0;
  unsigned terminations_ = 0;
};

}  // namespace guest::test
