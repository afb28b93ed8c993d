// SPDX-License-Identifier: Apache-2.0
// Marvell Tauros2 as Linux 6.1 drives it: arch/arm/mm/cache-tauros2.c.
#include "sw/cache/tauros2.hpp"

#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/cpu.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/arch/tauros2.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"

namespace guest {
namespace {

// The extra features register.
constexpr std::uint32_t kPrefetchOff = 1U << 24;
constexpr std::uint32_t kEnable = 1U << 22;
constexpr std::uint32_t kBurst8 = 1U << 20;
constexpr std::uint32_t kActlrEnable = 1U << 1;

constexpr phys_addr_t line_of(phys_addr_t address) {
  return address & ~static_cast<phys_addr_t>(kCacheLineBytes - 1);
}

void each_line(phys_addr_t start, phys_addr_t end, void (*operation)(phys_addr_t line)) {
  for (; start < end; start += kCacheLineBytes) operation(start);
  dsb();
}

/// A partial first or last line has other data in it: cleaned, too.
void inv_range(phys_addr_t start, phys_addr_t end) {
  if (start != line_of(start)) {
    tauros2::clean_inv_pa(line_of(start));
    start = line_of(start) + kCacheLineBytes;
  }
  if (end != line_of(end)) {
    tauros2::clean_inv_pa(line_of(end));
    end = line_of(end);
  }
  each_line(start, end, tauros2::inv_pa);
}

void clean_range(phys_addr_t start, phys_addr_t end) {
  each_line(line_of(start), end, tauros2::clean_pa);
}

void flush_range(phys_addr_t start, phys_addr_t end) {
  each_line(line_of(start), end, tauros2::clean_inv_pa);
}

void disable() {
  tauros2::clean_all();
  tauros2::switch_l2(false);
}

void resume() {
  tauros2::inv_all();
  tauros2::switch_l2(true);
}

void set_features(unsigned wanted) {
  std::uint32_t features = tauros2::extra_features() & ~(kPrefetchOff | kBurst8);
  if ((wanted & CACHE_TAUROS2_PREFETCH_ON) == 0) features |= kPrefetchOff;
  if ((wanted & CACHE_TAUROS2_LINEFILL_BURST8) != 0) features |= kBurst8;
  tauros2::set_extra_features(features);
}

/// PJ1, and PJ4 as an ARMv5.
bool armv5_personality() { return (read_cpuid_id() & 0xFF0F'0000) == 0x5605'0000; }

/// With identification registers, which tell of hierarchical cache operations.
bool armv7_personality() {
  return (read_cpuid_id() & 0x000F'0000) == 0x000F'0000 && (tauros2::mmfr3() & 0xF) == 1;
}

void find_and_start() {
  const FdtNode node = device_tree().find_compatible("marvell,tauros2-cache");
  if (node && node.enabled()) tauros2_init(node.cell("marvell,tauros2-cache-features", 0));
}

Initcall initcall{Stage::kCache, find_and_start};

}  // namespace
}  // namespace guest

void tauros2_init(unsigned features) {
  using namespace guest;
  set_features(features);
  if (armv5_personality()) {
    tauros2::set_extra_features(tauros2::extra_features() | kEnable);
    outer_cache.inv_range = inv_range;
    outer_cache.clean_range = clean_range;
    outer_cache.flush_range = flush_range;
    outer_cache.disable = disable;
    outer_cache.resume = resume;
  } else if (armv7_personality()) {
    if ((get_auxcr() & kActlrEnable) == 0) set_auxcr(get_auxcr() | kActlrEnable);
  } else {
    printk("Tauros2: unknown personality of the CPU\n");
  }
}
