// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/executor.hpp"

namespace linefill {
namespace {

constexpr std::uint32_t kSctlrEe = 1U << 25;
constexpr std::uint32_t kSctlrTe = 1U << 30;
constexpr std::uint32_t kScrIrq = 1U << 1;
constexpr std::uint32_t kScrFiq = 1U << 2;

}  // namespace

// TakeReset ... TakePhysicalFIQException (B1.9): what they have in common.
void Executor::enter(Mode mode, Vector vector, std::uint32_t link, std::uint32_t saved) {
  enter_at(system.vector_base(), mode, vector, link, saved);
}

void Executor::enter_at(std::uint32_t base, Mode mode, Vector vector, std::uint32_t link,
                        std::uint32_t saved) {
  ++exceptions;
  if (state.mode() == Mode::kMonitor) system.leave_non_secure();
  state.set_mode(mode);
  state.set_spsr(saved);
  state.r[14] = link;
  const std::uint32_t sctlr = system.sctlr();
  state.it = 0;
  state.thumb = (sctlr & kSctlrTe) != 0;
  state.big_endian = (sctlr & kSctlrEe) != 0;
  state.mask_irq = true;
  const bool monitor = mode == Mode::kMonitor;
  if (vector == Vector::kFiq || monitor) state.mask_fiq = true;
  if ((vector != Vector::kUndefined && vector != Vector::kSupervisorCall) || monitor)
    state.mask_abort = true;
  next = base + static_cast<std::uint32_t>(vector);
  clock.now += cost::kException;
  tell_context();
}

bool Executor::undefined(const Instruction& i) {
  state.it = i.it;
  enter(Mode::kUndefined, Vector::kUndefined, address(i) + (state.thumb ? 2 : 4), state.cpsr());
  return false;
}

bool Executor::supervisor_call(const Instruction& i) {
  state.it = i.it_after;
  enter(Mode::kSupervisor, Vector::kSupervisorCall, following(i), state.cpsr());
  return false;
}

bool Executor::secure_monitor_call(const Instruction& i) {
  state.it = i.it_after;
  enter_at(system.monitor_vector_base(), Mode::kMonitor, Vector::kSupervisorCall, following(i),
           state.cpsr());
  return false;
}

bool Executor::data_abort(const Instruction& i) {
  state.it = i.it;
  enter(Mode::kAbort, Vector::kDataAbort, address(i) + 8, state.cpsr());
  return false;
}

bool Executor::breakpoint(const Instruction& i) {
  state.it = i.it;
  prefetch_abort(address(i));
  return false;
}

void Executor::prefetch_abort(std::uint32_t at) {
  enter(Mode::kAbort, Vector::kPrefetchAbort, at + 4, state.cpsr());
}

void Executor::interrupt(Vector vector) {
  ++counts.interrupts;
  if ((system.scr() & (vector == Vector::kFiq ? kScrFiq : kScrIrq)) != 0) {
    enter_at(system.monitor_vector_base(), Mode::kMonitor, vector, next + 4, state.cpsr());
    return;
  }
  enter(vector == Vector::kFiq ? Mode::kFiq : Mode::kIrq, vector, next + 4, state.cpsr());
}

void Executor::reset(std::uint32_t entry) {
  state = CoreState{};
  state.status_bits = set.status_bits;
  state.extension.set_access_control(system.cpacr());
  const std::uint32_t sctlr = system.sctlr();
  state.big_endian = (sctlr & kSctlrEe) != 0;
  state.thumb = (entry & 1) != 0 || (sctlr & kSctlrTe) != 0;
  next = entry & ~1U;
  tell_context();
}

bool Executor::exception_return(const Instruction& i, std::uint32_t target) {
  if (!state.has_mode_to_return_to()) {
    ++unpredictable;
    return undefined(i);
  }
  ++counts.exception_returns;
  state.set_cpsr(state.spsr());
  tell_context();
  next = target & (state.thumb ? ~1U : ~3U);
  clock.now += cost::kStatus;
  return false;
}

void Executor::write_cpsr(std::uint32_t value, std::uint32_t mask) {
  const std::uint32_t old = state.cpsr();
  state.set_cpsr((old & ~mask) | (value & mask));
  if (((old ^ value) & mask & (psr::kMode | psr::kE)) != 0) tell_context();
}

}  // namespace linefill
