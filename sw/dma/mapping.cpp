// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/mapping.hpp"

namespace guest {

Result<Mapping> Mapping::map(device& dev, std::span<std::byte> buffer,
                             dma_data_direction direction) {
  if (buffer.empty()) return Error::kInvalid;
  const dma_addr_t handle = dma_map_single(&dev, buffer.data(), buffer.size(), direction);
  if (dma_mapping_error(&dev, handle) != 0) return Error::kOutOfIova;
  return Mapping{dev, buffer, DmaAddress{static_cast<std::uint32_t>(handle)}, direction};
}

Result<Mapping> Mapping::map(device& dev, std::span<const std::byte> buffer,
                             dma_data_direction direction) {
  if (direction != DMA_TO_DEVICE) return Error::kInvalid;
  // Nobody writes: the device reads, and for_cpu lends what the CPU may only read.
  return map(dev, std::span{const_cast<std::byte*>(buffer.data()), buffer.size()}, direction);
}

Mapping::~Mapping() {
  if (dev_ != nullptr) dma_unmap_single(dev_, raw(address_), buffer_.size(), direction_);
}

Result<CoherentMemory> CoherentMemory::allocate(device& dev, std::size_t size, dma_attrs attrs) {
  dma_addr_t handle = 0;
  void* memory = dma_alloc_attrs(&dev, size, &handle, GFP_KERNEL, attrs);
  if (memory == nullptr) return Error::kOutOfMemory;
  return CoherentMemory{dev,
                        {static_cast<std::byte*>(memory), size},
                        DmaAddress{static_cast<std::uint32_t>(handle)},
                        attrs};
}

CoherentMemory::~CoherentMemory() {
  if (dev_ != nullptr) dma_free_attrs(dev_, bytes_.size(), bytes_.data(), raw(address_), attrs_);
}

}  // namespace guest
