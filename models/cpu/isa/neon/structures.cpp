// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/structures.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

// Instruction: d is the first register, `a` the distance to the register of the next element;
// `immediate` the bytes in memory, `kind` those of an element, `shift` the alignment; `extra` the
// registers for each element (multiple), the lane (one lane), or the elements (all lanes).
// The bytes are in memory's order of elements, each element as the host has it.
using Block = std::array<std::byte, 32>;

constexpr unsigned kNoIndex = 15;
constexpr unsigned kIndexIsSize = 13;
constexpr std::uint8_t kLoadLatency = 1;

template <bool load, class T>
bool move(Executor& e, std::uint32_t at, std::byte* place) {
  T value{};
  if constexpr (load) {
    if (!e.memory.load(at, value)) return false;
    std::memcpy(place, &value, sizeof value);
    return true;
  } else {
    std::memcpy(&value, place, sizeof value);
    return e.memory.store(at, value);
  }
}

/// One access of 1, 2 or 4 bytes; an element of 8 is two words.
template <bool load>
bool move_element(Executor& e, std::uint32_t at, std::byte* place, unsigned bytes) {
  switch (bytes) {
    case 1:
      return move<load, std::uint8_t>(e, at, place);
    case 2:
      return move<load, std::uint16_t>(e, at, place);
    case 4:
      return move<load, std::uint32_t>(e, at, place);
    default:
      break;
  }
  const unsigned first = e.state.big_endian ? 4 : 0;
  return move<load, std::uint32_t>(e, at, place + first) &&
         move<load, std::uint32_t>(e, at + 4, place + 4 - first);
}

/// As much of a line as hits, at once; else single elements, or words of smaller ones.
template <bool load>
bool move_all(Executor& e, std::uint32_t at, std::span<std::byte> bytes, unsigned element) {
  while (!bytes.empty()) {
    std::size_t part = (kLineBytes - at % kLineBytes) / element * element;
    part = std::min(part, bytes.size());
    bool hit = false;
    if constexpr (load) {
      hit = part != 0 && e.memory.load_hit(at, bytes.first(part), element);
    } else {
      hit = part != 0 && e.memory.store_hit(at, bytes.first(part), element);
    }
    if (!hit) {
      const bool word = element < 4 && at % 4 == 0 && bytes.size() >= 4 && !e.state.big_endian;
      part = word ? 4 : element;
      if (!move_element<load>(e, at, bytes.data(), static_cast<unsigned>(part))) return false;
    }
    at += static_cast<std::uint32_t>(part);
    bytes = bytes.subspan(part);
  }
  return true;
}

/// False: a Data Abort is to be taken.
template <bool load>
bool transfer(Executor& e, const Instruction& i, Block& block) {
  constexpr std::uint32_t kSctlrA = 2;
  e.note_pc(i);
  const std::uint32_t at = e.state.r[i.n];
  // SCTLR.A is checked with each access, but of doublewords only as of words.
  const bool odd_doubleword = i.kind == 8 && at % 8 != 0 && (e.system.sctlr() & kSctlrA) != 0;
  if (at % i.shift != 0 || odd_doubleword) {
    e.memory.alignment_fault(at, !load);
    return false;
  }
  return move_all<load>(e, at, std::span{block}.first(i.immediate), i.kind);
}

void write_back(Executor& e, const Instruction& i) {
  if (i.m == kNoIndex) return;
  e.state.r[i.n] += i.m == kIndexIsSize ? i.immediate : e.state.r[i.m];
}

/// Between structures of `elements` in a block and as many registers (for each, `extra`).
template <bool load, unsigned elements, class T>
void interleave(Executor& e, const Instruction& i, Block& block) {
  constexpr std::size_t kLanes = 8 / sizeof(T);
  std::byte* place = block.data();
  for (unsigned reg = i.d; reg < i.d + unsigned{i.extra}; ++reg) {
    std::array<Lanes<T, 8>, elements> lanes;
    if constexpr (!load) {
      for (unsigned k = 0; k < elements; ++k) lanes[k] = read<T, 8>(e, reg + k * i.a);
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      for (unsigned k = 0; k < elements; ++k, place += sizeof(T)) {
        if constexpr (load) {
          std::memcpy(&lanes[k][lane], place, sizeof(T));
        } else {
          std::memcpy(place, &lanes[k][lane], sizeof(T));
        }
      }
    }
    if constexpr (load) {
      for (unsigned k = 0; k < elements; ++k) write(e, reg + k * i.a, lanes[k]);
    }
  }
}

