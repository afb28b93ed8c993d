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

Coherent::Coherent(device& for_dev, std::size_t bytes) : dev{for_dev}, size{bytes} {
  dma_addr_t handle = 0;
  at = static_cast<std::byte*>(dma_alloc_coherent(&dev, size, &handle, GFP_KERNEL));
  if (at == nullptr) panic("no memory");
  address = static_cast<phys_addr_t>(handle);
}

Coherent::~Coherent() { dma_free_coherent(&dev, size, at, address); }

BarePl330::BarePl330() : dev_{find_device("arm,pl330")} {
  if (dev_ == nullptr) panic("no PL330");
  const Result<volatile void*> registers = device_iomap(*dev_);
  if (!registers) panic("no registers");
  registers_ = Mmio<Registers>{*registers};
  for (unsigned i = 0; i < device_irq_count(*dev_); ++i) {
    if (const Result<unsigned> irq = device_irq(*dev_, i)) disable_irq(*irq);
  }
  program_.emplace(*dev_, kProgramBytes);
}

std::size_t BarePl330::put_code(std::size_t offset, std::span<const std::uint8_t> bytes) const {
  for (const std::uint8_t byte : bytes) io_write(program_->at + offset++, byte);
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
  rmb();  // What it wrote is loaded now.
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
