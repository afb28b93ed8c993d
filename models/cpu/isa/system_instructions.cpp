// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/system_instructions.hpp"

#include <bit>

#include "models/cpu/isa/executor.hpp"

namespace linefill::isa {
namespace {

constexpr std::uint32_t kSemihostingA32 = 0x12'3456;
constexpr std::uint32_t kSemihostingT32 = 0xAB;
/// What MRS shows of CPSR (B9.3.8).
constexpr std::uint32_t kReadable = 0xF8FF'03DF;
/// What MSR writes in User mode, and in others (CPSRWriteByInstr, B1.3.3).
constexpr std::uint32_t kUserWritable =
    psr::kN | psr::kZ | psr::kC | psr::kV | psr::kQ | psr::kGe | psr::kE;
constexpr std::uint32_t kWritable = kUserWritable | psr::kA | psr::kI | psr::kF | psr::kMode;
constexpr unsigned kDebug = 14;
constexpr unsigned kSystemControl = 15;

template <bool saved>
bool execute_mrs(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  if (saved && !s.has_spsr()) return execute_unpredictable(e, i);
  s.r[i.d] = saved ? s.spsr() : s.cpsr() & kReadable;
  return true;
}

/// `shift` is the byte mask.
bool write_status(Executor& e, const Instruction& i, bool saved, std::uint32_t value) {
  CoreState& s = e.state;
  std::uint32_t mask = 0;
  for (unsigned byte = 0; byte < 4; ++byte) {
    if ((i.shift >> byte & 1) != 0) mask |= 0xFFU << 8 * byte;
  }
  if (saved) {
    if (!s.has_spsr()) return execute_unpredictable(e, i);
    s.set_spsr((s.spsr() & ~mask) | (value & mask));
    return true;
  }
  mask &= s.privileged() ? kWritable : kUserWritable;
  if ((mask & psr::kMode) != 0 && !CoreState::is_mode(value & psr::kMode))
    return execute_unpredictable(e, i);
  s.it = i.it;
  e.write_cpsr(value, mask);
  return (mask & 0xFFFF) != 0 ? e.leave(i) : true;
}

template <bool saved>
bool execute_msr_register(Executor& e, const Instruction& i) {
  return write_status(e, i, saved, e.state.r[i.n]);
}
template <bool saved>
bool execute_msr_immediate(Executor& e, const Instruction& i) {
  return write_status(e, i, saved, i.immediate);
}

/// `immediate` is the new value under the mask in `word`'s place: see cps().
bool execute_cps(Executor& e, const Instruction& i) {
  if (!e.state.privileged()) return true;
  std::uint32_t mask = std::uint32_t{i.shift} << 6;
  if (i.kind != 0) mask |= psr::kMode;
  if (i.kind != 0 && !CoreState::is_mode(i.immediate & psr::kMode))
    return execute_unpredictable(e, i);
  e.write_cpsr(i.immediate, mask);
  return e.leave(i);
}

template <bool big>
bool execute_setend(Executor& e, const Instruction& i) {
  e.state.big_endian = big;
  e.tell_context();
  return e.leave(i);
}

bool call_host(Executor& e) {
  CoreState& s = e.state;
  std::uint32_t result = 0;
  if (!e.system.semihosting(s.r[0], s.r[1], result)) return false;
  s.r[0] = result;
  return true;
}

bool execute_svc(Executor& e, const Instruction& i) {
  const std::uint32_t number = e.state.thumb ? kSemihostingT32 : kSemihostingA32;
  if (i.immediate == number && call_host(e)) return e.leave(i);
  return e.supervisor_call(i);
}

bool execute_smc(Executor& e, const Instruction& i) {
  return e.state.privileged() ? e.secure_monitor_call(i) : e.undefined(i);
}

bool execute_bkpt(Executor& e, const Instruction& i) {
  if (i.immediate == kSemihostingT32 && call_host(e)) return e.leave(i);
  return e.breakpoint(i);
}

CoprocessorRegister named(const Instruction& i) { return {i.kind, i.shift, i.n, i.m, i.extra}; }

bool execute_mcr(Executor& e, const Instruction& i) {
  e.note_pc(i);
  if (!e.system.write_coprocessor(named(i), e.state.privileged(), e.state.r[i.d]))
    return e.undefined(i);
  if (e.system.take_coprocessor_abort()) return e.data_abort(i);
  e.state.extension.set_access_control(e.system.cpacr());
  return e.leave(i);
}

bool execute_mrc(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::uint32_t value = 0;
  e.note_pc(i);
  if (!e.system.read_coprocessor(named(i), s.privileged(), value)) return e.undefined(i);
  if (i.d == 15) {
    s.set_nzcv(value);
  } else {
    s.r[i.d] = value;
  }
  return true;
}

bool execute_subs_pc_lr(Executor& e, const Instruction& i) {
  return e.exception_return(i, e.state.r[14] - i.immediate);
}

bool execute_dmb(Executor& e, const Instruction& i) {
  e.note_pc(i);
  ++e.counts.dmb;
  e.memory.data_memory_barrier();
  return true;
}
bool execute_dsb(Executor& e, const Instruction& i) {
  e.note_pc(i);
  ++e.counts.dsb;
  e.memory.data_synchronization_barrier();
  return e.leave(i);
}
bool execute_isb(Executor& e, const Instruction& i) {
  ++e.counts.isb;
  e.memory.instruction_synchronization_barrier();
  return e.leave(i);
}

bool execute_nop(Executor&, const Instruction&) { return true; }

bool execute_wfi(Executor& e, const Instruction& i) {
  e.system.wait_for_interrupt();
  e.clock.stop_soon();
  return e.leave(i);
}
bool execute_wfe(Executor& e, const Instruction& i) {
  e.system.wait_for_event();
  return e.leave(i);
}
bool execute_sev(Executor& e, const Instruction&) {
  e.system.send_event();
  return true;
}

void take_coprocessor(const Fields& f, Instruction& i, Handler handler) {
  i.kind = f.byte('p');
  i.shift = f.byte('o');
  i.n = f.byte('n');
  i.m = f.byte('m');
  i.extra = f.byte('q');
  i.d = f.byte('t');
  i.cycles = cost::kCoprocessor;
  const bool present = i.kind == kSystemControl || i.kind == kDebug;
  i.handler = present ? handler : &execute_undefined;
}

}  // namespace

bool execute_undefined(Executor& e, const Instruction& i) { return e.undefined(i); }

bool execute_unpredictable(Executor& e, const Instruction& i) {
  ++e.unpredictable;
  return e.undefined(i);
}

void unpredictable(Instruction& i) { i.handler = &execute_unpredictable; }

void undefined(const Fields&, Instruction& i) { i.handler = &execute_undefined; }
void unpredictable_row(const Fields&, Instruction& i) { unpredictable(i); }

void mrs(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  if (i.d == 15) return unpredictable(i);
  i.handler = f.bit('R') ? &execute_mrs<true> : &execute_mrs<false>;
}

void msr_register(const Fields& f, Instruction& i) {
  i.n = f.byte('n');
  i.shift = f.byte('m');
  if (i.n == 15 || i.shift == 0) return unpredictable(i);
  i.uses(i.n);
  i.cycles = cost::kStatus;
  i.handler = f.bit('R') ? &execute_msr_register<true> : &execute_msr_register<false>;
}

void msr_immediate(const Fields& f, Instruction& i) {
  i.immediate = std::rotr(f['v'], static_cast<int>(f['r'] * 2));
  i.shift = f.byte('m');
  if (i.shift == 0) return unpredictable(i);
  i.cycles = cost::kStatus;
  i.handler = f.bit('R') ? &execute_msr_immediate<true> : &execute_msr_immediate<false>;
}

void cps(const Fields& f, Instruction& i) {
  const std::uint32_t change = f.width() == 16 ? 2 + f['i'] : f['i'];
  const bool masks = (change & 2) != 0;
  const bool mode = f.bit('M');
  if (change == 1 || masks != f.bit('a') || (!mode && f.bit('v')) || (!masks && !mode) ||
      f.in_it_block()) {
    return unpredictable(i);
  }
  i.shift = f.byte('a');
  i.kind = mode ? 1 : 0;
  i.immediate = f['v'] | (change == 3 ? f['a'] << 6 : 0);
  i.cycles = cost::kStatus;
  i.handler = &execute_cps;
}

void setend(const Fields& f, Instruction& i) {
  if (f.in_it_block()) return unpredictable(i);
  i.handler = f.bit('x') ? &execute_setend<true> : &execute_setend<false>;
}

void svc(const Fields& f, Instruction& i) {
  i.immediate = f['v'];
  i.handler = &execute_svc;
}

void bkpt(const Fields& f, Instruction& i) {
  i.immediate = f['v'];
  if (f.width() == 32 && i.condition != kAlways) return unpredictable(i);
  i.condition = kAlways;  // In IT blocks too.
  i.handler = &execute_bkpt;
}

void smc(const Fields& f, Instruction& i) {
  i.handler = &execute_smc;
  if (f.in_it_block() && !f.last_in_it_block()) unpredictable(i);
}

void mcr(const Fields& f, Instruction& i) {
  take_coprocessor(f, i, &execute_mcr);
  if (i.d == 15) unpredictable(i);
}

void mrc(const Fields& f, Instruction& i) { take_coprocessor(f, i, &execute_mrc); }

void subs_pc_lr(const Fields& f, Instruction& i) {
  i.immediate = f['v'];
  i.handler = &execute_subs_pc_lr;
  if (f.in_it_block() && !f.last_in_it_block()) unpredictable(i);
}

void dmb(const Fields&, Instruction& i) { i.handler = &execute_dmb; }
void dsb(const Fields&, Instruction& i) { i.handler = &execute_dsb; }
void isb(const Fields&, Instruction& i) { i.handler = &execute_isb; }
void nop(const Fields&, Instruction& i) { i.handler = &execute_nop; }
void wfe(const Fields&, Instruction& i) { i.handler = &execute_wfe; }
void wfi(const Fields&, Instruction& i) { i.handler = &execute_wfi; }
void sev(const Fields&, Instruction& i) { i.handler = &execute_sev; }

}  // namespace linefill::isa
