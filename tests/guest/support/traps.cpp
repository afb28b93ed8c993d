// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/support/traps.hpp"

#include "sw/arch/arm/barrier_instructions.hpp"
#include "sw/arch/irqflags.hpp"

namespace guest::test {
namespace {

std::uint32_t vbar() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c12, c0, 0" : "=r"(value));
  return value;
}

void set_vbar(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c12, c0, 0" : : "r"(value) : "memory");
  isb();
}

}  // namespace

Traps::Traps() : vectors_{vbar()}, flags_{local_irq_save()}, seen_{trap_record.count} {
  set_vbar(reinterpret_cast<std::uint32_t>(trap_vectors));
}

Traps::~Traps() {
  set_vbar(vectors_);
  local_irq_restore(flags_);
}

unsigned Traps::taken() {
  barrier();
  const std::uint32_t now = static_cast<volatile TrapRecord&>(trap_record).count;
  const unsigned since = now - seen_;
  seen_ = now;
  return since;
}

}  // namespace guest::test
