// SPDX-License-Identifier: Apache-2.0
// Finds the controller, and what it was built with.
#include <algorithm>

#include "sw/dmaengine/pl330/pl330.hpp"

namespace guest::pl330 {
namespace {

constexpr unsigned kMostSegmentBytes = 1'900'800;  ///< As Linux's driver.

constexpr std::uint32_t bit(unsigned n) { return 1U << n; }

/// Byte counts that a FIFO may be wide: those up to the bus's width.
constexpr std::uint32_t widths_up_to(unsigned shift) {
  std::uint32_t widths = 0;
  for (unsigned i = 0; i <= shift; ++i) widths |= bit(1U << i);
  return widths;
}

void free_descriptor(virt_dma_desc* desc) { static_cast<Descriptor*>(desc)->used = false; }

}  // namespace

// CR0: request lines, channels - 1. CRD: log2 of the data width in bytes, depth of the write queue
// - 1, lines of the FIFO - 1.
void Controller::read_configuration() {
  const std::uint32_t cr0 = registers_.read_relaxed(&Registers::cr0);
  thread_count_ = std::min<unsigned>((cr0 >> 4 & 7) + 1, kMostThreads);
  request_count_ = (cr0 & 1) != 0 ? std::min<unsigned>((cr0 >> 12 & 0x1F) + 1, kMostRequests) : 0;
  const std::uint32_t crd = registers_.read_relaxed(&Registers::crd);
  memory_width_shift_ = crd & 7;
  write_queue_ = (crd >> 8 & 0xF) + 1;
  fifo_bytes_ = ((crd >> 20 & 0x3FF) + 1) << memory_width_shift_;
  non_secure_ = (registers_.read_relaxed(&Registers::dsr) & kManagerNonSecure) != 0;

  for (const dma_transaction_type type :
       {DMA_MEMCPY, DMA_SLAVE, DMA_CYCLIC, DMA_INTERLEAVE, DMA_INTERRUPT, DMA_PRIVATE})
    dma_cap_set(type, cap_mask);
  constexpr unsigned kMostBeats = 16;
  caps.src_addr_widths = caps.dst_addr_widths = widths_up_to(memory_width_shift_);
  caps.directions = bit(DMA_MEM_TO_DEV) | bit(DMA_DEV_TO_MEM) | bit(DMA_MEM_TO_MEM);
  caps.min_burst = 1;
  caps.max_burst = kMostBeats;
  caps.max_sg_burst = kMostSegments;
  caps.cmd_terminate = true;
  caps.residue_granularity = DMA_RESIDUE_GRANULARITY_BURST;
  caps.descriptor_reuse = true;
  can_pause = true;
}

Result<void> Controller::make_threads() {
  constexpr std::size_t kBytes = kProgramsPerThread * kProgramBytes;
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_coherent(dev, kMostThreads * kBytes, &handle, GFP_KERNEL);
  if (memory == nullptr) return Error::kOutOfMemory;
  for (unsigned i = 0; i < thread_count_; ++i) {
    threads_[i].number = i;
    threads_[i].microcode = {static_cast<std::byte*>(memory) + i * kBytes, kBytes};
    threads_[i].microcode_address = static_cast<std::uint32_t>(handle + i * kBytes);
  }
  return {};
}

/// Those without a request line come first: whoever asks for any gets one of them.
void Controller::make_channels() {
  const auto make = [this](Channel& channel, std::uint32_t line) {
    channel.name = dev->name;
    channel.request_line = line;
    channel.waiting.channel = &channel;
    channel.free_desc = free_descriptor;
    vchan_init(&channel, this);
  };
  for (unsigned i = 0; i < kMemoryChannels; ++i)
    make(channels_[kMostRequests + i], Channel::kNoRequest);
  for (unsigned i = 0; i < request_count_; ++i) make(channels_[i], i);
}

Result<void> Controller::start(device& device) {
  const Result<IoPointer> registers = device_iomap(device);
  if (!registers) return registers.error();
  if ((primecell_id(*registers) & 0xFFF) != kPartNumber) return Error::kNoDevice;
  dev = &device;
  dma_set_max_seg_size(dev, kMostSegmentBytes);
  registers_ = Mmio<Registers>{*registers};
  read_configuration();
  if (const Result<void> made = make_threads(); !made) return made;
  make_channels();
  registers_.write_relaxed(&Registers::intclr, 0xFFFF'FFFF);
  registers_.write_relaxed(&Registers::inten, (1U << thread_count_) - 1);
  return request_interrupts(device);
}

Result<void> Controller::request_interrupts(device& device) {
  for (unsigned i = 0; i < device_irq_count(device); ++i) {
    const Result<unsigned> irq = device_irq(device, i);
    if (!irq) return irq.error();
    if (request_irq(*irq, pl330_irq_handler, 0, dev_name(&device), this) != 0) return Error::kBusy;
  }
  return {};
}

namespace {

Controller controller;

Result<void> probe(device& dev) {
  if (controller.dev != nullptr) return Error::kNoSpace;
  Result<void> result = controller.start(dev);
  if (result && dma_async_device_register(&controller) != 0) return Error::kIo;
  return result;
}

Driver driver{"arm,pl330", Stage::kDma, probe};

}  // namespace
}  // namespace guest::pl330
