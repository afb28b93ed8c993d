// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sw/arch/mmio.hpp"
#include "sw/dmaengine/dmaengine.hpp"
#include "sw/drivers/mmci/mmc_host.hpp"
#include "sw/drivers/mmci/mmci_registers.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/interrupt.hpp"

namespace guest {

/// The driver of a PL180 or PL181, and of ARM's variant with a 128-word FIFO and hardware flow
/// control. What is longer than the FIFO goes by DMA if the device tree names a channel and its
/// controller is there; the rest, and everything otherwise, is moved by the CPU from the FIFO
/// interrupt, as in Linux.
class MmciHost final : public MmcHost {
 public:
  MmciHost() = default;
  MmciHost(const MmciHost&) = delete;
  MmciHost& operator=(const MmciHost&) = delete;

  /// kNoDevice if there is none at the address.
  Result<void> probe(device& dev);

  void set_power(bool on) override;
  std::uint32_t set_clock(std::uint32_t hz) override;
  void set_wide_bus(bool wide) override;
  Result<void> execute(MmcCommand& command, const MmcData* data = nullptr) override;
  std::uint32_t max_clock() const override { return max_clock_; }
  bool can_wide_bus() const override { return can_wide_bus_; }
  std::size_t max_data_bytes() const override { return mmci::kMaxDataLength; }
  unsigned max_segments() const override { return kMaxSegments; }

  bool present() const { return variant_ != nullptr; }
  bool has_dma() const { return receive_channel_ != nullptr; }
  bool has_transmit_dma() const { return transmit_channel_ != nullptr; }
  /// The device that masters the bus for reads by DMA; null without.
  device* dma_device_of_reads() const;
  /// Leaves DMA out from now on, or uses it again.
  void set_dma_allowed(bool allowed) { dma_allowed_ = allowed; }
  /// Gives its DMA channels back, for somebody else; the CPU moves the data from now on.
  void release_channels();
  /// Takes those that the device tree names, as probe does.
  void request_channels();

  /// Attributes for mapping and unmapping the memory of transfers, for demonstrations of what goes
  /// wrong with DMA_ATTR_SKIP_CPU_SYNC.
  void set_dma_attributes(dma_attrs map, dma_attrs unmap) {
    map_attributes_ = map;
    unmap_attributes_ = unmap;
  }
  /// `function(data)` is called while each read by DMA is under way.
  void set_transfer_hook(void (*function)(void*), void* data) {
    hook_ = function;
    hook_data_ = data;
  }

 private:
  static constexpr unsigned kMaxSegments = 16;

  /// ARM's identification of the variant, and what follows from it.
  struct Variant {
    std::uint32_t id;
    std::uint32_t mask;
    std::uint32_t fifo_bytes;
    bool flow_control;
  };
  static const Variant* find_variant(std::uint32_t peripheral_id);

  static irqreturn_t on_interrupt(int irq, void* self);
  void serve_interrupt();
  void receive_words();
  void transmit_words();
  /// Where the CPU reads or writes next; the word after it is next.
  std::byte* next_word();

  bool usable(const MmcData& data) const;
  void write_clock();
  void start_command(const MmcCommand& command);
  Result<void> wait_for_command(MmcCommand& command);
  /// Sleeps until one of `events` has happened; which have. 0 after `timeout_us`.
  std::uint32_t wait_for(std::uint32_t events, std::uint32_t timeout_us);

  Result<void> start_data(const MmcData& data);
  Result<void> wait_for_data(const MmcData& data);
  void end_data(const MmcData& data, bool succeeded);

  dma_chan* channel_of(const MmcData& data) const {
    return data.to_card() ? transmit_channel_ : receive_channel_;
  }
  Result<void> start_dma(const MmcData& data);
  Result<void> wait_for_dma(std::uint32_t timeout_us);
  static void on_dma_done(void* self, const dmaengine_result* result);

  device* dev_ = nullptr;
  Mmio<MmciRegisters> registers_;
  phys_addr_t fifo_address_ = 0;
  const Variant* variant_ = nullptr;
  std::uint32_t source_hz_ = 0;
  std::uint32_t max_clock_ = 0;
  bool can_wide_bus_ = false;
  std::uint32_t clock_ = 0;  ///< MCIClock.
  std::uint32_t clock_hz_ = 0;
  bool wide_ = false;

  // Between the interrupt handler and who waits.
  completion changed_;
  volatile std::uint32_t events_ = 0;  ///< Static bits of MCIStatus seen since the command began.

  // The transfer in progress, moved by the CPU.
  std::span<const std::span<std::byte>> segments_;
  std::size_t segment_ = 0;
  std::size_t position_ = 0;  ///< In the segment.
  volatile std::size_t bytes_left_ = 0;

  // The transfer in progress, by DMA.
  dma_chan* receive_channel_ = nullptr;
  dma_chan* transmit_channel_ = nullptr;
  bool dma_allowed_ = true;
  bool by_dma_ = false;  ///< Its memory is mapped.
  unsigned entries_ = 0;
  std::array<scatterlist, kMaxSegments> list_{};
  completion dma_done_;
  bool dma_failed_ = false;
  dma_attrs map_attributes_ = 0;
  dma_attrs unmap_attributes_ = 0;
  void (*hook_)(void*) = nullptr;
  void* hook_data_ = nullptr;
};

/// The first MMCI the machine has; null if there is none.
MmciHost* mmci_host();

}  // namespace guest
