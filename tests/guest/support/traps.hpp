// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/exception.hpp"

/// What the last exception left, as traps.S lays it out.
struct TrapRecord {
  std::uint32_t count;
  guest::ExceptionKind kind;
  std::uint32_t dfsr;
  std::uint32_t dfar;
  std::uint32_t ifsr;
  std::uint32_t ifar;
  std::uint32_t lr;  ///< As the exception set it.
  std::uint32_t spsr;
  std::uint32_t mode;  ///< CPSR in the handler.
};

extern "C" {
extern TrapRecord trap_record;
extern char trap_vectors[];

// One instruction each that may fail, in ARM state; a trap goes on behind it.
std::uint32_t probe_load(const volatile void* address);
void probe_store(volatile void* address, std::uint32_t value);
std::uint32_t probe_load_unprivileged(const volatile void* address);
void probe_store_unprivileged(volatile void* address, std::uint32_t value);
std::uint32_t probe_load_multiple(const volatile void* address);
std::uint32_t probe_load_exclusive(const volatile void* address);
void probe_undefined();
void probe_supervisor_call();
extern char probe_load_here[], probe_undefined_here[], probe_supervisor_call_here[];
/// Calls code that may not be there: a prefetch abort returns -1.
std::uint32_t probe_call(std::uintptr_t address);
}

namespace guest::test {

/// Exceptions but interrupts are recorded and passed over while it lives. Interrupts are off.
class Traps {
 public:
  Traps();
  Traps(const Traps&) = delete;
  Traps& operator=(const Traps&) = delete;
  ~Traps();

  /// Since the last call.
  unsigned taken();
  /// FS of the DFSR or IFSR: 1 alignment, 5 and 7 translation, 9 and 11 domain, 13 and 15
  /// permission, 8 and 22 external abort (ARM ARM DDI 0406C, table B3-23).
  static std::uint32_t fault(std::uint32_t status) { return (status >> 6 & 0x10) | (status & 0xF); }
  static constexpr std::uint32_t kWrite = 1U << 11;

 private:
  std::uint32_t vectors_;
  unsigned long flags_;
  std::uint32_t seen_ = 0;
};

}  // namespace guest::test
