// SPDX-License-Identifier: Apache-2.0
// What the controllers have in common, and which one there is.
#include "sw/cache/l2x0.hpp"

#include "sw/arch/irqflags.hpp"
#include "sw/arch/mmio.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"

l2x0_regs l2x0_saved_regs;

namespace guest::l2x0 {

Controller controller;

std::uint32_t read(unsigned offset) { return readl_relaxed(io_at(controller.base, offset)); }
void write(std::uint32_t value, unsigned offset) {
  writel_relaxed(value, io_at(controller.base, offset));
}

void write_secure(std::uint32_t value, unsigned offset) {
  if (value == read(offset)) return;
  if (outer_cache.write_sec != nullptr) {
    outer_cache.write_sec(value, offset);
  } else {
    write(value, offset);
  }
}

// All ways of a large cache, full of dirty lines, take a millisecond; a read takes 50 ns or more.
bool wait_until_clear(unsigned offset, std::uint32_t mask) {
  constexpr unsigned kMostReads = 1'000'000;
  for (unsigned reads = 0; reads < kMostReads; ++reads) {
    if ((read(offset) & mask) == 0) return true;
  }
  printk("L2C: the operation at ", hex(offset, 3), " does not end\n");
  return false;
}

bool operate_on_all_ways(unsigned offset) {
  write(controller.all_ways, offset);
  return wait_until_clear(offset, controller.all_ways);
}

std::uint32_t release() { return read(kCacheId) & 0x3F; }

void each_line(unsigned offset, phys_addr_t start, phys_addr_t end) {
  for (; start < end; start += 32) write(start, offset);
}

void save_aux() { l2x0_saved_regs.aux_ctrl = read(kAuxControl); }

void configure_aux() {
  write_secure(static_cast<std::uint32_t>(l2x0_saved_regs.aux_ctrl), kAuxControl);
}

namespace {

// With lockdown closed to non-secure software its registers may not be writable.
void unlock() {
  if (controller.type != &l2c210 && (read(kAuxControl) & kAuxNonSecureLockdown) == 0) return;
  for (unsigned i = 0; i < 2 * controller.type->lockdown_pairs; ++i)
    write(0, kDataLockdown + 4 * i);
}

}  // namespace

void enable() {
  if (outer_cache.configure != nullptr) {
    outer_cache.configure(&l2x0_saved_regs);
  } else {
    controller.type->configure();
  }
  unlock();
  {
    const InterruptGuard guard;
    operate_on_all_ways(kInvalidateWay);
    write(0, controller.sync_offset);
    wait_until_clear(controller.sync_offset, 1);
  }
  write_secure(kEnabled, kControl);
}

namespace {

/// The controller by CACHE_ID[9:6]; null if it is none of ours.
const Type* type_of(std::uint32_t id) {
  constexpr std::uint32_t kArm = 0x41;
  if (id >> 24 != kArm) return nullptr;
  switch (id >> 6 & 0xF) {
    case 1:
      return &l2c210;
    case 2:
      return &l2c220;
    case 3:
      return &l2c310;
    default:
      return nullptr;
  }
}

void take_geometry(std::uint32_t aux) {
  const bool l310 = controller.type == &l2c310;
  const std::uint32_t ways = !l310 ? aux >> kAuxAssociativityShift & 15U
                             : (aux & kAuxAssociativity16) != 0 ? 16
                                                                : 8;
  controller.all_ways = (1U << ways) - 1;
  controller.size_bytes = ways * (8192U << ((aux & kAuxWaySizeMask) >> kAuxWaySizeShift));
}

Result<void> probe(device& dev) {
  const Result<IoPointer> registers = device_iomap(dev);
  if (!registers) return registers.error();
  controller = {.base = *registers};
  controller.type = type_of(read(kCacheId));
  if (controller.type == nullptr) return Error::kNoDevice;
  const Type& type = *controller.type;
  l2x0_saved_regs = {};
  type.save();
  const bool enabled = (read(kControl) & kEnabled) != 0;  // By firmware: only it changes the rest.
  std::uint32_t aux = read(kAuxControl);
  if (!enabled) type.of_parse(dev.of_node, aux);
  take_geometry(aux);
  outer_cache_fns fns = type.fns;
  fns.write_sec = outer_cache.write_sec;
  fns.configure = outer_cache.configure;
  if (type.fixup != nullptr) type.fixup(release(), fns);
  if (dev.of_node.has("arm,io-coherent")) fns.sync = nullptr;
  if (!enabled) {
    l2x0_saved_regs.aux_ctrl = aux;
    type.enable();
  }
  outer_cache = fns;
  type.save();
  return {};
}

Driver l2c310_driver{"arm,pl310-cache", Stage::kCache, probe};
Driver l2c220_driver{"arm,l220-cache", Stage::kCache, probe};
Driver l2c210_driver{"arm,l210-cache", Stage::kCache, probe};

}  // namespace
}  // namespace guest::l2x0

void l2c_disable() {
  using namespace guest::l2x0;
  outer_cache.flush_all();
  write_secure(0, kControl);
  dsb_st();
}

void l2c_resume() {
  using namespace guest::l2x0;
  if ((read(kControl) & kEnabled) == 0) controller.type->enable();
}
