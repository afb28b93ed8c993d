// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/card_loader.hpp"

#include <algorithm>

namespace guest {

namespace {

constexpr std::size_t kBlockBytes = BlockReader::kBlockBytes;
constexpr std::byte kDirt{0xEE};

/// Files up to this size are compared whole, of larger ones every `kSample`th read and the last.
constexpr std::size_t kComparedWhole = 512 * 1024;
constexpr std::size_t kSample = 8;

LoadedFile failed(const char* why, bool card_failed) {
  LoadedFile file;
  file.problem = why;
  file.card_failed = card_failed;
  return file;
}

}  // namespace

LoadedFile CardLoader::load(Fat32Volume& volume, std::uint32_t first_cluster, std::uint32_t size,
                            Arena& arena) {
  const std::size_t rounded = (std::size_t{size} + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  auto* const memory = static_cast<std::byte*>(rounded < size ? nullptr : arena.allocate(rounded));
  if (memory == nullptr) return failed("the file is larger than the memory", false);
  const std::span content{memory, rounded};
  LoadedFile file;
  FileExtents extents{volume, first_cluster, size};
  BlockExtent extent;
  std::size_t offset = 0;
  std::size_t reads = 0;
  for (;;) {
    const FatError error = extents.next(extent);
    if (error != FatError::kNone) return failed(describe(error), error == FatError::kRead);
    if (extent.blocks == 0) break;
    while (extent.blocks != 0) {
      const auto blocks = std::min<std::uint32_t>(extent.blocks, SdBuffer::kBytes / kBlockBytes);
      const std::span<std::byte> part = content.subspan(offset, blocks * kBlockBytes);
      if (const auto read_in = read(extent.first_block, part); !read_in)
        return failed(describe(read_in.error()), true);
      offset += part.size();
      if (rounded <= kComparedWhole || reads++ % kSample == 0 || offset == rounded) {
        const auto compared = compare(extent.first_block, part, offset - part.size(), file);
        if (!compared) return failed(describe(compared.error()), true);
      }
      extent.first_block += blocks;
      extent.blocks -= blocks;
    }
  }
  file.content = content.first(size);
  return file;
}

Result<void> CardLoader::read(std::uint32_t first_block, std::span<std::byte> to) {
  SdBuffer::Segments storage;
  const auto segments = buffer_.segments(to.size(), storage);
  for (const auto segment : segments) {
    if (const auto filled = filler_.fill(segment); !filled) return filled;
  }
  // What a buffer is like that something else was done with just before: dirty in the caches.
  for (const auto segment : segments) std::fill(segment.begin(), segment.end(), kDirt);
  if (const auto result = card_.read(first_block, segments); !result) return result;
  auto at = to.begin();
  for (const auto segment : segments) at = std::copy(segment.begin(), segment.end(), at);
  return {};
}

Result<void> CardLoader::compare(std::uint32_t first_block, std::span<const std::byte> content,
                                 std::size_t offset, LoadedFile& file) {
  if (!host_.has_dma()) return {};
  const std::span<std::byte> again = second_.first(content.size());
  host_.set_dma_allowed(false);
  const Result<void> result = card_.read(first_block, again);
  host_.set_dma_allowed(true);
  if (!result) return result;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == again[i]) continue;
    if (file.wrong_bytes++ == 0) file.first_wrong = offset + i;
  }
  return {};
}

}  // namespace guest