template <unsigned elements, class T>
bool execute_load(Executor& e, const Instruction& i) {
  Block block;
  if (!transfer<true>(e, i, block)) return e.data_abort(i);
  interleave<true, elements, T>(e, i, block);
  write_back(e, i);
  return true;
}
template <unsigned elements, class T>
bool execute_store(Executor& e, const Instruction& i) {
  Block block;
  interleave<false, elements, T>(e, i, block);
  if (!transfer<false>(e, i, block)) return e.data_abort(i);
  write_back(e, i);
  return true;
}

/// Where the lane of the `k`th element is in its register.
std::byte* lane_of(Executor& e, const Instruction& i, unsigned k) {
  return std::as_writable_bytes(std::span{&e.state.extension.d[i.d + k * i.a], 1}).data() +
         std::size_t{i.extra} * i.kind;
}
bool execute_load_lane(Executor& e, const Instruction& i) {
  Block block;
  if (!transfer<true>(e, i, block)) return e.data_abort(i);
  for (unsigned k = 0; k * i.kind < i.immediate; ++k)
    std::memcpy(lane_of(e, i, k), &block[std::size_t{k} * i.kind], i.kind);
  write_back(e, i);
  return true;
}
bool execute_store_lane(Executor& e, const Instruction& i) {
  Block block;
  for (unsigned k = 0; k * i.kind < i.immediate; ++k)
    std::memcpy(&block[std::size_t{k} * i.kind], lane_of(e, i, k), i.kind);
  if (!transfer<false>(e, i, block)) return e.data_abort(i);
  write_back(e, i);
  return true;
}

bool execute_load_all(Executor& e, const Instruction& i) {
  Block block;
  if (!transfer<true>(e, i, block)) return e.data_abort(i);
  for (unsigned k = 0; k < i.extra; ++k) {
    // VLD1 to two registers has one element for both.
    const std::byte* element = &block[std::size_t{k} * i.kind % i.immediate];
    auto* place = std::as_writable_bytes(std::span{&e.state.extension.d[i.d + k * i.a], 1}).data();
    for (unsigned lane = 0; lane < 8; lane += i.kind) std::memcpy(place + lane, element, i.kind);
  }
  write_back(e, i);
  return true;
}

using SizeHandlers = std::array<Handler, 4>;
template <unsigned elements>
constexpr SizeHandlers kLoads{&with_extension<&execute_load<elements, std::uint8_t>>,
                              &with_extension<&execute_load<elements, std::uint16_t>>,
                              &with_extension<&execute_load<elements, std::uint32_t>>,
                              &with_extension<&execute_load<elements, std::uint64_t>>};
template <unsigned elements>
constexpr SizeHandlers kStores{&with_extension<&execute_store<elements, std::uint8_t>>,
                               &with_extension<&execute_store<elements, std::uint16_t>>,
                               &with_extension<&execute_store<elements, std::uint32_t>>,
                               &with_extension<&execute_store<elements, std::uint64_t>>};
constexpr std::array<SizeHandlers, 4> kMultipleLoads{kLoads<1>, kLoads<2>, kLoads<3>, kLoads<4>};
constexpr std::array<SizeHandlers, 4> kMultipleStores{kStores<1>, kStores<2>, kStores<3>,
                                                      kStores<4>};

/// What all forms have. `end` is the register after the last one; `lane`: other lanes are kept.
void finish(const Fields& f, Instruction& i, Handler handler, unsigned end, unsigned cycles,
            bool lane = false) {
  i.n = f.byte('n');
  i.m = f.byte('m');
  i.uses(i.n);
  if (i.m != kNoIndex && i.m != kIndexIsSize) i.uses(i.m);
  needs_registers(i, end);
  i.handler = handler;
  i.cycles = static_cast<std::uint8_t>(cycles);
  if (i.n == 15 || end > 32) return unpredictable(i);
  // All registers between are taken for used: few that are spaced are not.
  if (f.has('L') && !f.bit('L')) return i.uses_vectors(i.d, end - i.d);
  i.gives_vectors_late(i.d, end - i.d, kLoadLatency);
  if (lane) i.uses_vectors(i.d, end - i.d);
}

