// SPDX-License-Identifier: Apache-2.0
// L2C-310 Level 2 Cache Controller (ARM DDI 0246) as Linux drives it: every range operation line by
// line by physical address, then a cache sync. Register offsets from section 3.2.
#include <bit>
#include <cstddef>

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/arch/mmio.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/time.hpp"

namespace guest {
namespace {

constexpr unsigned kCacheId = 0x000;
constexpr unsigned kControl = 0x100;
constexpr unsigned kAuxControl = 0x104;
constexpr unsigned kTagLatency = 0x108;
constexpr unsigned kDataLatency = 0x10C;
constexpr unsigned kCacheSync = 0x730;
constexpr unsigned kDummy = 0x740;
constexpr unsigned kInvalidatePa = 0x770;
constexpr unsigned kInvalidateWay = 0x77C;
constexpr unsigned kCleanPa = 0x7B0;
constexpr unsigned kCleanInvalidatePa = 0x7F0;
constexpr unsigned kCleanInvalidateWay = 0x7FC;
constexpr unsigned kDataLockdown = 0x900;  // D and I, eight pairs.

constexpr std::uint32_t kEnabled = 1U << 0;
constexpr std::uint32_t kAuxSixteenWays = 1U << 16;
constexpr std::uint32_t kAuxWaySizeMask = 7U << 17;
constexpr std::uint32_t kAuxSharedOverride = 1U << 22;
constexpr std::uint32_t kAuxNonSecureLockdown = 1U << 26;
constexpr std::uint32_t kAuxEarlyResponse = 1U << 30;
constexpr std::uint32_t kRtlRevision3_0 = 5;
constexpr std::uint64_t kPatienceMs = 100;

/// Where the controller is, and what of it differs between machines.
struct {
  IoPointer base = nullptr;
  unsigned sync_offset = kCacheSync;
  std::uint32_t all_ways = 0xFF;
} l2;

std::uint32_t read(unsigned offset) { return readl_relaxed(io_at(l2.base, offset)); }
void write(std::uint32_t value, unsigned offset) { writel_relaxed(value, io_at(l2.base, offset)); }

void sync() { write(0, l2.sync_offset); }

void each_line(phys_addr_t start, phys_addr_t end, unsigned offset) {
  for (; start < end; start += kCacheLineBytes) write(start, offset);
}

constexpr phys_addr_t line_of(phys_addr_t address) {
  return address & ~static_cast<phys_addr_t>(kCacheLineBytes - 1);
}

void inv_range(phys_addr_t start, phys_addr_t end) {
  if (start != line_of(start)) {
    write(line_of(start), kCleanInvalidatePa);
    start = line_of(start) + kCacheLineBytes;
  }
  if (end != line_of(end)) {
    end = line_of(end);
    write(end, kCleanInvalidatePa);
  }
  each_line(start, end, kInvalidatePa);
  sync();
}

void clean_range(phys_addr_t start, phys_addr_t end) {
  each_line(line_of(start), end, kCleanPa);
  sync();
}

void flush_range(phys_addr_t start, phys_addr_t end) {
  each_line(line_of(start), end, kCleanInvalidatePa);
  sync();
}

/// Starts an operation on all ways and waits for it: it runs in the background.
bool run_on_all_ways(unsigned offset) {
  write(l2.all_ways, offset);
  for (const Deadline deadline = Deadline::in_ms(kPatienceMs); (read(offset) & l2.all_ways) != 0;) {
    if (deadline.passed()) return false;
  }
  sync();
  return true;
}

void flush_all() {
  const InterruptGuard guard;  // No other operation may come while it runs.
  run_on_all_ways(kCleanInvalidateWay);
}

void disable() {
  flush_all();
  write(0, kControl);
  dsb_st();
}

/// Latencies in the order of the binding, read write setup; the register holds n - 1 cycles.
void set_latency(const device& dev, std::string_view property, unsigned offset) {
  const Cells cycles = dev.of_node.cells(property);
  if (cycles.size() != 3) return;
  write((cycles[0] - 1) << 4 | (cycles[1] - 1) << 8 | (cycles[2] - 1), offset);
}

/// AUX_CTRL (3.3.4) from its reset value and the device tree.
std::uint32_t aux_control(const device& dev, std::uint32_t reset_value) {
  std::uint32_t aux = (reset_value & ~kAuxEarlyResponse) | kAuxNonSecureLockdown;
  const std::uint32_t size = dev.of_node.cell("cache-size", 0);
  const std::uint32_t sets = dev.of_node.cell("cache-sets", 0);
  if (size != 0 && sets != 0) {
    constexpr std::uint32_t kSmallestWay = 8192;  // Field value 1 is 16 KiB.
    const auto way_size = static_cast<std::uint32_t>(sets * kCacheLineBytes);
    const auto field = static_cast<std::uint32_t>(std::countr_zero(way_size / kSmallestWay));
    aux = (aux & ~(kAuxWaySizeMask | kAuxSixteenWays)) | field << 17;
    if (size / way_size == 16) aux |= kAuxSixteenWays;
  }
  if (dev.of_node.has("arm,shared-override")) aux |= kAuxSharedOverride;
  return aux;
}

Result<void> enable(const device& dev) {
  if ((read(kControl) & kEnabled) != 0) return {};  // Firmware did; only it may change the rest.
  set_latency(dev, "arm,tag-latency", kTagLatency);
  set_latency(dev, "arm,data-latency", kDataLatency);
  write(aux_control(dev, read(kAuxControl)), kAuxControl);
  l2.all_ways = (read(kAuxControl) & kAuxSixteenWays) != 0 ? 0xFFFF : 0xFF;
  for (unsigned i = 0; i < 16; ++i) write(0, kDataLockdown + 4 * i);
  if (!run_on_all_ways(kInvalidateWay)) return Error::kTimeout;
  write(kEnabled, kControl);
  return {};
}

Result<void> probe(device& dev) {
  const Result<IoPointer> registers = device_iomap(dev);
  if (!registers) return registers.error();
  l2.base = *registers;
  const std::uint32_t id = read(kCacheId);
  if ((id >> 24) != 0x41) return Error::kNoDevice;
  // Erratum 753970 of r3p0: a write to CACHE_SYNC never completes; one to a dummy register does the
  // same.
  if ((id & 0x3F) == kRtlRevision3_0) l2.sync_offset = kDummy;
  const Result<void> enabled = enable(dev);
  if (!enabled) return enabled.error();
  outer_cache.inv_range = inv_range;
  outer_cache.clean_range = clean_range;
  outer_cache.flush_range = flush_range;
  outer_cache.flush_all = flush_all;
  outer_cache.disable = disable;
  outer_cache.sync = sync;
  return {};
}

Driver driver{"arm,pl310-cache", Stage::kCache, probe};

}  // namespace
}  // namespace guest
