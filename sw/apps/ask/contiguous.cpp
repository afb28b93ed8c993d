// SPDX-License-Identifier: Apache-2.0
// Why must a frame buffer be contiguous? The LCD controller has one base address: of a frame whose
// pages lie in no order it shows those that happen to be where it looks.
#include <algorithm>
#include <array>

#include "sw/apps/ask/answer.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/kernel/time.hpp"
#include "sw/measure/table.hpp"

namespace guest {
namespace {

constexpr std::size_t kMostPages = 512;
/// Neighbours in the picture are that many pages apart: no divisor of the number of pages.
constexpr std::size_t kStride = 7;

std::array<scatterlist, kMostPages> list;

/// How many pages of the picture the LCD finds when it goes on from the first.
std::size_t pages_in_place(unsigned segments) {
  const dma_addr_t base = sg_dma_address(list.data());
  std::size_t offset = 0;
  std::size_t in_place = 0;
  for (const scatterlist& segment : SgRange{list.data(), segments}) {
    if (sg_dma_address(&segment) == base + offset) in_place += sg_dma_len(&segment) / kPageBytes;
    offset += sg_dma_len(&segment);
  }
  return in_place;
}

}  // namespace

void answer_contiguous(Answer& answer) {
  Clcd* const lcd = clcd();
  if (!answer.require(lcd != nullptr, "a display")) return;
  device* const dev = &lcd->dev();
  const bool translated = dev->iommu_mapping != nullptr || dev->of_node.has("iommus");
  const std::span<std::byte> block = alloc_bytes(lcd->frame_bytes());
  const std::size_t pages = block.size() / kPageBytes;
  if (!answer.require(pages != 0 && pages <= kMostPages, "memory")) return;
  sg_init_table(list.data(), static_cast<unsigned>(pages));
  for (std::size_t i = 0; i < pages; ++i)
    sg_set_buf(&list[i], block.data() + i * kStride % pages * kPageBytes, kPageBytes);
  dma_set_max_seg_size(dev, 0xFFFF'FFFF);
  const unsigned segments = dma_map_sg(dev, list.data(), static_cast<int>(pages), DMA_TO_DEVICE);
  if (!answer.require(segments != 0, "a mapping")) return;
  const DmaAddress base{static_cast<std::uint32_t>(sg_dma_address(list.data()))};
  answer.expect(static_cast<bool>(lcd->enable(base)) &&
                    static_cast<bool>(lcd->wait_for_whole_frame()) && lcd->bus_errors() == 0,
                "a frame without bus errors");
  Table table{12, "a frame", "pages", "stretches for the LCD", "pages it finds"};
  const std::size_t found = pages_in_place(segments);
  table.row(translated ? "with SMMU" : "without", pages, segments, found);
  answer.expect(segments == (translated ? 1 : pages),
                "one stretch behind an SMMU, else one a page");
  answer.expect(translated ? found == pages : found < pages / 10,
                "all pages behind an SMMU, else but a few");
  lcd->disable();
  msleep(40);  // Until the frame it shows is over.
  dma_unmap_sg(dev, list.data(), static_cast<int>(pages), DMA_TO_DEVICE);
  free_bytes(block);
}

}  // namespace guest
