// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/arch/mmio.hpp"
#include "sw/dmaengine/dmaengine.hpp"
#include "sw/dmaengine/pl330/microcode.hpp"
#include "sw/dmaengine/pl330/pl330_registers.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/tasklet.hpp"

/// A deliberate mistake, for teaching: the doorbell is rung by relaxed stores, so that it may
/// overtake the microcode, which is still in a store buffer.
extern bool pl330_skip_barrier;

extern "C" {
/// Serves the abort line and all event lines.
irqreturn_t pl330_irq_handler(int irq, void* controller);
/// Calls the callbacks of one channel.
void pl330_tasklet(tasklet_struct* tasklet);
}

namespace guest::pl330 {

inline constexpr std::size_t kMostSegments = 128;
inline constexpr std::size_t kProgramBytes = 256;
inline constexpr unsigned kProgramsPerChannel = 2;
inline constexpr unsigned kMostChannels = 8;

/// A prepared transfer.
struct Descriptor : dma_async_tx_descriptor {
  Shape shape;
  std::array<Segment, kMostSegments> segments{};
  std::size_t count = 0;
  std::uint32_t total_bytes = 0;
  bool used = false;
  dmaengine_result result{};

  std::span<const Segment> all() const { return {segments.data(), count}; }
};

class Controller;

/// A client's channel: one thread of the controller, one event, two programs in turn.
struct Channel : dma_chan {
  Controller* owner = nullptr;
  unsigned thread = 0;
  bool requested = false;
  std::uint32_t request_line = 0;
  dma_slave_config config;
  std::span<std::byte> microcode;  ///< Non-cacheable.
  std::uint32_t microcode_address = 0;

  IntrusiveList<dma_async_tx_descriptor> submitted;
  IntrusiveList<dma_async_tx_descriptor> issued;
  IntrusiveList<dma_async_tx_descriptor> completed;  ///< Callbacks still to be called.
  Descriptor* active = nullptr;
  dma_cookie_t failed_cookie = 0;

  unsigned program = 0;  ///< The one that runs.
  Progress program_start;
  std::array<Progress, kProgramsPerChannel> program_end{};

  struct Tasklet : tasklet_struct {
    Channel* channel = nullptr;
  } tasklet;
};

/// The DMA-330 (DDI 0424) as a dmaengine controller.
class Controller final : public dma_device {
 public:
  /// kNoDevice if the identification registers are not a DMA-330's.
  Result<void> start(device& dev);

  Result<dma_chan*> request_slave(std::uint32_t request_line) override;
  Result<dma_chan*> request_memcpy() override;
  void release(dma_chan& channel) override;
  int config(dma_chan& channel, const dma_slave_config& config) override;
  dma_async_tx_descriptor* prep_slave_sg(dma_chan& channel, scatterlist* list, unsigned entries,
                                         dma_transfer_direction direction,
                                         unsigned long flags) override;
  dma_async_tx_descriptor* prep_dma_memcpy(dma_chan& channel, dma_addr_t to, dma_addr_t from,
                                           std::size_t size, unsigned long flags) override;
  dma_cookie_t tx_submit(dma_async_tx_descriptor& descriptor) override;
  void issue_pending(dma_chan& channel) override;
  dma_status tx_status(dma_chan& channel, dma_cookie_t cookie, dma_tx_state* state) override;
  int terminate_all(dma_chan& channel) override;
  void synchronize(dma_chan& channel) override;

  irqreturn_t on_interrupt();
  void run_callbacks(Channel& channel);

 private:
  Result<dma_chan*> request(std::uint32_t request_line);
  Descriptor* take_descriptor(Channel& channel, unsigned long flags);
  void drop_all(IntrusiveList<dma_async_tx_descriptor>& list);
  Result<void> request_interrupts(device& dev);

  // pl330_hardware.cpp
  bool wait_debug_idle();
  bool execute(std::uint32_t instruction0, std::uint32_t instruction1, bool skip_barrier);
  bool wait_stopped(const Channel& channel);
  bool go(const Channel& channel, std::uint32_t address);
  void kill(const Channel& channel);
  void kill_manager();
  std::uint32_t current_address(const Channel& channel) const;

  // pl330_transfer.cpp: all with interrupts off
  void start_next(Channel& channel);
  void write_next_program(Channel& channel, unsigned program);
  void run_program(Channel& channel, unsigned program);
  void on_event(Channel& channel);
  void on_fault(Channel& channel, std::uint32_t fault);
  void finish(Channel& channel, dmaengine_tx_result result);
  std::uint32_t bytes_done(const Channel& channel) const;

  Mmio<Registers> registers_;
  unsigned channel_count_ = 0;
  unsigned memory_width_shift_ = 0;
  std::uint32_t fifo_bytes_ = 0;
  bool non_secure_ = false;
  std::array<Channel, kMostChannels> channels_;
  std::array<Descriptor, 16> descriptors_;
};

}  // namespace guest::pl330
