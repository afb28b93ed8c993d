// SPDX-License-Identifier: Apache-2.0
// Exceptions as they leave the core, alignment, the exclusive monitor.
#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/traps.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kModeMask = 0x1F;
constexpr std::uint32_t kSupervisor = 0x13;
constexpr std::uint32_t kAbort = 0x17;
constexpr std::uint32_t kUndefinedMode = 0x1B;
constexpr std::uint32_t kInterruptsOff = 1U << 7;

std::uint32_t address(const char* label) { return reinterpret_cast<std::uint32_t>(label); }

void expect(ExceptionKind kind, std::uint32_t mode, std::uint32_t lr) {
  check_equal(static_cast<std::uint32_t>(trap_record.kind), static_cast<std::uint32_t>(kind),
              "the vector");
  check_equal(trap_record.mode & kModeMask, mode, "the mode");
  check((trap_record.mode & kInterruptsOff) != 0, "interrupts are off");
  check_equal(trap_record.spsr & kModeMask, kSupervisor, "the mode it came from");
  check_equal(trap_record.lr, lr, "LR");
}

/// Vectors, modes and LR (table B1-7), for code in ARM state.
void vectors_case() {
  Traps traps;
  probe_undefined();
  check_equal(traps.taken(), 1, "undefined instructions");
  expect(ExceptionKind::kUndefined, kUndefinedMode, address(probe_undefined_here) + 4);
  probe_supervisor_call();
  check_equal(traps.taken(), 1, "supervisor calls");
  expect(ExceptionKind::kSupervisorCall, kSupervisor, address(probe_supervisor_call_here) + 4);
  // Nothing is mapped at 0xF0000000.
  constexpr std::uintptr_t kNowhere = 0xF000'0000;
  probe_load(reinterpret_cast<void*>(kNowhere));
  check_equal(traps.taken(), 1, "data aborts");
  expect(ExceptionKind::kDataAbort, kAbort, address(probe_load_here) + 8);
  check_equal(Traps::fault(trap_record.dfsr), 5, "translation fault, section");
  check_equal(trap_record.dfar, kNowhere, "DFAR");
  check_equal(probe_call(kNowhere), 0xFFFF'FFFF, "a call into nothing");
  check_equal(traps.taken(), 1, "prefetch aborts");
  expect(ExceptionKind::kPrefetchAbort, kAbort, kNowhere + 4);
  check_equal(Traps::fault(trap_record.ifsr), 5, "translation fault, section");
  check_equal(trap_record.ifar, kNowhere, "IFAR");
}

/// A device that is not there: the bus says so.
void external_abort_case() {
  constexpr phys_addr_t kNothing = 0x3000'0000;
  map_sections(kNothing, 1U << 20, MemoryType::kDevice);
  Traps traps;
  probe_load(reinterpret_cast<void*>(std::uintptr_t{kNothing}));
  check_equal(traps.taken(), 1, "data aborts");
  const std::uint32_t fault = Traps::fault(trap_record.dfsr);
  check(fault == 0x08 || fault == 0x16, "an external abort");
}

void alignment_case() {
  const std::span<std::byte> memory = alloc_bytes(kPageBytes);
  poke(memory.data(), 0x4433'2211);
  poke(memory.data() + 4, 0x8877'6655);
  Traps traps;
  check_equal(probe_load(memory.data() + 1), 0x5544'3322, "an unaligned load of Normal memory");
  check_equal(traps.taken(), 0, "aborts");
  probe_load_multiple(memory.data() + 1);
  check_equal(traps.taken(), 1, "aborts: LDM always wants words");
  check_equal(Traps::fault(trap_record.dfsr), 1, "alignment fault");
  check_equal(trap_record.dfar, reinterpret_cast<std::uint32_t>(memory.data()) + 1, "DFAR");
  probe_load_exclusive(memory.data() + 2);
  check_equal(traps.taken(), 1, "aborts: LDREX");
  device* uart = find_device("arm,pl011");
  auto* registers = static_cast<volatile std::byte*>(device_iomap(*uart).value_or(nullptr));
  traps.taken();
  probe_load(registers + 0x19);
  check_equal(traps.taken(), 1, "aborts: Device memory");
  check_equal(Traps::fault(trap_record.dfsr), 1, "alignment fault");

  constexpr std::uint32_t kSctlrA = 1U << 1;
  cp15::set_sctlr(cp15::sctlr() | kSctlrA);
  isb();
  probe_load(memory.data() + 1);
  const unsigned strict = traps.taken();
  cp15::set_sctlr(cp15::sctlr() & ~kSctlrA);
  isb();
  check_equal(strict, 1, "aborts with SCTLR.A");
}

std::uint32_t load_exclusive(std::uint32_t* word) {
  std::uint32_t value;
  asm volatile("ldrex %0, [%1]" : "=r"(value) : "r"(word) : "memory");
  return value;
}

/// 0 if it stored.
std::uint32_t store_exclusive(std::uint32_t* word, std::uint32_t value) {
  std::uint32_t failed;
  asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(value), "r"(word) : "memory");
  return failed;
}

void exclusive_case() {
  auto* words = reinterpret_cast<std::uint32_t*>(alloc_bytes(kPageBytes).data());
  poke(words, 1);
  check_equal(store_exclusive(words, 2), 1, "a store without its load fails");
  check_equal(load_exclusive(words), 1, "LDREX");
  check_equal(store_exclusive(words, 2), 0, "its store succeeds");
  check_equal(peek(words), 2, "the word");
  check_equal(store_exclusive(words, 3), 1, "once");
  load_exclusive(words);
  asm volatile("clrex" ::: "memory");
  check_equal(store_exclusive(words, 3), 1, "not after CLREX");
  load_exclusive(words);
  check_equal(store_exclusive(words + 1024 / 4, 3), 1, "not to another address");
  check_equal(peek(words), 2, "the word");
  // An exception return clears nothing by itself, but handlers run CLREX; the monitor survives a
  // load.
  load_exclusive(words);
  peek(words + 16);
  check_equal(store_exclusive(words, 4), 0, "a load between does no harm");
  check_equal(peek(words), 4, "the word");
}

constexpr Case kCases[] = {
    {"vectors", vectors_case},
    {"external_abort", external_abort_case},
    {"alignment", alignment_case},
    {"exclusive", exclusive_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
