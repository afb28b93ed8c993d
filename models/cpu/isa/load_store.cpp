// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/load_store.hpp"

#include <array>
#include <type_traits>
#include <utility>

#include "models/cpu/isa/data_processing.hpp"
#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

enum class Offset : std::uint8_t { kConstant, kRegister, kShifted, kLiteral };
enum class Index : std::uint8_t { kOffset, kPre, kPost };
constexpr unsigned kOffsets = 4;
constexpr unsigned kIndexes = 3;
constexpr unsigned kDatas = 5;

/// Instruction::a of a transfer with a register offset that is subtracted.
constexpr std::uint8_t kSubtract = 1;

template <Offset offset>
std::uint32_t displacement(const CoreState& s, const Instruction& i) {
  if constexpr (offset == Offset::kRegister) return s.r[i.m] << i.shift;
  if constexpr (offset == Offset::kShifted) {
    const std::uint32_t value = shift_value(s.r[i.m], static_cast<Shift>(i.kind), i.shift, s.carry);
    return i.a == kSubtract ? 0 - value : value;
  }
  return i.immediate;
}

struct Addresses {
  std::uint32_t access;
  std::uint32_t base_after;
};

template <Offset offset, Index index>
Addresses addresses(const CoreState& s, const Instruction& i) {
  const std::uint32_t base = offset == Offset::kLiteral ? s.r[15] & ~3U : s.r[i.n];
  const std::uint32_t moved = base + displacement<offset>(s, i);
  return {index == Index::kPost ? base : moved, moved};
}

template <Data data>
using Raw = std::conditional_t<size_of(data) == 4, std::uint32_t,
                               std::conditional_t<size_of(data) == 2, std::uint16_t, std::uint8_t>>;

template <Data data>
std::uint32_t extended(Raw<data> raw) {
  if constexpr (data == Data::kSignedByte)
    return static_cast<std::uint32_t>(static_cast<std::int8_t>(raw));
  if constexpr (data == Data::kSignedHalf)
    return static_cast<std::uint32_t>(static_cast<std::int16_t>(raw));
  return raw;
}

// The base is written after the access: an abort leaves it as it was.
template <Data data, Offset offset, Index index>
bool load(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const Addresses at = addresses<offset, index>(s, i);
  Raw<data> raw = 0;
  e.note_pc(i);
  if (!e.memory.load(at.access, raw)) return e.data_abort(i);
  if constexpr (index != Index::kOffset) s.r[i.n] = at.base_after;
  s.r[i.d] = extended<data>(raw);
  return true;
}

template <Offset offset, Index index>
bool load_pc(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const Addresses at = addresses<offset, index>(s, i);
  std::uint32_t target = 0;
  e.note_pc(i);
  if (!e.memory.load(at.access, target)) return e.data_abort(i);
  if constexpr (index != Index::kOffset) s.r[i.n] = at.base_after;
  e.clock.now += cost::kLoadLatency;
  return e.branch_exchange(target);
}

template <Data data, Offset offset, Index index>
bool store(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const Addresses at = addresses<offset, index>(s, i);
  e.note_pc(i);
  if (!e.memory.store(at.access, static_cast<Raw<data>>(s.r[i.d]))) return e.data_abort(i);
  if constexpr (index != Index::kOffset) s.r[i.n] = at.base_after;
  return true;
}