/// The alignment and register spacing of one structure to or from a lane of `size`, from field a.
struct LaneForm {
  unsigned index = 0;
  unsigned spacing = 1;
  unsigned alignment = 1;
  bool valid = true;
};
LaneForm lane_form(unsigned elements, unsigned size, std::uint32_t a) {
  LaneForm form;
  form.index = a >> (size + 1);
  const std::uint32_t low = a & ((2U << size) - 1);  // What is not the index.
  const bool aligned = size == 2 ? (low & 3) != 0 : (low & 1) != 0;
  if (elements > 1 && size != 0) form.spacing = 1 + (low >> size & 1);
  if (aligned) form.alignment = elements << size;
  switch (elements) {
    case 1:  // Words: both bits, or none.
      form.valid = size == 2 ? low == 0 || low == 3 : low <= size;
      break;
    case 2:
      form.valid = size != 2 || (low & 2) == 0;
      break;
    case 3:
      form.valid = !aligned;
      break;
    default:  // Words: one of two alignments.
      form.valid = size != 2 || (low & 3) != 3;
      if (size == 2 && aligned) form.alignment = 4U << (low & 3);
      break;
  }
  return form;
}

}  // namespace

void multiple(const Fields& f, Instruction& i, unsigned elements, unsigned registers) {
  const std::uint32_t size = f['z'];
  const std::uint32_t alignment = f['a'];
  const unsigned count = elements * registers;
  // 16 bytes for 2 or 4 registers, 32 bytes for 4.
  const bool too_aligned = alignment > (count == 4 ? 3U : count == 2 ? 2U : 1U);
  if (too_aligned || (size == 3 && elements != 1)) return undefined_here(i);
  const bool load = f.bit('L');
  i.d = f.byte('d');
  i.extra = static_cast<std::uint8_t>(registers);
  // VLD2 to four registers: two for one element, then two for the other.
  const unsigned spacing = f.bit('x') || (elements == 2 && registers == 2) ? 2 : 1;
  i.a = static_cast<std::uint8_t>(spacing);
  i.kind = static_cast<std::uint8_t>(1U << size);
  i.immediate = 8 * count;
  i.shift = static_cast<std::uint8_t>(alignment == 0 ? 1 : 4U << alignment);
  const bool pairs = elements == 2 && registers == 2;
  const unsigned cycles = count < 3 ? 2 : elements == 1 || (load && pairs) ? 3 : 4;
  finish(f, i, (load ? kMultipleLoads : kMultipleStores)[elements - 1][size],
         i.d + (elements - 1) * spacing + registers, cycles);
}

void single_lane(const Fields& f, Instruction& i, unsigned elements) {
  const std::uint32_t size = f['z'];
  if (size == 3) return undefined_here(i);
  const LaneForm form = lane_form(elements, size, f['a']);
  if (!form.valid) return undefined_here(i);
  const bool load = f.bit('L');
  i.d = f.byte('d');
  i.extra = static_cast<std::uint8_t>(form.index);
  i.a = static_cast<std::uint8_t>(form.spacing);
  i.kind = static_cast<std::uint8_t>(1U << size);
  i.immediate = elements << size;
  i.shift = static_cast<std::uint8_t>(form.alignment);
  const unsigned cycles = elements < 3 ? (load ? 3 : 2) : (load ? 5 : 3);
  finish(f, i, load ? &with_extension<&execute_load_lane> : &with_extension<&execute_store_lane>,
         i.d + (elements - 1) * form.spacing + 1, cycles, true);
}

void all_lanes(const Fields& f, Instruction& i, unsigned elements) {
  std::uint32_t size = f['z'];
  const bool aligned = f.bit('a');
  unsigned alignment = aligned ? elements << size : 1;
  switch (elements) {
    case 1:
      if (size == 3 || (size == 0 && aligned)) return undefined_here(i);
      break;
    case 2:
      if (size == 3) return undefined_here(i);
      break;
    case 3:
      if (size == 3 || aligned) return undefined_here(i);
      break;
    default:  // Words aligned to 8 are of size 2, words aligned to 16 of size 3.
      if (size == 3 && !aligned) return undefined_here(i);
      if (size == 2 && aligned) alignment = 8;
      if (size == 3) alignment = 16;
      size = std::min(size, 2U);
      break;
  }
  i.d = f.byte('d');
  const bool x = f.bit('x');
  i.extra = static_cast<std::uint8_t>(elements == 1 && x ? 2 : elements);
  i.a = elements != 1 && x ? 2 : 1;
  i.kind = static_cast<std::uint8_t>(1U << size);
  i.immediate = elements << size;
  i.shift = static_cast<std::uint8_t>(alignment);
  finish(f, i, &with_extension<&execute_load_all>, i.d + (i.extra - 1U) * i.a + 1,
         elements < 3 ? 2 : 3);
}

}  // namespace linefill::isa::neon
