// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/pattern_filler.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace guest {

PatternFiller::PatternFiller(std::span<std::byte> memory) : pattern_{memory.first(kBytes)} {
  constexpr std::uint32_t kMagenta = 0x00FF'00FF;
  constexpr std::uint32_t kGreen = 0x0000'C000;
  constexpr std::size_t kStripe = 8;  // Pixels.
  for (std::size_t i = 0; i < kBytes / sizeof(std::uint32_t); ++i) {
    const std::uint32_t pixel = i / kStripe % 2 == 0 ? kMagenta : kGreen;
    std::memcpy(pattern_.data() + i * sizeof pixel, &pixel, sizeof pixel);
  }
}

Result<void> PatternFiller::fill(std::span<std::byte> buffer) {
  if (channel_ == nullptr || buffer.empty()) return {};
  const Result<Mapping> target = Mapping::map(channel_->mapping_device(), buffer, DMA_FROM_DEVICE);
  if (!target) return target.error();
  return copy_pattern(target->address(), buffer.size());
}

Result<void> PatternFiller::fill(DmaAddress buffer, std::size_t size) {
  return channel_ == nullptr ? Result<void>{} : copy_pattern(buffer, size);
}

Result<void> PatternFiller::copy_pattern(DmaAddress to, std::size_t size) {
  const std::span<const std::byte> pattern = pattern_.first(std::min(kBytes, size));
  const Result<Mapping> source = Mapping::map(channel_->mapping_device(), pattern, DMA_TO_DEVICE);
  if (!source) return source.error();
  for (std::size_t done = 0; done < size; done += kBytes) {
    const std::size_t part = std::min(kBytes, size - done);
    const auto result =
        channel_->copy(to + static_cast<std::uint32_t>(done), source->address(), part);
    if (!result) return result;
  }
  return {};
}

}  // namespace guest
