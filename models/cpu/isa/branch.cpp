// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/branch.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <utility>

#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

bool execute_b(Executor& e, const Instruction& i) { return e.branch(e.state.r[15] + i.immediate); }

/// Conditions of branches are as good as random: each has a test of its own, and no table is asked.
template <unsigned condition>
bool execute_b_if(Executor& e, const Instruction& i) {
  if (!e.state.passed<condition>()) return true;
  return execute_b(e, i);
}

template <std::size_t... condition>
constexpr auto branches_if(std::index_sequence<condition...>) {
  return std::array<Handler, sizeof...(condition)>{&execute_b_if<condition>...};
}
constexpr auto kBranchesIf = branches_if(std::make_index_sequence<kAlways>{});

/// B, under the condition that the instruction has.
void branch(Instruction& i) {
  i.handler = &execute_b;
  if (i.condition >= kAlways) return;
  i.handler = kBranchesIf[i.condition];
  i.condition = kAlways;
}

bool execute_bl(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  s.r[14] = e.following(i) | (s.thumb ? 1 : 0);
  return e.branch(s.r[15] + i.immediate);
}

/// To the other instruction set: the target is relative to a word in A32.
bool execute_blx(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  s.r[14] = e.following(i) | (s.thumb ? 1 : 0);
  const std::uint32_t target = (s.r[15] & ~3U) + i.immediate;
  s.thumb = !s.thumb;
  return e.branch(target);
}

bool execute_bx(Executor& e, const Instruction& i) { return e.branch_exchange(e.state.r[i.m]); }

bool execute_blx_register(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t target = s.r[i.m];
  s.r[14] = e.following(i) | (s.thumb ? 1 : 0);
  return e.branch_exchange(target);
}

template <bool not_zero>
bool execute_cbz(Executor& e, const Instruction& i) {
  if ((e.state.r[i.n] != 0) != not_zero) return true;
  return e.branch(e.state.r[15] + i.immediate);
}

template <bool halfwords>
bool execute_table_branch(Executor& e, const Instruction& i) {
  const CoreState& s = e.state;
  e.note_pc(i);
  std::uint32_t distance = 0;
  if constexpr (halfwords) {
    std::uint16_t entry = 0;
    if (!e.memory.load(s.r[i.n] + 2 * s.r[i.m], entry)) return e.data_abort(i);
    distance = entry;
  } else {
    std::uint8_t entry = 0;
    if (!e.memory.load(s.r[i.n] + s.r[i.m], entry)) return e.data_abort(i);
    distance = entry;
  }
  e.clock.now += cost::kLoadLatency;
  return e.branch(s.r[15] + 2 * distance);
}

/// The line was decoded knowing what IT says (Instruction::it).
bool execute_it(Executor&, const Instruction&) { return true; }

void must_be_last(const Fields& f, Instruction& i) {
  if (f.in_it_block() && !f.last_in_it_block()) unpredictable(i);
}

// B, BL, BLX (immediate) of 32 bits in T32: I1 = NOT(J1 EOR S), I2 = NOT(J2 EOR S). Without the low
// bits.
std::uint32_t wide_distance(const Fields& f) {
  const std::uint32_t sign = f['s'];
  const std::uint32_t i1 = ~(f['j'] ^ sign) & 1;
  const std::uint32_t i2 = ~(f['k'] ^ sign) & 1;
  return (0 - sign) << 24 | i1 << 23 | i2 << 22;
}

}  // namespace

void a32_b(const Fields& f, Instruction& i) {
  i.immediate = static_cast<std::uint32_t>(f.sign_extended('v', 24)) << 2;
  if (!f.bit('x')) return branch(i);
  i.handler = &execute_bl;
}

void a32_blx(const Fields& f, Instruction& i) {
  i.immediate = static_cast<std::uint32_t>(f.sign_extended('v', 24)) << 2 | f['h'] << 1;
  i.handler = &execute_blx;
}

void bx(const Fields& f, Instruction& i) {
  i.m = f.byte('m');
  i.uses(i.m);
  i.handler = &execute_bx;
  must_be_last(f, i);
}

void bxj(const Fields& f, Instruction& i) {
  bx(f, i);
  if (i.m == 15) unpredictable(i);
}

void blx_register(const Fields& f, Instruction& i) {
  i.m = f.byte('m');
  i.uses(i.m);
  i.handler = &execute_blx_register;
  if (i.m == 15) unpredictable(i);
  must_be_last(f, i);
}

void t16_b(const Fields& f, Instruction& i) {
  i.immediate = static_cast<std::uint32_t>(f.sign_extended('v', 11)) << 1;
  branch(i);
  must_be_last(f, i);
}

void t16_b_conditional(const Fields& f, Instruction& i) {
  if (f.in_it_block()) return unpredictable(i);
  i.condition = f.byte('c');
  i.immediate = static_cast<std::uint32_t>(f.sign_extended('v', 8)) << 1;
  branch(i);
}

void t32_b(const Fields& f, Instruction& i) {
  i.immediate = wide_distance(f) | f['v'] << 1;
  branch(i);
  must_be_last(f, i);
}

void t32_b_conditional(const Fields& f, Instruction& i) {
  if (f.in_it_block()) return unpredictable(i);
  i.condition = f.byte('c');
  i.immediate = (0 - f['s']) << 20 | f['k'] << 19 | f['j'] << 18 | f['v'] << 1;
  branch(i);
}

void t32_bl(const Fields& f, Instruction& i) {
  i.immediate = wide_distance(f) | f['v'] << 1;
  i.handler = &execute_bl;
  must_be_last(f, i);
}

void t32_blx(const Fields& f, Instruction& i) {
  i.immediate = wide_distance(f) | f['v'] << 2;
  i.handler = &execute_blx;
  must_be_last(f, i);
}

void cbz(const Fields& f, Instruction& i) {
  if (f.in_it_block()) return unpredictable(i);
  i.n = f.byte('n');
  i.uses(i.n);
  i.immediate = f['v'] << 1;
  i.handler = f.bit('x') ? &execute_cbz<true> : &execute_cbz<false>;
}

void table_branch(const Fields& f, Instruction& i) {
  i.n = f.byte('n');
  i.m = f.byte('m');
  if (i.m == 15) return unpredictable(i);
  i.uses(i.n);
  i.uses(i.m);
  i.handler = f.bit('h') ? &execute_table_branch<true> : &execute_table_branch<false>;
  must_be_last(f, i);
}

void it(const Fields& f, Instruction& i) {
  const std::uint32_t state = f['v'];
  const std::uint32_t condition = state >> 4;
  if (f.in_it_block() || condition == 15) return unpredictable(i);
  if (condition == 14 && std::popcount(state & 0xF) != 1) return unpredictable(i);
  i.it_after = static_cast<std::uint8_t>(state);
  i.handler = &execute_it;
}

}  // namespace linefill::isa
