// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/vfp/load_store.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "models/cpu/isa/vfp/cost.hpp"
#include "models/cpu/isa/vfp/operands.hpp"

namespace linefill::isa::vfp {
namespace {

constexpr unsigned kMostWords = 32;

/// The part of `words` that lies in the line of `at`.
template <class Word>
std::span<Word> in_line(std::span<Word> words, std::uint32_t at) {
  return words.first(std::min<std::size_t>(words.size(), (kLineBytes - at % kLineBytes) / 4));
}

/// MemA of consecutive words: word-aligned always.
bool load_words(Executor& e, std::uint32_t at, std::span<std::uint32_t> words) {
  if (at % 4 != 0) {
    e.memory.alignment_fault(at, false);
    return false;
  }
  while (!words.empty()) {
    const auto part = in_line(words, at);
    if (!e.memory.load_hit(at, std::as_writable_bytes(part), 4)) {
      for (std::size_t k = 0; k < part.size(); ++k) {
        if (!e.memory.load(at + static_cast<std::uint32_t>(4 * k), part[k])) return false;
      }
    }
    at += static_cast<std::uint32_t>(part.size_bytes());
    words = words.subspan(part.size());
  }
  return true;
}

bool store_words(Executor& e, std::uint32_t at, std::span<const std::uint32_t> words) {
  if (at % 4 != 0) {
    e.memory.alignment_fault(at, true);
    return false;
  }
  while (!words.empty()) {
    const auto part = in_line(words, at);
    if (!e.memory.store_hit(at, std::as_bytes(part), 4)) {
      for (std::size_t k = 0; k < part.size(); ++k) {
        if (!e.memory.store(at + static_cast<std::uint32_t>(4 * k), part[k])) return false;
      }
    }
    at += static_cast<std::uint32_t>(part.size_bytes());
    words = words.subspan(part.size());
  }
  return true;
}

// `d` is the first register, numbered by halves: D(d / 2) if `is_double`, else S(d). A double's
// word at the lower address is its upper half in big-endian state.
template <bool is_double>
void set_registers(CoreState& s, unsigned d, std::span<const std::uint32_t> words) {
  const unsigned swap = is_double && s.big_endian ? 1 : 0;
  for (unsigned k = 0; k < words.size(); ++k) s.extension.set_s(d + (k ^ swap), words[k]);
}
template <bool is_double>
void get_registers(const CoreState& s, unsigned d, std::span<std::uint32_t> words) {
  const unsigned swap = is_double && s.big_endian ? 1 : 0;
  for (unsigned k = 0; k < words.size(); ++k) words[k] = s.extension.s(d + (k ^ swap));
}

std::uint32_t offset_address(const CoreState& s, const Instruction& i) {
  const std::uint32_t base = i.n == 15 ? s.r[15] & ~3U : s.r[i.n];
  return base + i.immediate;
}

template <bool is_double>
bool load_one(Executor& e, const Instruction& i) {
  std::array<std::uint32_t, is_double ? 2 : 1> words;
  e.note_pc(i);
  if (!load_words(e, offset_address(e.state, i), words)) return e.data_abort(i);
  set_registers<is_double>(e.state, i.d, words);
  return true;
}

template <bool is_double>
bool store_one(Executor& e, const Instruction& i) {
  std::array<std::uint32_t, is_double ? 2 : 1> words;
  e.note_pc(i);
  get_registers<is_double>(e.state, i.d, words);
  if (!store_words(e, offset_address(e.state, i), words)) return e.data_abort(i);
  return true;
}

// `shift` words from the base plus `immediate`; `kind`: the base becomes what it is plus `extra`
// words (or minus: `a`).
void write_back(CoreState& s, const Instruction& i) {
  if (i.kind == 0) return;
  const std::uint32_t bytes = 4U * i.extra;
  s.r[i.n] += i.a != 0 ? 0 - bytes : bytes;
}

template <bool is_double>
bool load_multiple(Executor& e, const Instruction& i) {
  std::array<std::uint32_t, kMostWords> all;
  const std::span words = std::span{all}.first(i.shift);
  e.note_pc(i);
  if (!load_words(e, e.state.r[i.n] + i.immediate, words)) return e.data_abort(i);
  write_back(e.state, i);
  set_registers<is_double>(e.state, i.d, words);
  return true;
}

template <bool is_double>
bool store_multiple(Executor& e, const Instruction& i) {
  std::array<std::uint32_t, kMostWords> all;
  const std::span words = std::span{all}.first(i.shift);
  e.note_pc(i);
  get_registers<is_double>(e.state, i.d, words);
  if (!store_words(e, e.state.r[i.n] + i.immediate, words)) return e.data_abort(i);
  write_back(e.state, i);
  return true;
}

/// The register, numbered by halves, and the base. Returns whether it is a D register.
bool take(const Fields& f, Instruction& i) {
  const bool is_double = f.bit('z');
  const unsigned d = register_d(f, is_double);
  i.d = static_cast<std::uint8_t>(is_double ? 2 * d : d);
  i.n = f.byte('n');
  i.uses(i.n);
  needs_vfp(i, d, is_double);
  return is_double;
}

void take_offset(const Fields& f, Instruction& i) {
  const std::uint32_t offset = f['v'] * 4;
  i.immediate = f.bit('U') ? offset : 0 - offset;
}

/// False: UNPREDICTABLE.
bool take_list(const Fields& f, Instruction& i, bool is_double) {
  const std::uint32_t v = f['v'];
  const std::uint32_t words = is_double ? v & ~1U : v;
  i.shift = static_cast<std::uint8_t>(words);
  i.extra = static_cast<std::uint8_t>(v);
  const bool decrement = !f.has('W');
  i.kind = decrement || f.bit('W') ? 1 : 0;
  i.a = decrement ? 1 : 0;
  i.immediate = decrement ? 0 - 4 * v : 0;
  i.cycles = static_cast<std::uint8_t>((words + 1) / 2);
  const unsigned end = i.d + words;
  needs_vfp(i, (end - 1) / 2, is_double);
  const bool fits = words != 0 && words <= kMostWords && end <= (is_double ? 64U : 32U);
  return fits && !(i.n == 15 && (i.kind != 0 || is_thumb(i)));
}

}  // namespace

void vldr(const Fields& f, Instruction& i) {
  const bool is_double = take(f, i);
  take_offset(f, i);
  i.handler = is_double ? &with_extension<&load_one<true>> : &with_extension<&load_one<false>>;
  gives(i, i.d, false, cost::kLoad);
}

void vstr(const Fields& f, Instruction& i) {
  const bool is_double = take(f, i);
  take_offset(f, i);
  if (i.n == 15 && is_thumb(i)) return unpredictable(i);
  i.handler = is_double ? &with_extension<&store_one<true>> : &with_extension<&store_one<false>>;
  reads(i, i.d, false);
}

void vldm(const Fields& f, Instruction& i) {
  const bool is_double = take(f, i);
  if (!take_list(f, i, is_double)) return unpredictable(i);
  i.handler =
      is_double ? &with_extension<&load_multiple<true>> : &with_extension<&load_multiple<false>>;
}

void vstm(const Fields& f, Instruction& i) {
  const bool is_double = take(f, i);
  if (!take_list(f, i, is_double)) return unpredictable(i);
  i.handler =
      is_double ? &with_extension<&store_multiple<true>> : &with_extension<&store_multiple<false>>;
}

}  // namespace linefill::isa::vfp
