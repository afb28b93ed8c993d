// SPDX-License-Identifier: Apache-2.0
// What stops a PL330 channel, and microcode that is itself stale. Bits of FTRn: DMA-330 TRM, 3.3.7.
#include <array>

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

using Register = BarePl330::Assembler::Register;

constexpr phys_addr_t kNothing = 0x3000'0000;  // The bus answers with an error.
constexpr std::uint32_t kUndefined = 1U << 0;
constexpr std::uint32_t kOperand = 1U << 1;
constexpr std::uint32_t kStoreDataUnavailable = 1U << 13;
constexpr std::uint32_t kFetchError = 1U << 16;
constexpr std::uint32_t kWriteError = 1U << 17;
constexpr std::uint32_t kReadError = 1U << 18;
constexpr std::uint8_t kLoad = 0x04, kStore = 0x08, kEnd = 0x00;

/// The thread faults with `type`; DMAKILL ends that, and it can be used again.
void expect_fault(const BarePl330& dma, std::uint32_t type) {
  check(dma.reaches(pl330::kStateFaulting), "the thread faults");
  check_equal(dma.fault_type(), type, "FTR");
  check(dma.faulted(), "FSRC");
  dma.kill();
  check(dma.stops(), "DMAKILL stops it");
  check(!dma.faulted(), "FSRC is clear");
  dma.put_code(0, std::array<std::uint8_t, 1>{kEnd});
  dma.start();
  check(dma.stops(), "the thread runs again");
}

template <std::size_t kSize>
void instruction_faults(const std::array<std::uint8_t, kSize>& bytes, std::uint32_t type) {
  const BarePl330 dma;
  dma.put_code(0, bytes);
  dma.start();
  expect_fault(dma, type);
}

void undefined_case() { instruction_faults(std::array<std::uint8_t, 1>{0xFF}, kUndefined); }
/// DMASEV with bits set that must be zero.
void operand_case() { instruction_faults(std::array<std::uint8_t, 2>{0x34, 0x01}, kOperand); }
/// DMAGO is the manager's.
void manager_only_case() {
  instruction_faults(std::array<std::uint8_t, 6>{0xA0, 0x06, 0, 0, 0, 0}, kUndefined);
}
void store_without_data_case() {
  instruction_faults(std::array<std::uint8_t, 2>{kStore, kEnd}, kStoreDataUnavailable);
}

void fetch_error_case() {
  const BarePl330 dma;
  dma.prepare(kNothing);
  dma.ring();
  expect_fault(dma, kFetchError);
}

/// A copy of a word between two addresses, one of which is not there.
void copy_faults(bool source_is_there, std::uint32_t type) {
  const BarePl330 dma;
  const Coherent memory{dma.dev(), 4096};
  BarePl330::Assembler code = dma.code();
  code.move(Register::kControl, word_bursts(1));
  code.move(Register::kSource, source_is_there ? memory.address : kNothing);
  code.move(Register::kDestination, source_is_there ? kNothing : memory.address);
  code.load(pl330::Condition::kAlways);
  code.store(pl330::Condition::kAlways);
  code.write_barrier();
  code.end();
  poke(memory.at, 0x600D);
  dma.start();
  expect_fault(dma, type);
  if (!source_is_there) check_equal(peek(memory.at), 0x600D, "the destination is as it was");
}

void read_error_case() { copy_faults(false, kReadError); }
void write_error_case() { copy_faults(true, kWriteError); }

/// Loads that nobody stores fill the MFIFO: the watchdog ends it.
void lock_up_case() {
  const BarePl330 dma;
  const Coherent memory{dma.dev(), 4096};
  BarePl330::Assembler code = dma.code();
  code.move(Register::kControl, word_bursts(16));
  code.move(Register::kSource, memory.address);
  const auto body = code.loop(0, 64);
  code.load(pl330::Condition::kAlways);
  code.end_loop(0, body);
  code.end();
  dma.start();
  expect_fault(dma, 1U << 31);
}

/// A thread that waits for an event is killed; nothing is left of it.
void killed_case() {
  const BarePl330 dma;
  dma.put_code(0, std::array<std::uint8_t, 3>{0x36, 15 << 3, kEnd});
  dma.start();
  constexpr std::uint32_t kWaitingForEvent = 4;
  check(dma.reaches(kWaitingForEvent), "the thread waits");
  check_equal(dma.fault_type(), 0, "FTR");
  dma.kill();
  check(dma.stops(), "DMAKILL stops it");
}

/// Microcode in cacheable memory: without a clean the thread fetches what was there before, a
/// DMAEND.
void microcode(bool cleaned) {
  const BarePl330 dma;
  const Coherent from{dma.dev(), 4096};
  const Coherent to{dma.dev(), 4096};
  const std::span<std::byte> program = alloc_bytes(kPageBytes);
  if (program.empty()) panic("no memory");
  const phys_addr_t address = virt_to_phys(program.data());
  memset(program.data(), kEnd, program.size());
  dmac_flush_range(program.data(), program.data() + program.size());
  outer_flush_range(address, address + kPageBytes);

  BarePl330::Assembler code{program};
  code.move(Register::kControl, word_bursts(1));
  code.move(Register::kSource, from.address);
  code.move(Register::kDestination, to.address);
  code.load(pl330::Condition::kAlways);
  code.store(pl330::Condition::kAlways);
  code.end();
  poke(from.at, 0x600D);
  poke(to.at, 0x0BAD);
  if (cleaned) {
    dmac_clean_range(program.data(), program.data() + kPageBytes);
    outer_clean_range(address, address + kPageBytes);
  }
  dma.prepare(address);
  dma.ring();
  check(dma.stops(), "the thread ends");
  check_equal(peek(to.at), cleaned ? 0x600DU : 0x0BADU, "what was copied");
}

void stale_microcode_case() { microcode(false); }
void cleaned_microcode_case() { microcode(true); }

constexpr Case kCases[] = {
    {"undefined", undefined_case},
    {"operand", operand_case},
    {"manager_only", manager_only_case},
    {"store_without_data", store_without_data_case},
    {"fetch_error", fetch_error_case},
    {"read_error", read_error_case},
    {"write_error", write_error_case},
    {"lock_up", lock_up_case},
    {"killed", killed_case},
    {"stale_microcode", stale_microcode_case},
    {"cleaned_microcode", cleaned_microcode_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
