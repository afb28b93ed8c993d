// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sw/dmaengine/channel.hpp"

namespace guest {

/// Fills memory behind buffers with a pattern by DMA, so that what is stale is never right by
/// accident. In a picture the pattern is stripes of magenta and green.
class PatternFiller {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;

  /// `memory` has `kBytes` and stays.
  explicit PatternFiller(std::span<std::byte> memory);
  /// Who copies from now on; null, and at first: nothing is filled.
  void copy_by(DmaChannel* channel) { channel_ = channel; }

  /// Fills memory the CPU is about to give away, or to overwrite. Whoever calls owns the buffer.
  Result<void> fill(std::span<std::byte> buffer);
  /// Fills memory that needs no cache maintenance, or whose owner cares for it.
  Result<void> fill(DmaAddress buffer, std::size_t size);

 private:
  Result<void> copy_pattern(DmaAddress to, std::size_t size);

  DmaChannel* channel_ = nullptr;
  std::span<std::byte> pattern_;
};

}  // namespace guest
