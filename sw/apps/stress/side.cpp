// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/side.hpp"

#include <algorithm>

#include "sw/arch/cacheflush.hpp"

namespace guest {

// --- Memory

bool Side::take(device& dev, Random& random, std::size_t size) {
  dev_ = &dev;
  kind_ = static_cast<Kind>(random.below(kKinds));
  if (always_shared()) return take_shared(size);
  // Anywhere in the arena, but in lines of its own.
  const std::size_t room = arena_.size() - size - 2 * kCacheLineBytes;
  std::size_t start = kCacheLineBytes + random.below(static_cast<std::uint32_t>(room));
  if (random.below(2) == 0) start &= ~(kCacheLineBytes - 1);
  bytes_ = arena_.subspan(start, size);
  return true;
}

bool Side::take_shared(std::size_t size) {
  attrs_ = kind_ == Kind::kWriteCombining ? DMA_ATTR_WRITE_COMBINE : 0;
  void* const memory = dma_alloc_attrs(dev_, size, &handle_, GFP_KERNEL, attrs_);
  bytes_ = {static_cast<std::byte*>(memory), memory == nullptr ? 0 : size};
  return memory != nullptr;
}

void Side::give_back() {
  if (always_shared()) dma_free_attrs(dev_, bytes_.size(), bytes_.data(), handle_, attrs_);
  bytes_ = {};
}

// --- Mappings

bool Side::map(dma_data_direction direction, Random& random) {
  direction_ = direction;
  piece_count_ = 0;
  if (always_shared()) {
    pieces_[piece_count_++] = {static_cast<std::uint32_t>(handle_),
                               static_cast<std::uint32_t>(bytes_.size())};
    return true;
  }
  const bool late = random.below(2) == 0;
  attrs_ = late ? DMA_ATTR_SKIP_CPU_SYNC : 0;
  if (is_list()) cut_list(random);
  if (is_list() ? !map_list(attrs_) : !map_one(attrs_)) return false;
  if (late) for_device();
  attrs_ = 0;
  return true;
}

bool Side::map_one(dma_attrs attrs) {
  if (kind_ == Kind::kSingle) {
    handle_ = dma_map_single_attrs(dev_, bytes_.data(), bytes_.size(), direction_, attrs);
  } else {
    const auto offset = reinterpret_cast<std::uintptr_t>(bytes_.data()) & (kPageBytes - 1);
    handle_ = dma_map_page_attrs(dev_, virt_to_page(bytes_.data()), offset, bytes_.size(),
                                 direction_, attrs);
  }
  if (dma_mapping_error(dev_, handle_) != 0) return false;
  pieces_[piece_count_++] = {static_cast<std::uint32_t>(handle_),
                             static_cast<std::uint32_t>(bytes_.size())};
  return true;
}

/// Random entries, each of whole lines but the last.
void Side::cut_list(Random& random) {
  entries_ = 0;
  std::array<std::span<std::byte>, kMostEntries> cuts;
  for (std::span<std::byte> left = bytes_; !left.empty();) {
    const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(left.data());
    std::size_t size = left.size();
    if (entries_ + 1 < kMostEntries && size > 4 * kCacheLineBytes) {
      size = 1 + random.below(static_cast<std::uint32_t>(size - kCacheLineBytes));
      size = ((start + size + kCacheLineBytes - 1) & ~(kCacheLineBytes - 1)) - start;
    }
    cuts[entries_++] = left.first(size);
    left = left.subspan(size);
  }
  sg_init_table(list_.data(), entries_);
  for (unsigned i = 0; i < entries_; ++i)
    sg_set_buf(&list_[i], cuts[i].data(), static_cast<unsigned>(cuts[i].size()));
  table_ = {list_.data(), entries_, entries_};
}

bool Side::map_list(dma_attrs attrs) {
  unsigned mapped = 0;
  if (kind_ == Kind::kTable) {
    if (dma_map_sgtable(dev_, &table_, direction_, attrs) != 0) return false;
    mapped = table_.nents;
  } else {
    mapped = dma_map_sg_attrs(dev_, list_.data(), static_cast<int>(entries_), direction_, attrs);
  }
  for (const scatterlist& entry : SgRange{list_.data(), mapped})
    pieces_[piece_count_++] = {static_cast<std::uint32_t>(sg_dma_address(&entry)),
                               sg_dma_len(&entry)};
  return mapped != 0;
}

void Side::unmap() {
  if (always_shared()) return;
  if (kind_ == Kind::kTable) {
    dma_unmap_sgtable(dev_, &table_, direction_, 0);
  } else if (kind_ == Kind::kList) {
    dma_unmap_sg(dev_, list_.data(), static_cast<int>(entries_), direction_);
  } else if (kind_ == Kind::kSingle) {
    dma_unmap_single(dev_, handle_, bytes_.size(), direction_);
  } else {
    dma_unmap_page(dev_, handle_, bytes_.size(), direction_);
  }
}

void Side::for_cpu(Random& random) {
  if (always_shared()) return;
  if (kind_ == Kind::kTable) {
    dma_sync_sgtable_for_cpu(dev_, &table_, direction_);
  } else if (kind_ == Kind::kList) {
    dma_sync_sg_for_cpu(dev_, list_.data(), static_cast<int>(entries_), direction_);
  } else if (random.below(2) == 0) {
    dma_sync_single_for_cpu(dev_, handle_, bytes_.size(), direction_);
  } else {
    // Two ranges make a whole; the border may be within a line.
    const std::size_t size = bytes_.size();
    const std::size_t part = 1 + random.below(static_cast<std::uint32_t>(size));
    dma_sync_single_range_for_cpu(dev_, handle_, 0, part, direction_);
    if (part != size) dma_sync_single_range_for_cpu(dev_, handle_, part, size - part, direction_);
  }
}

void Side::for_device() {
  if (always_shared()) return;
  if (kind_ == Kind::kTable) {
    dma_sync_sgtable_for_device(dev_, &table_, direction_);
  } else if (kind_ == Kind::kList) {
    dma_sync_sg_for_device(dev_, list_.data(), static_cast<int>(entries_), direction_);
  } else {
    dma_sync_single_for_device(dev_, handle_, bytes_.size(), direction_);
  }
}

}  // namespace guest
