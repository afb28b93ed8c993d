// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/sd_buffer.hpp"

#include <algorithm>
#include <new>

#include "sw/arch/cacheflush.hpp"

namespace guest {

SdBuffer::SdBuffer(std::span<std::byte> memory, bool shared_line) {
  for (std::size_t i = 0; i < kPieces; ++i) pieces_[i] = memory.subspan(i * kStride, kPieceBytes);
  std::size_t after = (kPieces - 1) * kStride + kPieceBytes;
  if (shared_line) {
    constexpr std::size_t kHalfLine = kCacheLineBytes / 2;
    pieces_.back() = memory.subspan((kPieces - 1) * kStride + kHalfLine, kPieceBytes);
    after += kHalfLine;
  }
  // Otherwise the counter begins a line of its own.
  live_counter_ = ::new (static_cast<void*>(memory.data() + after)) std::uint32_t{0};
}

std::span<const std::span<std::byte>> SdBuffer::segments(std::size_t bytes,
                                                         Segments& storage) const {
  std::size_t first = kPieces;
  while (bytes != 0 && first != 0) {
    --first;
    const std::size_t used = std::min(bytes, kPieceBytes);
    storage[first] = pieces_[first].last(used);
    bytes -= used;
  }
  return std::span{storage}.subspan(first);
}

}  // namespace guest
