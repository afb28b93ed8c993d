// SPDX-License-Identifier: Apache-2.0
// The CPU draws while the LCD controller scans: in write-combining memory as a console does, and in
// cacheable memory.
#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kWhite = 0x00FF'FFFF;
constexpr std::size_t kWidth = 100;
constexpr std::size_t kHeight = 10;

void start(phys_addr_t framebuffer) {
  check(static_cast<bool>(clcd()->enable(DmaAddress{framebuffer})), "the display is on");
  check(static_cast<bool>(clcd()->wait_for_whole_frame()), "a frame is scanned");
}

/// A caption's pixels, with no barrier anywhere.
void draw(std::byte* framebuffer, std::size_t line_bytes) {
  for (std::size_t y = 0; y < kHeight; ++y) {
    for (std::size_t x = 0; x < kWidth; ++x) poke(framebuffer + y * line_bytes + 4 * x, kWhite);
  }
}

void check_drawn(const std::byte* framebuffer, std::size_t line_bytes) {
  bool all = true;
  for (std::size_t y = 0; y < kHeight; ++y) {
    for (std::size_t x = 0; x < kWidth; ++x)
      all = all && peek(framebuffer + y * line_bytes + 4 * x) == kWhite;
  }
  check(all, "the caption is there");
  check_equal(peek(framebuffer + 4 * kWidth), 0, "the pixel beside it");
}

void write_combining_case() {
  Clcd& display = *clcd();
  dma_addr_t handle = 0;
  void* memory = dma_alloc_wc(&display.dev(), display.frame_bytes(), &handle, GFP_KERNEL);
  if (memory == nullptr) panic("no memory");
  auto* framebuffer = static_cast<std::byte*>(memory);
  start(static_cast<phys_addr_t>(handle));
  const std::size_t line_bytes = 4 * display.panel().width;
  for (unsigned i = 0; i < 3; ++i) {
    draw(framebuffer + 40 * i * line_bytes, line_bytes);
    check(static_cast<bool>(display.wait_for_whole_frame()), "a frame is scanned");
  }
  check_drawn(framebuffer, line_bytes);
  check_equal(display.underflows(), 0, "underflows");
  display.disable();
  dma_free_wc(&display.dev(), display.frame_bytes(), memory, handle);
}

void cacheable(bool cleaned) {
  Clcd& display = *clcd();
  const std::span<std::byte> memory = alloc_bytes(display.frame_bytes());
  if (memory.empty()) panic("no memory");
  const phys_addr_t address = virt_to_phys(memory.data());
  const std::size_t line_bytes = 4 * display.panel().width;
  const auto end = address + static_cast<phys_addr_t>(memory.size());
  for (std::size_t i = 0; i < memory.size(); i += 4) poke(memory.data() + i, 0);
  dmac_clean_range(memory.data(), memory.data() + memory.size());
  outer_clean_range(address, end);
  start(address);
  draw(memory.data(), line_bytes);
  if (cleaned) {
    dmac_clean_range(memory.data(), memory.data() + memory.size());
    outer_clean_range(address, end);
  }
  for (unsigned i = 0; i < 3; ++i)
    check(static_cast<bool>(display.wait_for_whole_frame()), "a frame is scanned");
  check_drawn(memory.data(), line_bytes);
  display.disable();
}

void cacheable_not_cleaned_case() { cacheable(false); }
void cacheable_cleaned_case() { cacheable(true); }

constexpr Case kCases[] = {
    {"write_combining", write_combining_case},
    {"cacheable_not_cleaned", cacheable_not_cleaned_case},
    {"cacheable_cleaned", cacheable_cleaned_case},
};

}  // namespace

int guest_main() {
  if (clcd() == nullptr) panic("no display");
  return run_case(kCases);
}
