// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/support/iommu_bench.hpp"

#include <utility>

#include "sw/dma/dma_page.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/time.hpp"
#include "tests/guest/support/dma_bench.hpp"

namespace guest::test {
namespace {

IommuBench::Fault told;

int on_fault(iommu_domain* /*domain*/, device* /*dev*/, unsigned long iova, int flags,
             void* /*token*/) {
  told = {told.count + 1, iova, flags};
  return 0;
}

}  // namespace

IommuBench::IommuBench() {
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!channel) panic("no DMA controller");
  channel_.emplace(std::move(*channel));
  get_dma_ops(&dev());
  if (domain() == nullptr) panic("the DMA controller is not behind an IOMMU");
  listen(domain());
}

void IommuBench::listen(iommu_domain* domain) {
  iommu_set_fault_handler(domain, on_fault, nullptr);
}

bool IommuBench::copy(dma_addr_t to, dma_addr_t from, std::size_t size) {
  return static_cast<bool>(channel_->copy(DmaAddress{static_cast<std::uint32_t>(to)},
                                          DmaAddress{static_cast<std::uint32_t>(from)}, size));
}

dma_addr_t IommuBench::map_page_of(std::uint32_t value, dma_data_direction direction) {
  last_page_ = alloc_bytes(kPageBytes).data();
  if (last_page_ == nullptr) panic("no memory");
  for (std::size_t i = 0; i < kPageBytes; i += 4) poke(last_page_ + i, value);
  dma_page_flush(virt_to_phys(last_page_), kPageBytes);
  if (mapped_count_ == mapped_.size()) panic("too many pages");
  const dma_addr_t handle = mapped(dev(), last_page_, kPageBytes, direction);
  mapped_[mapped_count_++] = {handle, direction};
  return handle;
}

void IommuBench::unmap_page(dma_addr_t handle) {
  for (Page& page : mapped_) {
    if (page.direction == DMA_NONE || page.handle != handle) continue;
    dma_unmap_single(&dev(), page.handle, kPageBytes, page.direction);
    page.direction = DMA_NONE;
  }
}

IommuBench::~IommuBench() {
  for (const Page& page : mapped_) unmap_page(page.handle);
}

std::uint32_t IommuBench::in_memory(std::byte* at) const {
  dma_page_dev_to_cpu(virt_to_phys(at), 4, DMA_FROM_DEVICE);
  return peek(at);
}

IommuBench::Fault IommuBench::faults() {
  udelay(2);  // The interrupt may come after the transfer's.
  return std::exchange(told, {});
}

}  // namespace guest::test
