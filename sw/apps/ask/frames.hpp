// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sw/drivers/clcd/clcd.hpp"

namespace guest {

/// Memory for one frame, as the CPU and as the LCD see it.
struct Frame {
  std::string_view name;
  std::uint32_t* pixels = nullptr;
  dma_addr_t address = 0;
  bool mapped = false;  ///< Cacheable, and to be synced for the LCD.

  DmaAddress scanned_at() const { return DmaAddress{static_cast<std::uint32_t>(address)}; }
  /// To be drawn in from now on.
  void give_to_cpu(const Clcd& lcd) const;
  /// Writes every pixel, and sees all of it on its way to the LCD.
  void draw(const Clcd& lcd, std::uint32_t colour) const;
};

/// A frame in each kind of memory: write-combining, coherent, strongly ordered, and cached.
class Frames {
 public:
  explicit Frames(const Clcd& lcd);
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;
  ~Frames();

  static constexpr std::size_t kKinds = 4;
  /// Whether there was memory for all.
  bool valid() const { return valid_; }
  const std::array<Frame, kKinds>& all() const { return frames_; }

 private:
  device& dev_;
  std::size_t size_;
  std::optional<CoherentMemory> combining_;
  std::optional<CoherentMemory> coherent_;
  std::span<std::byte> strict_;
  std::span<std::byte> cached_;
  dma_addr_t strict_at_ = DMA_MAPPING_ERROR;
  dma_addr_t cached_at_ = DMA_MAPPING_ERROR;
  void* ordered_ = nullptr;
  std::array<Frame, kKinds> frames_;
  bool valid_ = false;
};

/// Switches the LCD off, and waits until the frame it shows is over: then its memory may go.
void switch_off(Clcd& lcd);

}  // namespace guest
