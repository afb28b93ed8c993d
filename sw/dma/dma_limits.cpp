// SPDX-License-Identifier: Apache-2.0
// What a device reaches and takes: Linux 6.1, kernel/dma/mapping.c and
// include/linux/dma-mapping.h.
#include "sw/arch/cacheflush.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dma/null_device.hpp"
#include "sw/lib/result.hpp"

using guest::device_or_null_device;
using guest::Error;
using guest::to_errno;

namespace guest {

device& device_or_null_device(device* dev) {
  static device null_device;
  null_device.name = "no device";
  return dev != nullptr ? *dev : null_device;
}

}  // namespace guest

namespace {

constexpr unsigned kDefaultSegmentBytes = 65536;

/// Sets a limit where the device keeps its own.
template <class T>
int set_limit(device* dev, T device_dma_parameters::*limit, T value) {
  device_dma_parameters* parameters = device_or_null_device(dev).dma_parms;
  if (dev == nullptr || parameters == nullptr) return to_errno(Error::kIo);
  parameters->*limit = value;
  return 0;
}

/// The device's own limit, or the default.
template <class T>
T limit_of(device* dev, T device_dma_parameters::*limit, T fallback) {
  const device_dma_parameters* parameters = device_or_null_device(dev).dma_parms;
  return parameters != nullptr && parameters->*limit != 0 ? parameters->*limit : fallback;
}

}  // namespace

int dma_set_mask(device* dev, std::uint64_t mask) {
  if (dev == nullptr) return to_errno(Error::kIo);
  return get_dma_ops(dev).set_dma_mask(*dev, mask);
}

int dma_set_coherent_mask(device* dev, std::uint64_t mask) {
  if (dev == nullptr || !get_dma_ops(dev).dma_supported(*dev, mask)) return to_errno(Error::kIo);
  dev->coherent_dma_mask = mask;
  return 0;
}

int dma_supported(device* dev, std::uint64_t mask) {
  return get_dma_ops(dev).dma_supported(device_or_null_device(dev), mask) ? 1 : 0;
}

std::uint64_t dma_get_required_mask(device* dev) {
  return get_dma_ops(dev).get_required_mask(device_or_null_device(dev));
}

std::size_t dma_max_mapping_size(device* dev) {
  return get_dma_ops(dev).max_mapping_size(device_or_null_device(dev));
}

int dma_set_max_seg_size(device* dev, unsigned size) {
  return set_limit(dev, &device_dma_parameters::max_segment_size, size);
}
int dma_set_seg_boundary(device* dev, unsigned long mask) {
  return set_limit(dev, &device_dma_parameters::segment_boundary_mask, mask);
}
int dma_set_min_align_mask(device* dev, unsigned mask) {
  return set_limit(dev, &device_dma_parameters::min_align_mask, mask);
}
unsigned dma_get_max_seg_size(device* dev) {
  return limit_of(dev, &device_dma_parameters::max_segment_size, kDefaultSegmentBytes);
}
unsigned long dma_get_seg_boundary(device* dev) {
  return limit_of(dev, &device_dma_parameters::segment_boundary_mask, 0xFFFF'FFFFUL);
}
int dma_get_cache_alignment() { return static_cast<int>(guest::kCacheLineBytes); }
