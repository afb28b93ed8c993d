// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/channel.hpp"

namespace guest {

/// How a buffer is mapped.
enum class Form : std::uint8_t { kSingle, kPage, kList };
inline constexpr std::array<std::string_view, 3> kFormNames{"single", "page", "sg"};

/// A buffer that is mapped in one form and direction, moved, and unmapped: the steps to be
/// measured, one function each. The other end of the transfer is coherent memory, which needs no
/// mapping.
class Specimen {
 public:
  static constexpr std::size_t kMostBytes = 4U << 20;
  /// Of a list; one that begins within a page ends in another one.
  static constexpr std::size_t kMostEntries = kMostBytes / kPageBytes + 1;

  Specimen(DmaChannel& channel, const CoherentMemory& peer, Form form, dma_data_direction direction,
           std::span<std::byte> buffer)
      : channel_{channel}, peer_{peer}, form_{form}, direction_{direction}, buffer_{buffer} {
    if (form == Form::kList) make_list();
  }

  [[nodiscard]] bool map();
  [[nodiscard]] bool transfer();
  void unmap();
  /// The same by the CPU.
  void copy_by_cpu() const;

  /// Both ends, with different contents: the buffer is dirty all over, as if the CPU had just
  /// worked on it.
  void fill(std::uint32_t seed) const;
  /// Makes the buffer as dirty, and no content.
  void soil() const;
  /// Whether each byte of the end that was written is the other's.
  bool verify(std::uint32_t seed) const;

 private:
  bool to_device() const { return direction_ != DMA_FROM_DEVICE; }
  std::span<std::byte> peer_bytes() const { return peer_.bytes().first(buffer_.size()); }
  void make_list();
  bool move(dma_addr_t mapped, std::size_t offset, std::size_t size);

  DmaChannel& channel_;
  const CoherentMemory& peer_;
  Form form_;
  dma_data_direction direction_;
  std::span<std::byte> buffer_;
  dma_addr_t handle_ = 0;
  unsigned entries_ = 0;
  unsigned mapped_ = 0;
};

}  // namespace guest
