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
#include "sw/dmaengine/virt_dma.hpp"
#include "sw/kernel/interrupt.hpp"

/// A deliberate mistake, for teaching: the doorbell is rung by relaxed stores, so that it may
/// overtake the microcode, which is still in a store buffer.
extern bool pl330_skip_barrier;
/// Another: a controller that is dma-coherent moves data without saying that memory is cacheable.
extern bool pl330_not_cacheable;

extern "C" {
/// Serves the abort line and all event lines.
irqreturn_t pl330_irq_handler(int irq, void* controller);
}

namespace guest::pl330 {

inline constexpr std::size_t kMostSegments = 128;
inline constexpr unsigned kProgramsPerThread = 2;
inline constexpr unsigned kMostThreads = 8;
inline constexpr unsigned kMostRequests = 32;
/// Channels without a request line, for copies.
inline constexpr unsigned kMemoryChannels = 16;
inline constexpr std::size_t kMostDescriptors = 32;

/// A prepared transfer.
struct Descriptor : virt_dma_desc {
  Shape shape;
  std::array<Segment, kMostSegments> pattern{};
  std::size_t pattern_count = 0;
  std::size_t rows = 1;
  std::uint32_t source_pitch = 0;
  std::uint32_t destination_pitch = 0;
  std::uint32_t total_bytes = 0;
  bool cyclic = false;  ///< Each segment is a period; after the last comes the first.
  bool used = false;

  Segments segments() const {
    return {{pattern.data(), pattern_count}, rows, source_pitch, destination_pitch};
  }
  /// Where a program that begins at `from` ends at the latest: a period has an event of its own.
  std::size_t end_of_program(Progress from) const {
    return cyclic ? from.segment + 1 : segments().size();
  }
  void add(const Segment& segment) {
    pattern[pattern_count++] = segment;
    total_bytes += segment.size;
  }
};

class Controller;
struct Thread;

/// A client's channel: a request line, or none. It has a thread only while it runs.
struct Channel : virt_dma_chan {
  static constexpr std::uint32_t kNoRequest = ~0U;

  struct Waiting : ListNode {
    Channel* channel = nullptr;
  } waiting;  ///< In the queue for a thread.
  std::uint32_t request_line = kNoRequest;
  dma_slave_config config;
  /// The peripheral's FIFO as the controller reaches it, mapped for transfers of one direction.
  dma_addr_t fifo = DMA_MAPPING_ERROR;
  dma_transfer_direction fifo_direction = DMA_TRANS_NONE;
  Thread* thread = nullptr;
  Descriptor* active = nullptr;
  bool paused = false;
  std::uint32_t paused_residue = 0;
  dma_cookie_t failed_cookie = 0;
};

/// One of the controller's threads, with its event, and two programs in turn.
struct Thread {
  unsigned number = 0;
  Channel* user = nullptr;
  std::span<std::byte> microcode;  ///< Coherent.
  std::uint32_t microcode_address = 0;
  unsigned program = 0;  ///< The one that runs.
  Progress program_start;
  std::array<Progress, kProgramsPerThread> program_end{};
};

/// The DMA-330 (DDI 0424) as a dmaengine controller. One processor: what is shared between clients
/// and interrupt handler is protected by interrupts off.
class Controller final : public dma_device {
 public:
  /// kNoDevice if the identification registers are not a DMA-330's.
  Result<void> start(device& dev);

  int device_alloc_chan_resources(dma_chan& chan) override;
  void device_free_chan_resources(dma_chan& chan) override;
  dma_chan* of_dma_xlate(const Cells& cells, std::size_t first) override;
  int device_config(dma_chan& chan, const dma_slave_config& config) override;
  dma_async_tx_descriptor* device_prep_dma_memcpy(dma_chan& chan, dma_addr_t to, dma_addr_t from,
                                                  std::size_t size, unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_dma_interrupt(dma_chan& chan, unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_slave_sg(dma_chan& chan, scatterlist* list, unsigned entries,
                                                dma_transfer_direction direction,
                                                unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_dma_cyclic(dma_chan& chan, dma_addr_t buffer,
                                                  std::size_t size, std::size_t period,
                                                  dma_transfer_direction direction,
                                                  unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_interleaved_dma(dma_chan& chan,
                                                       const dma_interleaved_template& shape,
                                                       unsigned long flags) override;
  void device_issue_pending(dma_chan& chan) override;
  dma_status device_tx_status(dma_chan& chan, dma_cookie_t cookie, dma_tx_state* state) override;
  int device_pause(dma_chan& chan) override;
  int device_terminate_all(dma_chan& chan) override;
  void device_synchronize(dma_chan& chan) override;
  unsigned descriptors_in_use() const override;

  irqreturn_t on_interrupt();
  unsigned thread_count() const { return thread_count_; }

 private:
  // pl330_prepare.cpp
  Descriptor* take_descriptor();
  Result<Shape> slave_shape(Channel& channel, dma_transfer_direction direction);
  bool map_fifo(Channel& channel, dma_transfer_direction direction, std::size_t width);
  void unmap_fifo(Channel& channel);
  bool moves_cacheable() const { return dev->dma_coherent && !pl330_not_cacheable; }
  Shape memory_shape(std::uint32_t together) const;
  bool fits(dma_slave_buswidth width, std::uint32_t burst, phys_addr_t address) const;
  bool add_frame(Descriptor& descriptor, const dma_interleaved_template& shape) const;

  // pl330_probe.cpp
  void read_configuration();
  Result<void> make_threads();
  void make_channels();
  Result<void> request_interrupts(device& dev);

  // pl330_hardware.cpp
  bool wait_debug_idle();
  bool execute(std::uint32_t instruction0, std::uint32_t instruction1, bool skip_barrier);
  bool wait_stopped(const Thread& thread);
  bool go(const Thread& thread, std::uint32_t address);
  void kill(const Thread& thread);
  void kill_manager();
  std::uint32_t state_of(const Thread& thread) const;
  std::uint32_t counter_of(const Thread& thread) const;
  std::uint32_t register_of(const Thread& thread, unsigned index) const;

  // pl330_transfer.cpp: all with interrupts off
  Thread* take_thread(Channel& channel);
  void release_thread(Channel& channel);
  void start_next(Channel& channel);
  void start_waiting();
  void write_next_program(Thread& thread, unsigned program);
  void run_program(Thread& thread, unsigned program);
  void on_event(Thread& thread);
  void on_fault(Thread& thread, std::uint32_t fault);
  void on_manager_fault();
  void finish(Channel& channel, dmaengine_tx_result result);
  void stop(Channel& channel);
  std::uint32_t bytes_done(const Thread& thread) const;
  std::uint32_t residue_of(Channel& channel, dma_cookie_t cookie);

  Mmio<Registers> registers_;
  unsigned thread_count_ = 0;
  unsigned request_count_ = 0;
  unsigned memory_width_shift_ = 0;
  std::uint32_t fifo_bytes_ = 0;
  std::uint32_t write_queue_ = 0;  ///< Stores that can have been issued and not made.
  bool non_secure_ = false;
  std::array<Thread, kMostThreads> threads_;
  std::array<Channel, kMostRequests + kMemoryChannels> channels_;
  IntrusiveList<Channel::Waiting> waiting_;
  std::array<Descriptor, kMostDescriptors> descriptors_;
};

}  // namespace guest::pl330
