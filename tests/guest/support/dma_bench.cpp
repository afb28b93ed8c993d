// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/support/dma_bench.hpp"

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/mmio.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/console.hpp"
#include "sw/mm/page.hpp"

namespace guest::test {
namespace {

constexpr unsigned long kPatienceUs = 100'000;
constexpr std::size_t kWord = sizeof(std::uint32_t);

completion done;
bool failed = false;

void on_done(void* /*nothing*/, const dmaengine_result* result) {
  failed = result->result != DMA_TRANS_NOERROR;
  complete(&done);
}

bool all_words(const std::byte* first, std::uint32_t value) {
  bool all = true;
  for (std::size_t i = 0; i < DmaBench::kBytes; i += kWord) all = all && peek(first + i) == value;
  return all;
}

bool most_words(const std::byte* first, std::uint32_t value, std::uint32_t other) {
  std::size_t others = 0;
  for (std::size_t i = 0; i < DmaBench::kBytes; i += kWord) {
    const std::uint32_t word = peek(first + i);
    if (word != value && word != other) return false;
    if (word == other) others += kWord;
  }
  return others < DmaBench::kBytes / 4;
}

}  // namespace

std::uint32_t peek(const void* address) { return io_read<std::uint32_t>(address); }
void poke(void* address, std::uint32_t value) { io_write<std::uint32_t>(address, value); }

dma_addr_t mapped(device& dev, void* at, std::size_t size, dma_data_direction direction) {
  const dma_addr_t handle = dma_map_single(&dev, at, size, direction);
  if (dma_mapping_error(&dev, handle) != 0) panic("not mapped");
  return handle;
}

DmaBench::DmaBench() {
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!channel) panic("no DMA controller");
  channel_.emplace(std::move(*channel));
  buffer_ = alloc_bytes(kBytes);
  void* coherent = dma_alloc_coherent(&dev(), kBytes, &coherent_handle_, GFP_KERNEL);
  if (buffer_.empty() || coherent == nullptr) panic("no memory");
  coherent_ = {static_cast<std::byte*>(coherent), kBytes};
}

DmaBench::~DmaBench() {
  dma_free_coherent(&dev(), kBytes, coherent_.data(), coherent_handle_);
  free_bytes(buffer_);
}

std::uint32_t DmaBench::load(std::size_t offset) const { return peek(begin() + offset); }
void DmaBench::store(std::uint32_t value, std::size_t offset) const {
  poke(begin() + offset, value);
}
void DmaBench::store_all(std::uint32_t value) const {
  for (std::size_t i = 0; i < kBytes; i += kWord) store(value, i);
}
bool DmaBench::all_are(std::uint32_t value) const { return all_words(begin(), value); }
bool DmaBench::most_are(std::uint32_t value, std::uint32_t other) const {
  return most_words(begin(), value, other);
}

void DmaBench::put_in_memory(std::uint32_t value) const {
  store_all(value);
  dmac_flush_range(begin(), end());
  outer_flush_range(physical(), physical_end());
}

void DmaBench::device_reads(std::size_t size, std::size_t offset) {
  direction_ = DMA_TO_DEVICE;
  mapped_size_ = size;
  mapped_ =
      dma_map_single_attrs(&dev(), begin() + offset, size, direction_, DMA_ATTR_SKIP_CPU_SYNC);
  start(coherent_handle_ + offset, mapped_, size);
  finish();
}

void DmaBench::start_device_read(std::size_t size) {
  direction_ = DMA_TO_DEVICE;
  mapped_size_ = size;
  mapped_ = dma_map_single_attrs(&dev(), begin(), size, direction_, DMA_ATTR_SKIP_CPU_SYNC);
  start(coherent_handle_, mapped_, size);
}

void DmaBench::start_device_write(std::uint32_t value, std::size_t size, std::size_t offset) {
  for (std::size_t i = 0; i < kBytes; i += kWord) poke(coherent() + i, value);
  direction_ = DMA_FROM_DEVICE;
  mapped_size_ = size;
  mapped_ =
      dma_map_single_attrs(&dev(), begin() + offset, size, direction_, DMA_ATTR_SKIP_CPU_SYNC);
  start(mapped_, coherent_handle_ + offset, size);
}

void DmaBench::device_writes(std::uint32_t value, std::size_t size, std::size_t offset) {
  start_device_write(value, size, offset);
  finish();
}

std::uint32_t DmaBench::seen(std::size_t offset) const { return peek(coherent() + offset); }
bool DmaBench::all_seen(std::uint32_t value) const { return all_words(coherent(), value); }
bool DmaBench::most_seen(std::uint32_t value, std::uint32_t other) const {
  return most_words(coherent(), value, other);
}

void DmaBench::start(dma_addr_t to, dma_addr_t from, std::size_t size) {
  if (dma_mapping_error(&dev(), mapped_) != 0) panic("the buffer cannot be mapped");
  init_completion(&done);
  dma_async_tx_descriptor* copy =
      dmaengine_prep_dma_memcpy(channel_->handle(), to, from, size, DMA_PREP_INTERRUPT);
  if (copy == nullptr) panic("no descriptor");
  copy->callback_result = on_done;
  dmaengine_submit(copy);
  dma_async_issue_pending(channel_->handle());
}

void DmaBench::wait() {
  if (wait_for_completion_timeout(&done, kPatienceUs) == 0 || failed) panic("the copy failed");
}

void DmaBench::device_copies(dma_addr_t to, dma_addr_t from, std::size_t size) {
  mapped_ = 0;
  start(to, from, size);
  wait();
}

void DmaBench::finish() {
  wait();
  dma_unmap_single_attrs(&dev(), mapped_, mapped_size_, direction_, DMA_ATTR_SKIP_CPU_SYNC);
}

void evict(const void* address) {
  // 64 KiB is a way of the L2, and a multiple of a way of the L1: the same set in both.
  constexpr std::size_t kStride = 64U << 10;
  constexpr std::size_t kLines = 160;
  static std::span<std::byte> other;
  if (other.empty()) other = alloc_bytes(kStride * kLines);
  if (other.empty()) panic("no memory");
  const auto set = reinterpret_cast<std::uintptr_t>(address) % kStride;
  const auto base = reinterpret_cast<std::uintptr_t>(other.data());
  const std::size_t first = (set + kStride - base % kStride) % kStride;
  for (std::size_t i = 0; i + 1 < kLines; ++i) peek(other.data() + first + i * kStride);
}

namespace {

volatile std::byte* l2_registers() {
  static volatile void* base = nullptr;
  if (base == nullptr) {
    device* dev = nullptr;
    for (const char* name : {"arm,pl310-cache", "arm,l220-cache", "arm,l210-cache"}) {
      if (dev == nullptr) dev = find_device(name);
    }
    if (dev == nullptr) panic("no outer cache");
    base = device_iomap(*dev).value_or(nullptr);
  }
  return static_cast<volatile std::byte*>(base);
}

}  // namespace

std::uint32_t l2_read(unsigned offset) { return readl_relaxed(l2_registers() + offset); }
void l2_write(unsigned offset, std::uint32_t value) {
  writel_relaxed(value, l2_registers() + offset);
}

}  // namespace guest::test
