// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/dma/dma_pool.hpp"
#include "sw/measure/content.hpp"

namespace guest {

/// What the ends of transfers share: a pool of small blocks, a memory that is no DRAM, and from
/// time to time a pool of coherent memory that is the device's own.
class Supplies {
 public:
  static constexpr std::size_t kBlockBytes = 1024;
  static constexpr std::size_t kWindowBytes = 16U << 10;
  static constexpr unsigned kWindows = 24;

  /// `lends`: the DMA layer takes coherent memory for mappings, which must not be the device's own.
  Supplies(device& dev, bool lends);
  Supplies(const Supplies&) = delete;
  Supplies& operator=(const Supplies&) = delete;
  ~Supplies();

  device& dev() const { return dev_; }
  dma_pool* pool() const { return pool_; }

  /// Whether the device and the CPU see the same bytes of static memory: not where the device's
  /// accesses go through the caches.
  bool has_static_memory() const { return windows_ != nullptr; }
  std::span<std::byte> window(unsigned place) const;
  phys_addr_t window_address(unsigned place) const;

  /// Gives the device a pool of its own, or takes it back once nothing of it is in use.
  void change_device_memory(Random& random);
  bool has_device_memory() const { return state_ != DeviceMemory::kNone; }
  /// For an allocation: false while the pool is to go. `from_pool`: it will be of the pool.
  bool may_allocate(bool& from_pool) const;
  void allocated(bool from_pool) { in_use_ += from_pool ? 1 : 0; }
  void freed(bool from_pool) { in_use_ -= from_pool ? 1 : 0; }
  std::uint32_t times_declared() const { return times_declared_; }
  bool can_declare() const {
    return windows_ != nullptr && !lends_ && dev_.iommu_mapping == nullptr;
  }

 private:
  enum class DeviceMemory : std::uint8_t { kNone, kDeclared, kEnding };

  device& dev_;
  bool lends_;
  dma_pool* pool_;
  phys_addr_t static_memory_ = 0;
  std::byte* windows_ = nullptr;
  DeviceMemory state_ = DeviceMemory::kNone;
  unsigned in_use_ = 0;
  std::uint32_t times_declared_ = 0;
};

}  // namespace guest
