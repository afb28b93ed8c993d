// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/ask/frames.hpp"

#include <utility>

#include "sw/arch/barrier.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/remap.hpp"

namespace guest {

void Frame::give_to_cpu(const Clcd& lcd) const {
  if (mapped) dma_sync_single_for_cpu(&lcd.dev(), address, lcd.frame_bytes(), DMA_TO_DEVICE);
}

void Frame::draw(const Clcd& lcd, std::uint32_t colour) const {
  const std::size_t count = lcd.frame_bytes() / sizeof(std::uint32_t);
  for (std::size_t i = 0; i < count; ++i) {
    volatile std::uint32_t& pixel = pixels[i];
    pixel = colour + static_cast<std::uint32_t>(i);
  }
  if (mapped) {
    dma_sync_single_for_device(&lcd.dev(), address, lcd.frame_bytes(), DMA_TO_DEVICE);
  } else {
    wmb();
  }
}

Frames::Frames(const Clcd& lcd)
    : dev_{lcd.dev()},
      size_{lcd.frame_bytes()},
      strict_{alloc_bytes(size_)},
      cached_{alloc_bytes(size_)} {
  Result<CoherentMemory> combining = CoherentMemory::allocate(dev_, size_, DMA_ATTR_WRITE_COMBINE);
  Result<CoherentMemory> coherent = CoherentMemory::allocate(dev_, size_);
  if (!combining || !coherent || strict_.empty() || cached_.empty()) return;
  combining_.emplace(std::move(*combining));
  coherent_.emplace(std::move(*coherent));
  strict_at_ = dma_map_single(&dev_, strict_.data(), size_, DMA_BIDIRECTIONAL);
  cached_at_ = dma_map_single(&dev_, cached_.data(), size_, DMA_TO_DEVICE);
  ordered_ = remap_pages(virt_to_phys(strict_.data()), size_, MemoryType::kUncached);
  if (dma_mapping_error(&dev_, strict_at_) != 0 || dma_mapping_error(&dev_, cached_at_) != 0 ||
      ordered_ == nullptr)
    return;
  const auto pixels = [](void* at) { return static_cast<std::uint32_t*>(at); };
  frames_ = {Frame{"write-combining", pixels(combining_->bytes().data()),
                   raw(combining_->address()), false},
             Frame{"coherent", pixels(coherent_->bytes().data()), raw(coherent_->address()), false},
             Frame{"strongly ordered", pixels(ordered_), strict_at_, false},
             Frame{"cached, synced", pixels(cached_.data()), cached_at_, true}};
  valid_ = true;
}

Frames::~Frames() {
  if (ordered_ != nullptr) unremap_pages(ordered_, size_);
  if (strict_at_ != DMA_MAPPING_ERROR)
    dma_unmap_single(&dev_, strict_at_, size_, DMA_BIDIRECTIONAL);
  if (cached_at_ != DMA_MAPPING_ERROR) dma_unmap_single(&dev_, cached_at_, size_, DMA_TO_DEVICE);
  if (!strict_.empty()) free_bytes(strict_);
  if (!cached_.empty()) free_bytes(cached_);
}

void switch_off(Clcd& lcd) {
  constexpr unsigned kLongestFrameMs = 40;
  lcd.disable();
  msleep(kLongestFrameMs);
}

}  // namespace guest
