// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/support/bare_pl330.hpp"

#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/time.hpp"

namespace guest::test {
namespace {

using pl330::Registers;

constexpr std::size_t kProgramBytes = 4096;
constexpr std::uint64_t kPatienceMs = 10;
constexpr std::uint32_t kGo = 0xA0;
constexpr std::uint32_t kKill = 0x01;

}  // namespace

Coherent coherent(device& dev, std::size_t size) {
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&dev, size, &handle, GFP_KERNEL);
  if (memory == nullptr) panic("no memory");
  return {static_cast<std::byte*>(memory), static_cast<phys_addr_t>(handle)};
}

BarePl330::BarePl330() : dev_{find_device("arm,pl330")} {
  if (dev_ == nullptr) panic("no PL330");
  const Result<volatile void*> registers = device_iomap(*dev_);
  if (!registers) panic("no registers");
  registers_ = Mmio<Registers>{*registers};
  for (unsigned i = 0; i < device_irq_count(*dev_); ++i) {
    if (const Result<unsigned> irq = device_irq(*dev_, i)) disable_irq(*irq);
  }
  const Coherent memory = coherent(*dev_, kProgramBytes);
  program_ = {memory.at, kProgramBytes};
  program_address_ = memory.address;
}

std::size_t BarePl330::put_code(std::size_t offset, std::span<const std::uint8_t> bytes) const {
  for (const std::uint8_t byte : bytes) io_write(program_.data() + offset++, byte);
  return offset;
}

void BarePl330::prepare(phys_addr_t program) const {
  wmb();
  registers_.write_relaxed(&Registers::dbginst0, kGo << 16 | std::uint32_t{kThread} << 24);
  registers_.write_relaxed(&Registers::dbginst1, program);
}

std::uint32_t BarePl330::state() const {
  return registers_.read_relaxed(&Registers::csr_cpc, 2 * kThread) & pl330::kStateMask;
}

// The first look comes too early to see the thread started; a started one shows it within a
// microsecond.
bool BarePl330::reaches(std::uint32_t wanted) const {
  udelay(1);
  for (const Deadline deadline = Deadline::in_ms(kPatienceMs); state() != wanted;) {
    if (deadline.passed()) return false;
  }
  return true;
}

void BarePl330::kill() const {
  registers_.write_relaxed(&Registers::dbginst0, 1U | std::uint32_t{kThread} << 8 | kKill << 16);
  registers_.write_relaxed(&Registers::dbginst1, 0);
  ring();
}

std::uint32_t word_bursts(unsigned beats) {
  pl330::Shape shape;
  shape.width_shift = 2;
  shape.burst_beats = beats;
  return shape.control(beats);
}

}  // namespace guest::test
