// SPDX-License-Identifier: Apache-2.0
// In what memory should a frame buffer be? Whole frames drawn by the CPU while the LCD scans, in
// each kind.
#include <algorithm>
#include <array>

#include "sw/apps/ask/answer.hpp"
#include "sw/arch/barrier.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/kernel/time.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

constexpr std::uint64_t kCyclesPerUs = 400;

struct Frame {
  std::string_view name;
  std::uint32_t* pixels;
  dma_addr_t address;
  bool mapped;  ///< Cacheable, and to be synced for the LCD.
};

struct Outcome {
  std::uint64_t cycles;
  std::uint64_t transactions;
  std::uint64_t underruns;
};

/// Every pixel of a frame, and all of it on its way to the LCD.
void draw(Clcd& lcd, const Frame& frame, std::uint32_t colour) {
  const std::size_t pixels = lcd.frame_bytes() / sizeof(std::uint32_t);
  for (std::size_t i = 0; i < pixels; ++i) {
    volatile std::uint32_t& pixel = frame.pixels[i];
    pixel = colour + static_cast<std::uint32_t>(i);
  }
  if (frame.mapped) {
    dma_sync_single_for_device(&lcd.dev(), frame.address, lcd.frame_bytes(), DMA_TO_DEVICE);
  } else {
    wmb();
  }
}

/// The best of some frames, each begun with a frame of the LCD: its reads come in the way of all
/// kinds alike.
Outcome measure(Answer& answer, Clcd& lcd, const Frame& frame) {
  Outcome best{~0ULL, 0, 0};
  const DmaAddress address{static_cast<std::uint32_t>(frame.address)};
  if (frame.mapped)
    dma_sync_single_for_cpu(&lcd.dev(), frame.address, lcd.frame_bytes(), DMA_TO_DEVICE);
  if (!answer.require(static_cast<bool>(lcd.enable(address)), "a picture")) return best;
  const Counters& counters = answer.counters();
  constexpr unsigned kFrames = 6;
  for (unsigned i = 0; i < kFrames; ++i) {
    answer.expect(static_cast<bool>(lcd.wait_for_whole_frame()), "frames");
    counters.start();
    draw(lcd, frame, i << 16);
    counters.stop();
    best.underruns += counters["lcd-underruns"];
    if (counters["cycles"] >= best.cycles) continue;
    best.cycles = counters["cycles"];
    best.transactions = counters["cpu-transactions"];
  }
  lcd.disable();
  msleep(40);  // Until the frame it shows is over, and its memory may go.
  return best;
}

}  // namespace

void answer_framebuffer(Answer& answer) {
  Clcd* const lcd = clcd();
  if (!answer.require(lcd != nullptr, "a display")) return;
  device& dev = lcd->dev();
  const std::size_t size = lcd->frame_bytes();
  const Result<CoherentMemory> wc = CoherentMemory::allocate(dev, size, DMA_ATTR_WRITE_COMBINE);
  const Result<CoherentMemory> coherent = CoherentMemory::allocate(dev, size);
  const std::span<std::byte> cached = alloc_bytes(size);
  const std::span<std::byte> strict = alloc_bytes(size);
  if (!answer.require(wc && coherent && !cached.empty() && !strict.empty(), "memory")) return;
  const dma_addr_t cached_at = dma_map_single(&dev, cached.data(), size, DMA_TO_DEVICE);
  const dma_addr_t strict_at = dma_map_single(&dev, strict.data(), size, DMA_BIDIRECTIONAL);
  const bool mapped =
      dma_mapping_error(&dev, cached_at) == 0 && dma_mapping_error(&dev, strict_at) == 0;
  if (!answer.require(mapped, "mappings")) return;
  void* const ordered = remap_pages(virt_to_phys(strict.data()), size, MemoryType::kUncached);
  const auto pixels = [](void* at) { return static_cast<std::uint32_t*>(at); };
  const std::array<Frame, 4> frames{
      Frame{"write-combining", pixels(wc->bytes().data()), raw(wc->address()), false},
      Frame{"coherent", pixels(coherent->bytes().data()), raw(coherent->address()), false},
      Frame{"strongly ordered", pixels(ordered), strict_at, false},
      Frame{"cached, synced", pixels(cached.data()), cached_at, true}};

  Table table{18, "a frame drawn in", "us a frame", "MB/s", "bus transactions", "LCD underruns"};
  std::array<Outcome, frames.size()> outcomes{};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    outcomes[i] = measure(answer, *lcd, frames[i]);
    const Outcome& o = outcomes[i];
    table.row(frames[i].name, o.cycles / kCyclesPerUs, size * kCyclesPerUs / o.cycles,
              o.transactions, o.underruns);
    answer.expect(o.underruns == 0, "no underrun");
  }
  unremap_pages(ordered, size);
  dma_unmap_single(&dev, strict_at, size, DMA_BIDIRECTIONAL);
  dma_unmap_single(&dev, cached_at, size, DMA_TO_DEVICE);
  free_bytes(strict);
  free_bytes(cached);
  answer.expect(outcomes[0].cycles == outcomes[1].cycles,
                "write-combining and coherent equal to the cycle");
  answer.expect(outcomes[2].cycles > 4 * outcomes[1].cycles,
                "strongly ordered memory to take far longer");
  answer.expect(2 * outcomes[3].cycles > 3 * outcomes[1].cycles,
                "cached memory to take half as long again: each line is read, too");
  answer.expect(within(outcomes[1].transactions, size / 32, 2), "coherent stores merged");
  answer.expect(within(outcomes[2].transactions, size / 4, 2),
                "a bus write for each strongly ordered pixel");
}

}  // namespace guest
