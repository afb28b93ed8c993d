// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sw/dma/dma_mapping.hpp"
#include "sw/lib/result.hpp"

namespace guest {

/// An address as one bus master puts it on the bus: physical, or I/O virtual behind an SMMU. No
/// pointer, no integer.
enum class DmaAddress : std::uint32_t {};

constexpr std::uint32_t raw(DmaAddress address) { return static_cast<std::uint32_t>(address); }
constexpr DmaAddress operator+(DmaAddress address, std::uint32_t bytes) {
  return DmaAddress{raw(address) + bytes};
}

/// A streaming mapping. The device owns the buffer from `map` until the destructor, except inside
/// `for_cpu`. Move-only. A TO_DEVICE buffer is never written: `map` takes it const.
class Mapping {
 public:
  static Result<Mapping> map(device& dev, std::span<std::byte> buffer,
                             dma_data_direction direction);
  static Result<Mapping> map(device& dev, std::span<const std::byte> buffer,
                             dma_data_direction direction);

  Mapping(Mapping&& other) noexcept
      : dev_{std::exchange(other.dev_, nullptr)},
        buffer_{other.buffer_},
        address_{other.address_},
        direction_{other.direction_} {}
  Mapping& operator=(Mapping&&) = delete;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();  ///< Unmaps.

  DmaAddress address() const { return address_; }
  std::size_t size() const { return buffer_.size(); }

  /// Lends the buffer to the CPU for the duration of `use(std::span<std::byte>)`: sync, use, sync.
  template <class Use>
  void for_cpu(Use&& use) {
    dma_sync_single_for_cpu(dev_, raw(address_), buffer_.size(), direction_);
    std::forward<Use>(use)(buffer_);
    dma_sync_single_for_device(dev_, raw(address_), buffer_.size(), direction_);
  }

 private:
  Mapping(device& dev, std::span<std::byte> buffer, DmaAddress address,
          dma_data_direction direction)
      : dev_{&dev}, buffer_{buffer}, address_{address}, direction_{direction} {}

  device* dev_;  ///< Null once moved from.
  std::span<std::byte> buffer_;
  DmaAddress address_;
  dma_data_direction direction_;
};

/// Memory that the CPU and a device share at all times. Move-only; freed by the destructor.
class CoherentMemory {
 public:
  static Result<CoherentMemory> allocate(device& dev, std::size_t size, dma_attrs attrs = 0);

  CoherentMemory(CoherentMemory&& other) noexcept
      : dev_{std::exchange(other.dev_, nullptr)},
        bytes_{other.bytes_},
        address_{other.address_},
        attrs_{other.attrs_} {}
  CoherentMemory& operator=(CoherentMemory&&) = delete;
  CoherentMemory(const CoherentMemory&) = delete;
  CoherentMemory& operator=(const CoherentMemory&) = delete;
  ~CoherentMemory();

  std::span<std::byte> bytes() const { return bytes_; }
  DmaAddress address() const { return address_; }

 private:
  CoherentMemory(device& dev, std::span<std::byte> bytes, DmaAddress address, dma_attrs attrs)
      : dev_{&dev}, bytes_{bytes}, address_{address}, attrs_{attrs} {}

  device* dev_;
  std::span<std::byte> bytes_;
  DmaAddress address_;
  dma_attrs attrs_;
};

}  // namespace guest
