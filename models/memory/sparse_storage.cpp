// SPDX-License-Identifier: Apache-2.0
#include "models/memory/sparse_storage.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "models/core/copy_part.hpp"

namespace linefill {

SparseStorage::SparseStorage(std::uint64_t size, std::byte fill)
    : size_{size}, fill_{fill}, chunks_((size + kChunkBytes - 1) / kChunkBytes) {}

void SparseStorage::read(std::uint64_t offset, std::span<std::byte> data) const {
  assert(offset + data.size() <= size_);
  while (!data.empty()) {
    const std::size_t within = offset % kChunkBytes;
    const std::size_t part = std::min(data.size(), kChunkBytes - within);
    const auto& chunk = chunks_[offset / kChunkBytes];
    if (chunk == nullptr) {
      std::fill_n(data.begin(), part, fill_);
    } else {
      copy_part(data.data(), chunk->data() + within, part);
    }
    data = data.subspan(part);
    offset += part;
  }
}

void SparseStorage::write(std::uint64_t offset, std::span<const std::byte> data) {
  assert(offset + data.size() <= size_);
  while (!data.empty()) {
    const std::size_t within = offset % kChunkBytes;
    const std::size_t part = std::min(data.size(), kChunkBytes - within);
    copy_part(chunk(offset).data() + within, data.data(), part);
    data = data.subspan(part);
    offset += part;
  }
}

void SparseStorage::write(std::uint64_t offset, std::span<const std::byte> data, ByteMask strobes) {
  assert(data.size() <= kLineBytes);
  ByteMask left = strobes & bytes_at(0, static_cast<unsigned>(data.size()));
  while (left != 0) {
    const auto first = static_cast<unsigned>(std::countr_zero(left));
    const auto run = static_cast<unsigned>(std::countr_one(left >> first));
    write(offset + first, data.subspan(first, run));
    left &= ~bytes_at(first, run);
  }
}

SparseStorage::Chunk& SparseStorage::chunk(std::uint64_t offset) {
  auto& chunk = chunks_[offset / kChunkBytes];
  if (chunk == nullptr) {
    chunk = std::make_unique<Chunk>();
    chunk->fill(fill_);
  }
  return *chunk;
}

std::size_t SparseStorage::chunks() const {
  return static_cast<std::size_t>(std::count_if(
      chunks_.begin(), chunks_.end(), [](const auto& chunk) { return chunk != nullptr; }));
}

}  // namespace linefill
