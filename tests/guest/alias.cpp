// SPDX-License-Identifier: Apache-2.0
// A Normal non-cacheable, shareable alias of memory whose lines the L2 holds. With shared override
// the L2 treats it as what it says, else it looks the line up.
#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kNew = 0x600D'600D;
constexpr unsigned kControl = 0x100;
constexpr unsigned kAuxControl = 0x104;
constexpr unsigned kDebugControl = 0xF40;
constexpr std::uint32_t kSharedOverride = 1U << 22;
constexpr std::uint32_t kNoLineFill = 1U << 0;   // DCL
constexpr std::uint32_t kNoWriteBack = 1U << 1;  // DWB
// At the end of the window, where nobody else's pages are.
constexpr std::uintptr_t kAlias = kRemapStart + kRemapBytes - kPageBytes;

/// A page with its two addresses; `kOld` in memory, nothing in the caches.
struct TwoNames {
  explicit TwoNames(bool shared_override) {
    set_shared_override(shared_override);
    cached = alloc_bytes(kPageBytes).data();
    if (cached == nullptr) panic("no memory");
    map_pages(kAlias, virt_to_phys(cached), kPageBytes, MemoryType::kBufferable, true);
    poke(cached, kOld);
    flush();
  }

  /// AUX_CTRL can be written while the controller is off only. What leaves L1 between the flush and
  /// the end must not stay behind, dirty: it is written through (DDI 0246, 3.3.14).
  static void set_shared_override(bool on) {
    l2_write(kDebugControl, kNoWriteBack | kNoLineFill);
    outer_disable();
    const std::uint32_t aux = l2_read(kAuxControl) & ~kSharedOverride;
    l2_write(kAuxControl, aux | (on ? kSharedOverride : 0));
    l2_write(kControl, 1);
    l2_write(kDebugControl, 0);
    dsb();
  }
  void clean_l1() const { dmac_clean_range(cached, cached + kCacheLineBytes); }
  void invalidate_l1() const { dmac_unmap_area(cached, kCacheLineBytes, DMA_FROM_DEVICE); }
  void flush() const {
    dmac_flush_range(cached, cached + kCacheLineBytes);
    const phys_addr_t address = virt_to_phys(cached);
    outer_flush_range(address, address + kCacheLineBytes);
  }

  std::byte* cached = nullptr;
  std::byte* alias = reinterpret_cast<std::byte*>(kAlias);
};

/// The L2 holds the newest bytes, dirty; the alias reads.
void read_dirty(bool shared_override, std::uint32_t expected) {
  const TwoNames memory{shared_override};
  poke(memory.cached, kNew);
  memory.clean_l1();
  memory.invalidate_l1();
  check_equal(peek(memory.alias), expected, "what the alias reads");
  check_equal(peek(memory.cached), kNew, "what the cacheable address reads");
}

void read_dirty_overridden_case() { read_dirty(true, kOld); }
/// Right by the grace of this controller's setting: still a finding.
void read_dirty_looked_up_case() { read_dirty(false, kNew); }

void read_flushed(bool shared_override) {
  const TwoNames memory{shared_override};
  poke(memory.cached, kNew);
  memory.flush();
  check_equal(peek(memory.alias), kNew, "what the alias reads");
}

void read_flushed_overridden_case() { read_flushed(true); }
void read_flushed_looked_up_case() { read_flushed(false); }

/// The L2 holds the line clean; the alias stores, the cacheable address loads.
void write_behind(bool shared_override, std::uint32_t expected) {
  const TwoNames memory{shared_override};
  check_equal(peek(memory.cached), kOld, "the line is read into the caches");
  memory.invalidate_l1();
  poke(memory.alias, kNew);
  mb();
  check_equal(peek(memory.cached), expected, "what the cacheable address reads");
  check_equal(peek(memory.alias), kNew, "what the alias reads");
}

void write_behind_overridden_case() { write_behind(true, kOld); }
void write_behind_looked_up_case() { write_behind(false, kNew); }

void write_behind_flushed_case() {
  const TwoNames memory{true};
  check_equal(peek(memory.cached), kOld, "the line is read into the caches");
  memory.flush();
  poke(memory.alias, kNew);
  mb();
  memory.flush();  // It may have come back, unasked, before the store.
  check_equal(peek(memory.cached), kNew, "what the cacheable address reads");
}

constexpr Case kCases[] = {
    {"read_dirty_overridden", read_dirty_overridden_case},
    {"read_dirty_looked_up", read_dirty_looked_up_case},
    {"read_flushed_overridden", read_flushed_overridden_case},
    {"read_flushed_looked_up", read_flushed_looked_up_case},
    {"write_behind_overridden", write_behind_overridden_case},
    {"write_behind_looked_up", write_behind_looked_up_case},
    {"write_behind_flushed", write_behind_flushed_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
