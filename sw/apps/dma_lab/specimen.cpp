// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/dma_lab/specimen.hpp"

#include <algorithm>

#include "sw/lib/string.hpp"
#include "sw/measure/content.hpp"

namespace guest {
namespace {

/// One specimen at a time.
std::array<scatterlist, Specimen::kMostEntries> list;

}  // namespace

/// An entry a page, as a page cache would give them.
void Specimen::make_list() {
  std::span<std::byte> left = buffer_;
  for (entries_ = 0; !left.empty(); ++entries_) {
    const std::size_t offset = reinterpret_cast<std::uintptr_t>(left.data()) & (kPageBytes - 1);
    left = left.subspan(std::min(left.size(), kPageBytes - offset));
  }
  sg_init_table(list.data(), entries_);
  left = buffer_;
  for (unsigned i = 0; i < entries_; ++i) {
    const std::size_t offset = reinterpret_cast<std::uintptr_t>(left.data()) & (kPageBytes - 1);
    const std::size_t size = std::min(left.size(), kPageBytes - offset);
    sg_set_buf(&list[i], left.data(), static_cast<unsigned>(size));
    left = left.subspan(size);
  }
}

bool Specimen::map() {
  device* const dev = &channel_.mapping_device();
  switch (form_) {
    case Form::kSingle:
      handle_ = dma_map_single(dev, buffer_.data(), buffer_.size(), direction_);
      return dma_mapping_error(dev, handle_) == 0;
    case Form::kPage: {
      const auto offset = reinterpret_cast<std::uintptr_t>(buffer_.data()) & (kPageBytes - 1);
      handle_ = dma_map_page(dev, virt_to_page(buffer_.data()), offset, buffer_.size(), direction_);
      return dma_mapping_error(dev, handle_) == 0;
    }
    default:
      mapped_ = dma_map_sg(dev, list.data(), static_cast<int>(entries_), direction_);
      return mapped_ != 0;
  }
}

void Specimen::unmap() {
  device* const dev = &channel_.mapping_device();
  if (form_ == Form::kList) {
    dma_unmap_sg(dev, list.data(), static_cast<int>(entries_), direction_);
  } else if (form_ == Form::kPage) {
    dma_unmap_page(dev, handle_, buffer_.size(), direction_);
  } else {
    dma_unmap_single(dev, handle_, buffer_.size(), direction_);
  }
}

bool Specimen::move(dma_addr_t mapped, std::size_t offset, std::size_t size) {
  const auto here = DmaAddress{static_cast<std::uint32_t>(mapped)};
  const DmaAddress there = peer_.address() + static_cast<std::uint32_t>(offset);
  return static_cast<bool>(to_device() ? channel_.copy(there, here, size)
                                       : channel_.copy(here, there, size));
}

bool Specimen::transfer() {
  if (form_ != Form::kList) return move(handle_, 0, buffer_.size());
  std::size_t offset = 0;
  for (const scatterlist& entry : SgRange{list.data(), mapped_}) {
    if (!move(sg_dma_address(&entry), offset, sg_dma_len(&entry))) return false;
    offset += sg_dma_len(&entry);
  }
  return offset == buffer_.size();
}

void Specimen::copy_by_cpu() const {
  if (to_device()) {
    memcpy(peer_bytes().data(), buffer_.data(), buffer_.size());
  } else {
    memcpy(buffer_.data(), peer_bytes().data(), buffer_.size());
  }
}

void Specimen::fill(std::uint32_t seed) const {
  fill_content(to_device() ? buffer_ : peer_bytes(), seed);
  fill_content(to_device() ? peer_bytes() : buffer_, ~seed);
}

void Specimen::soil() const { memset(buffer_.data(), 0x5A, buffer_.size()); }

bool Specimen::verify(std::uint32_t seed) const {
  return wrong_content(to_device() ? peer_bytes() : buffer_, seed) == 0;
}

}  // namespace guest
