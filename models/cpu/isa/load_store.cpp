// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/load_store.hpp"

#include <array>
#include <type_traits>
#include <utility>

#include "models/cpu/isa/addressing.hpp"
#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

constexpr unsigned kDatas = 5;

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

template <Offset offset>
bool preload(Executor& e, const Instruction& i) {
  e.note_pc(i);
  e.memory.preload(addresses<offset, Index::kOffset>(e.state, i).access, i.d != 0);
  return true;
}

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
using PerDataAndForm = std::make_index_sequence<kDatas * kOffsets * kIndexes>;
constexpr auto kLoads = loads(PerDataAndForm{});
constexpr auto kStores = stores(PerDataAndForm{});
constexpr auto kPcLoads = pc_loads(PerForm{});

void finish(const Fields& f, Instruction& i, Transfer what, Offset offset, Index index) {
  const bool write_back = index != Index::kOffset;
  if (write_back && (i.n == 15 || i.n == i.d)) return unpredictable(i);
  if (i.d == 15 && (what.data != Data::kWord || (!what.load && i.ahead == 4)))
    return unpredictable(i);
  i.uses(i.n);
  const auto data = static_cast<unsigned>(what.data);
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

/// T32 has the constant only.
template <bool is_load>
Handler unprivileged_handler(bool by_register, bool post) {
  if (by_register) return &unprivileged<is_load, Offset::kShifted, Index::kPost>;
  return post ? &unprivileged<is_load, Offset::kConstant, Index::kPost>
              : &unprivileged<is_load, Offset::kConstant, Index::kOffset>;
}

}  // namespace

void a32_transfer_immediate(const Fields& f, Instruction& i, Transfer what) {
  take_base_and_constant(f, i);
  const Index index = index_of(f);
  finish(f, i, what, constant_or_literal(i, index), index);
}

void a32_transfer_register(const Fields& f, Instruction& i, Transfer what) {
  take_base_and_constant(f, i);
  i.immediate = 0;
  const Offset offset = take_offset_register(f, i);
  const Index index = index_of(f);
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
  const Index index = index_of(f);
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
  if (!post && !what.load && i.n == 15) {
    i.handler = &execute_undefined;
    return;
  }
  // STRT of A32, like STR, may store the PC.
  const bool pc_allowed = post && !what.load && what.data == Data::kWord;
  if ((i.d == 15 && !pc_allowed) || i.n == 15 || (by_register && i.m == 15) || (post && i.n == i.d))
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

// T32 takes the PC as a base for PLD (literal).
void preload_write_imm(const Fields& f, Instruction& i) {
  preload_imm(f, i);
  if (i.n == 15) return unpredictable(i);
  i.d = 1;
}

void preload_write_reg(const Fields& f, Instruction& i) {
  preload_reg(f, i);
  if (i.n == 15) return unpredictable(i);
  i.d = 1;
}

}  // namespace linefill::isa
