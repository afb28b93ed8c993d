// SPDX-License-Identifier: Apache-2.0
// What the DMA layer returns from is complete: nothing of it waits in the caches' own queues for a
// barrier of the doorbell. So a device may be started by a store that is ordered by nothing, or may
// look at a descriptor in memory all the time. Run with an adversary that has operations and
// buffers wait as long as they may.
#include <array>

#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/cache/l2x0.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

using Register = BarePl330::Assembler::Register;
using pl330::Condition;

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kNew = 0x600D'600D;
constexpr unsigned kBurstWords = 16;
constexpr unsigned kBursts = 8;
constexpr std::size_t kBytes = std::size_t{4} * kBurstWords * kBursts;

bool all_are(const std::byte* first, std::uint32_t value) {
  bool all = true;
  for (std::size_t i = 0; i < kBytes; i += 4) all = all && peek(first + i) == value;
  return all;
}
void set_all(std::byte* first, std::uint32_t value) {
  for (std::size_t i = 0; i < kBytes; i += 4) poke(first + i, value);
}

void emit_copy(BarePl330::Assembler& code, phys_addr_t target, phys_addr_t source) {
  code.move(Register::kSource, source);
  code.move(Register::kDestination, target);
  const auto body = code.loop(0, kBursts);
  code.load(Condition::kAlways);
  code.store(Condition::kAlways);
  code.end_loop(0, body);
  code.write_barrier();
}

/// Some lines that a thread of the PL330 copies, started by one relaxed store.
struct Bench {
  Bench() { buffer.put_in_memory(kOld); }

  void will_copy(phys_addr_t target, phys_addr_t source) const {
    BarePl330::Assembler code = dma.code();
    code.move(Register::kControl, word_bursts(kBurstWords));
    emit_copy(code, target, source);
    code.end();
    dma.prepare();
  }
  /// The device writes new bytes where old ones are dirty, in the L1 or just evicted.
  void will_overwrite(bool evicted) const {
    set_all(other.at, kNew);
    will_copy(buffer.physical(), other.address);
    set_all(buffer.begin(), kOld);
    if (!evicted) return;
    dmac_clean_range(buffer.begin(), buffer.begin() + kBytes);
    evict(buffer.begin());
  }
  void copies() const {
    dma.ring();
    check(dma.stops(), "the copy ended");
  }
  void map(dma_data_direction direction) {
    handle = mapped(dma.dev(), buffer.begin(), kBytes, direction);
  }
  /// Without cache operations: `operate` does them.
  template <class Operation>
  void copies_after(dma_data_direction direction, Operation operate) {
    device& dev = dma.dev();
    handle = dma_map_single_attrs(&dev, buffer.begin(), kBytes, direction, DMA_ATTR_SKIP_CPU_SYNC);
    check(dma_mapping_error(&dev, handle) == 0, "mapped");
    operate(buffer.physical(), buffer.physical() + static_cast<phys_addr_t>(kBytes));
    copies();
    dma_unmap_single_attrs(&dev, handle, kBytes, direction, DMA_ATTR_SKIP_CPU_SYNC);
  }
  void unmap(dma_data_direction direction) const {
    dma_unmap_single(&dma.dev(), handle, kBytes, direction);
  }

  BarePl330 dma;
  Coherent other{dma.dev(), 4096};
  DmaBench buffer;
  dma_addr_t handle = 0;
};

/// The device reads what was mapped last.
void to_device_case() {
  Bench bench;
  set_all(bench.other.at, 0);
  bench.will_copy(bench.other.address, bench.buffer.physical());
  set_all(bench.buffer.begin(), kNew);
  bench.map(DMA_TO_DEVICE);
  bench.copies();
  bench.unmap(DMA_TO_DEVICE);
  check(all_are(bench.other.at, kNew), "the device read what was mapped");
}

/// What was dirty does not come over what the device writes, wherever it was on its way: in the
/// L1, or just evicted.
void from_device(bool evicted) {
  Bench bench;
  bench.will_overwrite(evicted);
  bench.map(DMA_FROM_DEVICE);
  bench.copies();
  udelay(100);
  bench.unmap(DMA_FROM_DEVICE);
  check(all_are(bench.buffer.begin(), kNew), "the CPU reads what the device wrote");
}
void from_device_case() { from_device(false); }
void from_device_evicted_case() { from_device(true); }

/// With the L2 off there is nothing between the L1 and memory. What leaves the L1 after the flush
/// must not stay behind in the L2: it is written through (DDI 0246, 3.3.14).
void from_device_l2_off_case() {
  constexpr unsigned kNoWriteBackNorFill = 3;
  l2_write(l2x0::kDebugControl, kNoWriteBackNorFill);
  {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_disable();
  }
  l2_write(l2x0::kDebugControl, 0);
  from_device(false);
}

