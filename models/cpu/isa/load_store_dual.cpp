// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "models/cpu/isa/addressing.hpp"
#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/load_store.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

/// LDRD, STRD need the alignment of a word (A3.2.1).
template <bool is_load, Offset offset, Index index>
bool dual(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const Addresses at = addresses<offset, index>(s, i);
  e.note_pc(i);
  if ((at.access & 3) != 0) {
    e.memory.alignment_fault(at.access, !is_load);
    return e.data_abort(i);
  }
  const unsigned second = i.extra;
  if constexpr (is_load) {
    std::array<std::uint32_t, 2> words{};
    if (!e.memory.load(at.access, words[0])) return e.data_abort(i);
    if (!e.memory.load(at.access + 4, words[1])) return e.data_abort(i);
    if constexpr (index != Index::kOffset) s.r[i.n] = at.base_after;
    s.r[i.d] = words[0];
    s.r[second] = words[1];
  } else {
    if (!e.memory.store(at.access, s.r[i.d])) return e.data_abort(i);
    if (!e.memory.store(at.access + 4, s.r[second])) return e.data_abort(i);
    if constexpr (index != Index::kOffset) s.r[i.n] = at.base_after;
  }
  return true;
}

template <bool is_load, std::size_t... k>
constexpr auto duals(std::index_sequence<k...>) {
  return std::array<Handler, sizeof...(k)>{&dual<is_load, offset_of(k), index_of(k)>...};
}
constexpr auto kDualLoads = duals<true>(PerForm{});
constexpr auto kDualStores = duals<false>(PerForm{});

void finish_dual(const Fields& f, Instruction& i, bool is_load, Offset offset, Index index) {
  const bool t32 = f.has('u');
  const unsigned second = t32 ? f['u'] : i.d + 1U;
  const bool write_back = index != Index::kOffset;
  if (!t32 && (i.d % 2 != 0 || i.d == 14)) return unpredictable(i);
  if (i.d == 15 || second == 15 || (is_load && i.d == second)) return unpredictable(i);
  if (write_back && (i.n == 15 || i.n == i.d || i.n == second)) return unpredictable(i);
  if (t32 && !is_load && i.n == 15) return unpredictable(i);
  if (is_load) {
    i.gives_late(i.d, cost::kLoadLatency);
    i.gives_late(second, cost::kLoadLatency);
  }
  i.handler = (is_load ? kDualLoads : kDualStores)[handler_index(0, offset, index)];
  i.cycles = 2;
  i.uses(i.n);
  i.extra = static_cast<std::uint8_t>(second);
}

}  // namespace

void dual_immediate(const Fields& f, Instruction& i, bool load) {
  take_base_and_constant(f, i);
  if (f.has('u')) i.immediate *= 4;
  const Index index = index_of(f);
  if (!f.has('u') && !f.bit('P') && f.bit('W')) return unpredictable(i);
  if (f.has('u') && !f.bit('P') && !f.bit('W')) {
    i.handler = &execute_undefined;
    return;
  }
  finish_dual(f, i, load, constant_or_literal(i, index), index);
}

void dual_register(const Fields& f, Instruction& i, bool load) {
  take_base_and_constant(f, i);
  i.immediate = 0;
  const Offset offset = take_offset_register(f, i);
  const Index index = index_of(f);
  if (i.m == 15 || (load && (i.m == i.d || i.m == i.d + 1))) return unpredictable(i);
  if (!f.bit('P') && f.bit('W')) return unpredictable(i);
  finish_dual(f, i, load, offset, index);
}

void ldrd_imm(const Fields& f, Instruction& i) { dual_immediate(f, i, true); }
void strd_imm(const Fields& f, Instruction& i) { dual_immediate(f, i, false); }
void ldrd_reg(const Fields& f, Instruction& i) { dual_register(f, i, true); }
void strd_reg(const Fields& f, Instruction& i) { dual_register(f, i, false); }

}  // namespace linefill::isa
