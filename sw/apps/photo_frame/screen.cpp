// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/screen.hpp"

#include <algorithm>

#include "sw/apps/photo_frame/crc32.hpp"
#include "sw/apps/photo_frame/test_card.hpp"
#include "sw/arch/barrier.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/mm/page.hpp"

namespace guest {

namespace {

constexpr unsigned kBlitTimeoutMs = 200;

/// Maps the framebuffer, which needs no maintenance, for the controller that copies into it. Each
/// of the two has its own addresses for the same pages.
class FramebufferMapping {
 public:
  FramebufferMapping(device& dev, device& owner, std::span<std::byte> framebuffer,
                     DmaAddress address)
      : dev_{dev} {
    if (dma_get_sgtable(&owner, &table_, framebuffer.data(), raw(address), framebuffer.size()) != 0)
      return;
    valid_ = dma_map_sgtable(&dev_, &table_, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC) == 0;
    if (!valid_) sg_free_table(&table_);
  }
  FramebufferMapping(const FramebufferMapping&) = delete;
  FramebufferMapping& operator=(const FramebufferMapping&) = delete;
  ~FramebufferMapping() {
    if (!valid_) return;
    dma_unmap_sgtable(&dev_, &table_, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
    sg_free_table(&table_);
  }

  /// In one piece.
  bool valid() const { return valid_ && table_.nents == 1; }
  DmaAddress address() const {
    return DmaAddress{static_cast<std::uint32_t>(sg_dma_address(table_.sgl))};
  }

 private:
  device& dev_;
  sg_table table_{};
  bool valid_ = false;
};

}  // namespace

Surface Screen::surface_of(std::span<std::byte> memory) const {
  return {reinterpret_cast<std::uint32_t*>(memory.data()), lcd_.panel().width, lcd_.panel().height};
}

Result<void> Screen::start() {
  back_buffer_ = alloc_bytes(lcd_.frame_bytes());
  if (back_buffer_.empty()) return Error::kOutOfMemory;
  if (const auto result = allocate_framebuffer(); !result) return result;
  return lcd_.enable(framebuffer_address_);
}

Result<void> Screen::allocate_framebuffer() {
  const std::size_t size = lcd_.frame_bytes();
  if (settings_.mistake == Mistake::kCachedFramebuffer) {
    // The mistake: pages as they are, cached, and their physical address for the LCD. mxsfb did it
    // until Linux 4.18.
    framebuffer_ = alloc_bytes(size);
    if (framebuffer_.empty()) return Error::kOutOfMemory;
    framebuffer_address_ = DmaAddress{virt_to_phys(framebuffer_.data())};
    return {};
  }
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_wc(&lcd_.dev(), size, &handle, GFP_KERNEL);
  if (memory == nullptr) return Error::kOutOfMemory;
  framebuffer_ = {static_cast<std::byte*>(memory), size};
  framebuffer_address_ = DmaAddress{static_cast<std::uint32_t>(handle)};
  return {};
}

Result<Surface> Screen::begin() {
  if (const auto filled = filler_.fill(back_buffer_); !filled) return filled.error();
  return surface_of(back_buffer_);
}

std::uint32_t Screen::back_buffer_crc() const { return crc32(back_buffer_); }

Result<void> Screen::present(std::string_view caption) {
  const Result<void> copied = blit();
  if (settings_.caption) draw_caption(surface_of(framebuffer_), caption);
  wmb();  // The caption need not wait in a store buffer until somebody else drains it.
  const Result<void> shown = lcd_.wait_for_whole_frame();
  return copied ? shown : copied;
}

Result<void> Screen::blit() {
  if (channel_ == nullptr) {
    std::copy(back_buffer_.begin(), back_buffer_.end(), framebuffer_.begin());
    return {};
  }
  device& dev = channel_->mapping_device();
  const std::size_t size = back_buffer_.size();
  const FramebufferMapping target{dev, lcd_.dev(), framebuffer_, framebuffer_address_};
  if (!target.valid()) return Error::kOutOfIova;
  if (const auto filled = filler_.fill(target.address(), size); !filled) return filled;

  const dma_attrs attrs = settings_.mistake == Mistake::kNoMapClean ? DMA_ATTR_SKIP_CPU_SYNC : 0;
  const dma_addr_t source =
      dma_map_single_attrs(&dev, back_buffer_.data(), size, DMA_TO_DEVICE, attrs);
  if (dma_mapping_error(&dev, source) != 0) return Error::kOutOfIova;
  pl330_skip_barrier = settings_.mistake == Mistake::kNoBarrier;
  const Result<void> result = channel_->copy(
      target.address(), DmaAddress{static_cast<std::uint32_t>(source)}, size, kBlitTimeoutMs);
  pl330_skip_barrier = false;
  dma_unmap_single_attrs(&dev, source, size, DMA_TO_DEVICE, attrs);
  return result;
}

}  // namespace guest
