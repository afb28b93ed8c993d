// SPDX-License-Identifier: Apache-2.0
// What the device tree says of an outer cache: Documentation/devicetree/bindings/arm/l2c2x0.yaml.
#include <bit>

#include "sw/arch/cacheflush.hpp"
#include "sw/cache/l2x0.hpp"
#include "sw/kernel/console.hpp"

namespace guest::l2x0 {

namespace {

// PREFETCH_CTRL, TRM 3.3.14.
constexpr std::uint32_t kPrefetchOffsetMask = 0x1F;
constexpr std::uint32_t kPrefetchIncr = 1U << 23;
constexpr std::uint32_t kPrefetchDrop = 1U << 24;
constexpr std::uint32_t kPrefetchWrapDisable = 1U << 27;
constexpr std::uint32_t kPrefetchData = 1U << 28;
constexpr std::uint32_t kPrefetchInstructions = 1U << 29;
// POWER_CTRL, TRM 3.3.15.
constexpr std::uint32_t kStandby = 1U << 0;
constexpr std::uint32_t kClockGating = 1U << 1;

/// Puts `value` into the field that starts at bit `shift`.
void set_field(std::uint32_t& word, std::uint32_t mask, unsigned shift, std::uint32_t value) {
  word = (word & ~mask) | (value << shift & mask);
}

/// Sets or clears `bit` as the property says; as it is without the property.
void set_bit(FdtNode node, std::string_view property, std::uint32_t& word, std::uint32_t bit,
             bool inverted = false) {
  if (!node.has(property)) return;
  const bool set = (node.cell(property, 0) != 0) != inverted;
  word = set ? word | bit : word & ~bit;
}

void parse_flags(FdtNode node, std::uint32_t& aux) {
  if (node.has("arm,parity-enable")) {
    aux |= kAuxParity;
  } else if (node.has("arm,parity-disable")) {
    aux &= ~kAuxParity;
  }
  if (node.has("arm,shared-override")) aux |= kAuxSharedOverride;
}

/// Three cells, read, write and setup, as the registers have them: n - 1 cycles.
void parse_latency(FdtNode node, std::string_view property, unsigned long& latency) {
  const Cells cycles = node.cells(property);
  if (cycles[0] == 0 || cycles[1] == 0 || cycles[2] == 0) return;
  latency = (cycles[0] - 1) << 4 | (cycles[1] - 1) << 8 | (cycles[2] - 1);
}

void parse_filter(FdtNode node) {
  constexpr std::uint32_t kMiB = 1U << 20;
  constexpr std::uint32_t kFilterEnabled = 1;
  const Cells range = node.cells("arm,filter-ranges");
  if (range[1] == 0) return;
  l2x0_saved_regs.filter_end = (range[0] + range[1] + kMiB - 1) & ~(kMiB - 1);
  l2x0_saved_regs.filter_start = (range[0] & ~(kMiB - 1)) | kFilterEnabled;
}

}  // namespace

void parse_cache_size(FdtNode node, std::uint32_t& aux, bool l310) {
  const std::uint32_t size = node.cell("cache-size", 0);
  const std::uint32_t sets = node.cell("cache-sets", 0);
  if (size == 0 || sets == 0) return;
  constexpr unsigned kLogOfSetsOfField0 = 8;  // Of 32 bytes: 8 KiB.
  const auto field = static_cast<unsigned>(std::bit_width(sets)) - 1 - kLogOfSetsOfField0;
  const std::uint32_t ways = size / static_cast<std::uint32_t>(kCacheLineBytes) / sets;
  if (!std::has_single_bit(sets) || field < 1 || field > (l310 ? 6U : 5U) ||
      (l310 ? ways != 8 && ways != 16 : ways < 1 || ways > 8)) {
    printk("L2C: cache-size and cache-sets fit no such cache\n");
    return;
  }
  set_field(aux, kAuxWaySizeMask, kAuxWaySizeShift, field);
  if (!l310) {
    set_field(aux, kAuxAssociativityMask, kAuxAssociativityShift, ways);
  } else {
    set_field(aux, kAuxAssociativity16, 16, ways == 16 ? 1 : 0);
  }
}

// L220 and L210 have their latencies in AUX_CTRL.
void parse_l2x0(FdtNode node, std::uint32_t& aux) {
  const std::uint32_t tag = node.cell("arm,tag-latency", 0);
  if (tag != 0) set_field(aux, 7U << 6, 6, tag - 1);
  const Cells data = node.cells("arm,data-latency");
  if (data[0] != 0 && data[1] != 0) {
    set_field(aux, 7U << 0, 0, data[0] - 1);
    set_field(aux, 7U << 3, 3, data[1] - 1);
  }
  const std::uint32_t dirty = node.cell("arm,dirty-latency", 0);
  if (dirty != 0) set_field(aux, 7U << 9, 9, dirty - 1);
  parse_flags(node, aux);
  parse_cache_size(node, aux, false);
}

void parse_l2c310(FdtNode node, std::uint32_t& aux) {
  parse_latency(node, "arm,tag-latency", l2x0_saved_regs.tag_latency);
  parse_latency(node, "arm,data-latency", l2x0_saved_regs.data_latency);
  parse_filter(node);
  parse_cache_size(node, aux, true);
  parse_flags(node, aux);

  auto prefetch = static_cast<std::uint32_t>(l2x0_saved_regs.prefetch_ctrl);
  set_bit(node, "arm,double-linefill", prefetch, kPrefetchDoubleLinefill);
  set_bit(node, "arm,double-linefill-incr", prefetch, kPrefetchIncr);
  set_bit(node, "arm,double-linefill-wrap", prefetch, kPrefetchWrapDisable, true);
  set_bit(node, "arm,prefetch-drop", prefetch, kPrefetchDrop);
  if (node.has("arm,prefetch-offset"))
    set_field(prefetch, kPrefetchOffsetMask, 0, node.cell("arm,prefetch-offset", 0));
  set_bit(node, "prefetch-data", prefetch, kPrefetchData);
  set_bit(node, "prefetch-instr", prefetch, kPrefetchInstructions);
  aux = (aux & ~kAuxPrefetch) | (prefetch & kAuxPrefetch);
  l2x0_saved_regs.prefetch_ctrl = prefetch;

  auto power = static_cast<std::uint32_t>(l2x0_saved_regs.pwr_ctrl) | kClockGating | kStandby;
  set_bit(node, "arm,dynamic-clock-gating", power, kClockGating);
  set_bit(node, "arm,standby-mode", power, kStandby);
  l2x0_saved_regs.pwr_ctrl = power;
}

}  // namespace guest::l2x0