/// LDRT, STRT and the like; `extra` is the kind of data.
template <bool is_load, Offset offset, Index index>
bool unprivileged(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const Addresses at = addresses<offset, index>(s, i);
  const auto data = static_cast<Data>(i.extra);
  e.note_pc(i);
  if constexpr (is_load) {
    std::uint32_t value = 0;
    if (!e.memory.load_slow(at.access, size_of(data), AccessKind::kUnprivileged, value))
      return e.data_abort(i);
    if (data == Data::kSignedByte)
      value = extended<Data::kSignedByte>(static_cast<std::uint8_t>(value));
    if (data == Data::kSignedHalf)
      value = extended<Data::kSignedHalf>(static_cast<std::uint16_t>(value));
    if constexpr (index != Index::kOffset) s.r[i.n] = at.base_after;
    s.r[i.d] = value;
  } else {
    const unsigned bits = 8 * size_of(data);
    const std::uint32_t value = s.r[i.d] & (0xFFFF'FFFFU >> (32 - bits));
    if (!e.memory.store_slow(at.access, size_of(data), AccessKind::kUnprivileged, value))
      return e.data_abort(i);
    if constexpr (index != Index::kOffset) s.r[i.n] = at.base_after;
  }
  return true;
}

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

template <Offset offset>
bool preload(Executor& e, const Instruction& i) {
  e.note_pc(i);
  e.memory.preload(addresses<offset, Index::kOffset>(e.state, i).access, i.d != 0);
  return true;
}

constexpr unsigned handler_index(unsigned data, Offset offset, Index index) {
  return (data * kOffsets + static_cast<unsigned>(offset)) * kIndexes +
         static_cast<unsigned>(index);
}
constexpr Offset offset_of(std::size_t index) {
  return static_cast<Offset>(index / kIndexes % kOffsets);
}
constexpr Index index_of(std::size_t index) { return static_cast<Index>(index % kIndexes); }
constexpr Data data_of(std::size_t index) { return static_cast<Data>(index / kIndexes / kOffsets); }

template <std::size_t... k>
constexpr auto loads(std::index_sequence<k...>) {
  return std::array<Handler, sizeof...(k)>{&load<data_of(k), offset_of(k), index_of(k)>...};
}
template <std::size_t... k>
constexpr auto stores(std::index_sequence<k...>) {
  return std::array<Handler, sizeof...(k)>{&store<data_of(k), offset_of(k), index_of(k)>...};
}
template <std::size_t... k>
constexpr auto pc_loads(std::index_sequence<k...>) {
  return std::array<Handler, sizeof...(k)>{&load_pc<offset_of(k), index_of(k)>...};
}
template <bool is_load, std::size_t... k>
constexpr auto duals(std::index_sequence<k...>) {
  return std::array<Handler, sizeof...(k)>{&dual<is_load, offset_of(k), index_of(k)>...};
}
using PerForm = std::make_index_sequence<kOffsets * kIndexes>;
using PerDataAndForm = std::make_index_sequence<kDatas * kOffsets * kIndexes>;
constexpr auto kLoads = loads(PerDataAndForm{});
constexpr auto kStores = stores(PerDataAndForm{});
constexpr auto kPcLoads = pc_loads(PerForm{});
constexpr auto kDualLoads = duals<true>(PerForm{});
constexpr auto kDualStores = duals<false>(PerForm{});

void finish(const Fields& f, Instruction& i, Transfer what, Offset offset, Index index) {
  const bool write_back = index != Index::kOffset;
  if (write_back && (i.n == 15 || i.n == i.d)) return unpredictable(i);
  if (i.d == 15 && (what.data != Data::kWord || (!what.load && i.ahead == 4)))
    return unpredictable(i);
  i.uses(i.n);
  const unsigned data = static_cast<unsigned>(what.data);
  if (!what.load) {
    i.handler = kStores[handler_index(data, offset, index)];
  } else if (i.d == 15) {
    if (f.in_it_block() && !f.last_in_it_block()) return unpredictable(i);
    i.handler = kPcLoads[handler_index(0, offset, index)];
  } else {
    i.gives_late(i.d, cost::kLoadLatency);
    i.handler = kLoads[handler_index(data, offset, index)];
  }
}

/// An offset register: kRegister where it is added and shifted left.
Offset take_offset_register(const Fields& f, Instruction& i) {
  i.m = f.byte('m');
  i.uses(i.m);
  const ImmediateShift shift = decode_shift(f['y'], f['k']);
  i.kind = static_cast<std::uint8_t>(shift.type);
  i.shift = shift.amount;
  const bool subtract = f.has('U') && !f.bit('U');
  i.a = subtract ? kSubtract : 0;
  return subtract || shift.type != Shift::kLsl ? Offset::kShifted : Offset::kRegister;
}

void take_base_and_constant(const Fields& f, Instruction& i) {
  i.d = f.byte('t');
  i.n = f.has('n') ? f.byte('n') : std::uint8_t{15};
  i.immediate = f.has('U') && !f.bit('U') ? 0 - f['v'] : f['v'];
}

Index a32_index(const Fields& f) {
  if (!f.has('P')) return Index::kOffset;
  if (!f.bit('P')) return Index::kPost;
  return f.bit('W') ? Index::kPre : Index::kOffset;
}

Offset constant_or_literal(const Instruction& i, Index index) {
  return i.n == 15 && index == Index::kOffset ? Offset::kLiteral : Offset::kConstant;
}

/// T32 has the constant only.
template <bool is_load>
Handler unprivileged_handler(bool by_register, bool post) {
  if (by_register) return &unprivileged<is_load, Offset::kShifted, Index::kPost>;
  return post ? &unprivileged<is_load, Offset::kConstant, Index::kPost>
              : &unprivileged<is_load, Offset::kConstant, Index::kOffset>;
}

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

void a32_transfer_immediate(const Fields& f, Instruction& i, Transfer what) {
  take_base_and_constant(f, i);
  const Index index = a32_index(f);
  finish(f, i, what, constant_or_literal(i, index), index);
}

void a32_transfer_register(const Fields& f, Instruction& i, Transfer what) {
  take_base_and_constant(f, i);
  i.immediate = 0;
  const Offset offset = take_offset_register(f, i);
  const Index index = a32_index(f);
  if (i.m == 15) return unpredictable(i);
  finish(f, i, what, offset, index);
}

void t32_transfer_immediate(const Fields& f, Instruction& i, Transfer what) {
  take_base_and_constant(f, i);
  if (f.has('P') && !f.bit('P') && !f.bit('W')) {
    i.handler = &execute_undefined;
    return;
  }
  if (!what.load && i.n == 15) {
    i.handler = &execute_undefined;
    return;
  }
  const Index index = a32_index(f);
  finish(f, i, what, constant_or_literal(i, index), index);
}

void t32_transfer_register(const Fields& f, Instruction& i, Transfer what) {
  take_base_and_constant(f, i);
  i.immediate = 0;
  take_offset_register(f, i);
  if (!what.load && i.n == 15) {
    i.handler = &execute_undefined;
    return;
  }
  if (i.m == 15) return unpredictable(i);
  finish(f, i, what, Offset::kRegister, Index::kOffset);
}

void transfer_unprivileged(const Fields& f, Instruction& i, Transfer what) {
  take_base_and_constant(f, i);
  const bool by_register = f.has('m');
  if (by_register) {
    i.immediate = 0;
    take_offset_register(f, i);
  }
  const bool post = i.ahead == 8;
  if (i.d == 15 || i.n == 15 || (by_register && i.m == 15) || (post && i.n == i.d))
    return unpredictable(i);
  i.uses(i.n);
  i.extra = static_cast<std::uint8_t>(what.data);
  if (what.load) i.gives_late(i.d, cost::kLoadLatency);
  i.handler = what.load ? unprivileged_handler<true>(by_register, post)
                        : unprivileged_handler<false>(by_register, post);
}

void t16_transfer_immediate(const Fields& f, Instruction& i, Transfer what) {
  i.d = f.byte('t');
  i.n = f.byte('n');
  i.immediate = f['v'] * size_of(what.data);
  finish(f, i, what, Offset::kConstant, Index::kOffset);
}

void t16_transfer_sp(const Fields& f, Instruction& i, Transfer what) {
  i.d = f.byte('t');
  i.n = 13;
  i.immediate = f['v'] * 4;
  finish(f, i, what, Offset::kConstant, Index::kOffset);
}

void t16_ldr_sp(const Fields& f, Instruction& i) { t16_transfer_sp(f, i, {Data::kWord, true}); }
void t16_str_sp(const Fields& f, Instruction& i) { t16_transfer_sp(f, i, {Data::kWord, false}); }

void t16_ldr_literal(const Fields& f, Instruction& i) {
  i.d = f.byte('t');
  i.n = 15;
  i.immediate = f['v'] * 4;
  finish(f, i, {Data::kWord, true}, Offset::kLiteral, Index::kOffset);
}

void dual_immediate(const Fields& f, Instruction& i, bool load) {
  take_base_and_constant(f, i);
  if (f.has('u')) i.immediate *= 4;
  const Index index = a32_index(f);
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
  const Index index = a32_index(f);
  if (i.m == 15 || (load && (i.m == i.d || i.m == i.d + 1))) return unpredictable(i);
  if (!f.bit('P') && f.bit('W')) return unpredictable(i);
  finish_dual(f, i, load, offset, index);
}

void ldrd_imm(const Fields& f, Instruction& i) { dual_immediate(f, i, true); }
void strd_imm(const Fields& f, Instruction& i) { dual_immediate(f, i, false); }
void ldrd_reg(const Fields& f, Instruction& i) { dual_register(f, i, true); }
void strd_reg(const Fields& f, Instruction& i) { dual_register(f, i, false); }

void preload_imm(const Fields& f, Instruction& i) {
  take_base_and_constant(f, i);
  i.d = 0;
  i.uses(i.n);
  i.handler = i.n == 15 ? &preload<Offset::kLiteral> : &preload<Offset::kConstant>;
}

void preload_reg(const Fields& f, Instruction& i) {
  take_base_and_constant(f, i);
  i.immediate = 0;
  take_offset_register(f, i);
  i.d = 0;
  if (i.m == 15) return unpredictable(i);
  i.uses(i.n);
  i.handler = &preload<Offset::kShifted>;
}

void preload_down(const Fields& f, Instruction& i) {
  preload_imm(f, i);
  i.immediate = 0 - i.immediate;
}

void preload_write_down(const Fields& f, Instruction& i) {
  preload_down(f, i);
  i.d = 1;
}

void preload_write_imm(const Fields& f, Instruction& i) {
  preload_imm(f, i);
  i.d = 1;
}

void preload_write_reg(const Fields& f, Instruction& i) {
  preload_reg(f, i);
  i.d = 1;
}

}  // namespace linefill::isa
