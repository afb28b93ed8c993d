// SPDX-License-Identifier: Apache-2.0
// A picture whose pages lie in no order. The LCD controller has one base address and no list:
// behind an SMMU it shows the picture all the same, and without one something else.
// scattered_display.py looks at the screenshot.
#include <array>

#include "sw/dma/dma_mapping.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kMostPages = 1024;
/// Neighbours in the picture are that many pages apart: no divisor of the number of pages.
constexpr std::size_t kStride = 7;

std::array<scatterlist, kMostPages> list;

/// The pixel that scattered_display.py expects.
constexpr std::uint32_t pixel(std::size_t x, std::size_t y) {
  return static_cast<std::uint32_t>((x & 0xFF) << 16 | (y & 0xFF) << 8 |
                                    ((x >> 3 ^ y >> 3) & 0xFF));
}

/// Pages of one block in an order of their own; the first one is the first.
unsigned scatter(std::size_t bytes) {
  const std::size_t pages = (bytes + kPageBytes - 1) / kPageBytes;
  std::byte* const block = alloc_bytes(bytes).data();
  if (block == nullptr || pages > kMostPages) panic("no memory");
  sg_init_table(list.data(), static_cast<unsigned>(pages));
  for (std::size_t i = 0; i < pages; ++i) {
    sg_set_buf(&list[i], block + i * kStride % pages * kPageBytes, kPageBytes);
  }
  return static_cast<unsigned>(pages);
}

void draw(std::size_t width, std::size_t height) {
  for (std::size_t i = 0; i < width * height; ++i) {
    const std::size_t at = i * sizeof(std::uint32_t);
    auto* const page = static_cast<std::byte*>(sg_virt(&list[at / kPageBytes]));
    *reinterpret_cast<std::uint32_t*>(page + at % kPageBytes) = pixel(i % width, i / width);
  }
}

}  // namespace

int guest_main() {
  if (clcd() == nullptr) panic("no display");
  Clcd& display = *clcd();
  device* const dev = &display.dev();
  dma_set_max_seg_size(dev, 0xFFFF'FFFF);
  const unsigned pages = scatter(display.frame_bytes());
  draw(display.panel().width, display.panel().height);
  const unsigned segments = dma_map_sg(dev, list.data(), static_cast<int>(pages), DMA_TO_DEVICE);
  printk(pages, " pages, ", segments, " segments\n");
  if (segments == 0) return 1;
  const DmaAddress base{static_cast<std::uint32_t>(sg_dma_address(&list[0]))};
  const bool shown = display.enable(base) && display.wait_for_whole_frame();
  printk(display.bus_errors(), " bus errors\n");
  display.disable();
  dma_unmap_sg(dev, list.data(), static_cast<int>(pages), DMA_TO_DEVICE);
  return shown && display.bus_errors() == 0 ? 0 : 1;
}
