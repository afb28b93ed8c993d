// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/synchronization.hpp"

#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

constexpr std::uint32_t kSctlrSw = 1U << 10;

bool misaligned(Executor& e, std::uint32_t at, unsigned size, bool write) {
  if ((at & (size - 1)) == 0) return false;
  e.memory.alignment_fault(at, write);
  return true;
}

// The first register of a pair goes to the lower address: the low half of the value.
template <unsigned size>
bool execute_ldrex(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t at = s.r[i.n] + i.immediate;
  std::uint64_t value = 0;
  e.note_pc(i);
  if (misaligned(e, at, size, false) || !e.memory.load_exclusive(at, size, value))
    return e.data_abort(i);
  s.r[i.d] = static_cast<std::uint32_t>(value);
  if constexpr (size == 8) s.r[i.extra] = static_cast<std::uint32_t>(value >> 32);
  return true;
}

template <unsigned size>
bool execute_strex(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t at = s.r[i.n] + i.immediate;
  std::uint64_t value = s.r[i.m];
  if constexpr (size == 8) value |= std::uint64_t{s.r[i.extra]} << 32;
  if constexpr (size < 4) value &= (1U << 8 * size) - 1;
  std::uint32_t failed = 1;
  e.note_pc(i);
  if (misaligned(e, at, size, true) || !e.memory.store_exclusive(at, size, value, failed))
    return e.data_abort(i);
  ++(failed != 0 ? e.counts.strex_failed : e.counts.strex_passed);
  s.r[i.d] = failed;
  return true;
}

bool execute_clrex(Executor& e, const Instruction&) {
  e.memory.clear_exclusive();
  return true;
}

/// SWP of ARMv7 is UNDEFINED unless SCTLR.SW is set (Cortex-A9 TRM, 4.3.9).
template <bool byte>
bool execute_swp(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  if (!e.set.always_swaps && (e.system.sctlr() & kSctlrSw) == 0) return e.undefined(i);
  const std::uint32_t at = s.r[i.n];
  e.note_pc(i);
  if constexpr (byte) {
    std::uint8_t old = 0;
    if (!e.memory.load(at, old) || !e.memory.store(at, static_cast<std::uint8_t>(s.r[i.m])))
      return e.data_abort(i);
    s.r[i.d] = old;
  } else {
    std::uint32_t old = 0;
    if (misaligned(e, at, 4, true) || !e.memory.load(at, old) || !e.memory.store(at, s.r[i.m]))
      return e.data_abort(i);
    s.r[i.d] = old;
  }
  return true;
}

/// In T32, SP is UNPREDICTABLE too.
bool bad_register(const Instruction& i, unsigned reg) {
  return reg == 15 || (reg == 13 && i.ahead == 4);
}

/// T32 names the second register; A32's is the next one.
bool take_pair(const Fields& f, Instruction& i, unsigned first) {
  i.extra = f.has('u') ? f.byte('u') : static_cast<std::uint8_t>(first + 1);
  if (!f.has('u') && (first % 2 != 0 || first == 14)) return false;
  return !bad_register(i, i.extra);
}

}  // namespace

void load_exclusive(const Fields& f, Instruction& i, unsigned size) {
  i.d = f.byte('t');
  i.n = f.byte('n');
  i.immediate = f['v'] * 4;
  if (bad_register(i, i.d) || i.n == 15) return unpredictable(i);
  if (size == 8 && (!take_pair(f, i, i.d) || i.extra == i.d)) return unpredictable(i);
  i.uses(i.n);
  i.gives_late(i.d, cost::kLoadLatency);
  if (size == 8) i.gives_late(i.extra, cost::kLoadLatency);
  switch (size) {
    case 1:
      i.handler = &execute_ldrex<1>;
      break;
    case 2:
      i.handler = &execute_ldrex<2>;
      break;
    case 4:
      i.handler = &execute_ldrex<4>;
      break;
    default:
      i.handler = &execute_ldrex<8>;
      break;
  }
}

void store_exclusive(const Fields& f, Instruction& i, unsigned size) {
  i.d = f.byte('d');
  i.m = f.byte('t');
  i.n = f.byte('n');
  i.immediate = f['v'] * 4;
  if (bad_register(i, i.d) || i.n == 15 || bad_register(i, i.m) || i.d == i.n || i.d == i.m)
    return unpredictable(i);
  if (size == 8 && (!take_pair(f, i, i.m) || i.extra == i.d)) return unpredictable(i);
  i.uses(i.n);
  i.cycles = 2;
  switch (size) {
    case 1:
      i.handler = &execute_strex<1>;
      break;
    case 2:
      i.handler = &execute_strex<2>;
      break;
    case 4:
      i.handler = &execute_strex<4>;
      break;
    default:
      i.handler = &execute_strex<8>;
      break;
  }
}

void clrex(const Fields&, Instruction& i) { i.handler = &execute_clrex; }

void swp(const Fields& f, Instruction& i) {
  i.d = f.byte('t');
  i.m = f.byte('m');
  i.n = f.byte('n');
  if (i.d == 15 || i.n == 15 || i.m == 15 || i.n == i.d || i.n == i.m) return unpredictable(i);
  i.uses(i.n);
  i.gives_late(i.d, cost::kLoadLatency);
  i.cycles = 2;
  i.handler = f.bit('x') ? &execute_swp<true> : &execute_swp<false>;
}

}  // namespace linefill::isa