/// Coherent memory that was just handed out: the zeros in it do not come over the device's bytes.
void coherent_case() {
  Bench bench;
  set_all(bench.other.at, kNew);
  const auto where = [&] { return Coherent{bench.dma.dev(), 4096}.address; };
  const phys_addr_t expected = where();
  bench.will_copy(expected + 4096 - kBytes, bench.other.address);
  const Coherent fresh{bench.dma.dev(), 4096};
  check_equal(fresh.address, expected, "the same memory as before");
  bench.copies();
  check(all_are(fresh.at + 4096 - kBytes, kNew), "the CPU reads what the device wrote");
}

/// The device reads what was in the outer cache until `operate`.
template <class Operation>
void read_from_outer(bool all, Operation operate) {
  Bench bench;
  set_all(bench.other.at, 0);
  bench.will_copy(bench.other.address, bench.buffer.physical());
  outer_flush_all();
  set_all(bench.buffer.begin(), kNew);
  dmac_clean_range(bench.buffer.begin(), bench.buffer.begin() + kBytes);
  bench.copies_after(DMA_TO_DEVICE, operate);
  check(all_are(bench.other.at, kNew) == all, "the device read what was in the outer cache");
}
void flushed_all_case() {
  read_from_outer(true, [](phys_addr_t, phys_addr_t) { outer_flush_all(); });
}

/// By hand, without the sync: what was cleaned last waits in the eviction buffers.
void to_device_not_synced_case() {
  read_from_outer(false, [](phys_addr_t start, phys_addr_t end) {
    l2x0::each_line(l2x0::kCleanPa, start, end);
  });
}

/// Likewise: what was evicted comes over what the device writes.
void from_device_not_synced_case() {
  Bench bench;
  bench.will_overwrite(true);
  bench.copies_after(DMA_FROM_DEVICE, [](phys_addr_t start, phys_addr_t end) {
    l2x0::each_line(l2x0::kInvalidatePa, start, end);
  });
  outer_sync();
  dma_page_dev_to_cpu(bench.buffer.physical(), kBytes, DMA_FROM_DEVICE);
  check(!all_are(bench.buffer.begin(), kNew), "old bytes came over what the device wrote");
}

/// A device that is never started: it copies the flag of a descriptor, then the buffer, again and
/// again. With a flag that says so, the buffer is there.
void polled_case() {
  constexpr std::size_t kFlag = 2048;
  constexpr std::size_t kOthers = 3072;  // Lines that want the flag's place in buffers.
  Bench bench;
  set_all(bench.other.at, 0);
  set_all(bench.other.at + kFlag, 0);
  bench.map(DMA_TO_DEVICE);
  BarePl330::Assembler code = bench.dma.code();
  code.move(Register::kControl, word_bursts(kBurstWords));
  const BarePl330::Assembler::Position body = code.position();
  const phys_addr_t results = bench.other.address;
  emit_copy(code, results + kBytes, results + static_cast<phys_addr_t>(kFlag));
  emit_copy(code, results, bench.buffer.physical());
  const auto length = static_cast<std::uint8_t>(code.position() - body);
  bench.dma.put_code(code.position(), std::array<std::uint8_t, 2>{0x28, length});  // DMALPFE's end.
  bench.dma.start();
  dma_sync_single_for_cpu(&bench.dma.dev(), bench.handle, kBytes, DMA_TO_DEVICE);
  set_all(bench.buffer.begin(), kNew);
  dma_sync_single_for_device(&bench.dma.dev(), bench.handle, kBytes, DMA_TO_DEVICE);
  dma_wmb();
  poke(bench.other.at + kFlag, kNew);
  dma_wmb();
  for (std::size_t line = 0; line < 8; ++line)
    poke(bench.other.at + kOthers + line * kCacheLineBytes, 0);
  dsb();
  const auto flag_seen = [&] { return peek(bench.other.at + kBytes) == kNew; };
  for (const Deadline deadline = Deadline::in_ms(1); !flag_seen() && !deadline.passed();) continue;
  check(flag_seen(), "the device sees the flag");
  udelay(5);
  check(all_are(bench.other.at, kNew), "with the flag the device sees the buffer");
  bench.dma.kill();
  bench.unmap(DMA_TO_DEVICE);
}

constexpr Case kCases[] = {
    {"to_device", to_device_case},
    {"from_device", from_device_case},
    {"from_device_evicted", from_device_evicted_case},
    {"from_device_l2_off", from_device_l2_off_case},
    {"to_device_not_synced", to_device_not_synced_case},
    {"from_device_not_synced", from_device_not_synced_case},
    {"coherent", coherent_case},
    {"flushed_all", flushed_all_case},
    {"polled", polled_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
