// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "models/cpu/isa/data_processing.hpp"
#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/load_store.hpp"

/// The addressing forms that single and dual transfers share: A8.5, "Memory accesses".
namespace linefill::isa {

enum class Offset : std::uint8_t { kConstant, kRegister, kShifted, kLiteral };
enum class Index : std::uint8_t { kOffset, kPre, kPost };
constexpr unsigned kOffsets = 4;
constexpr unsigned kIndexes = 3;

/// Instruction::a of a transfer with a register offset that is subtracted.
constexpr std::uint8_t kSubtract = 1;

/// What is added to the base.
template <Offset offset>
std::uint32_t displacement(const CoreState& s, const Instruction& i) {
  if constexpr (offset == Offset::kRegister) return s.r[i.m] << i.shift;
  if constexpr (offset == Offset::kShifted) {
    const std::uint32_t value = shift_value(s.r[i.m], static_cast<Shift>(i.kind), i.shift, s.carry);
    return i.a == kSubtract ? 0 - value : value;
  }
  return i.immediate;
}

/// Where a transfer goes, and what write-back leaves in its base.
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

/// Where a table of handlers has one: by data, offset, index.
constexpr unsigned handler_index(unsigned data, Offset offset, Index index) {
  return (data * kOffsets + static_cast<unsigned>(offset)) * kIndexes +
         static_cast<unsigned>(index);
}
constexpr Offset offset_of(std::size_t index) {
  return static_cast<Offset>(index / kIndexes % kOffsets);
}
constexpr Index index_of(std::size_t index) { return static_cast<Index>(index % kIndexes); }

using PerForm = std::make_index_sequence<kOffsets * kIndexes>;

/// An offset register: kRegister where it is added and shifted left.
Offset take_offset_register(const Fields& f, Instruction& i);
/// Transferred register, base (the PC if not encoded), signed constant.
void take_base_and_constant(const Fields& f, Instruction& i);
/// From P and W; kOffset where the encoding has no P.
Index index_of(const Fields& f);
/// kLiteral where the base is the PC and is not written back.
Offset constant_or_literal(const Instruction& i, Index index);

}  // namespace linefill::isa
