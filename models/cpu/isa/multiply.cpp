// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/multiply.hpp"

#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

// Instruction::kind, where a family shares a handler.
constexpr std::uint8_t kTopN = 1;
constexpr std::uint8_t kTopM = 2;
constexpr std::uint8_t kExchange = 1;
constexpr std::uint8_t kRound = 1;

std::int64_t half(std::uint32_t value, bool top) {
  return static_cast<std::int16_t>(top ? value >> 16 : value & 0xFFFF);
}
std::int64_t whole(std::uint32_t value) { return static_cast<std::int32_t>(value); }
std::uint32_t low(std::int64_t value) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(value));
}

std::uint64_t pair(const CoreState& s, const Instruction& i) {
  return std::uint64_t{s.r[i.d]} << 32 | s.r[i.a];
}
void set_pair(CoreState& s, const Instruction& i, std::uint64_t value) {
  s.r[i.a] = static_cast<std::uint32_t>(value);
  s.r[i.d] = static_cast<std::uint32_t>(value >> 32);
}
void set_saturating(CoreState& s, unsigned d, std::int64_t value) {
  s.r[d] = low(value);
  if (value != whole(low(value))) s.saturated = 1;
}

template <bool accumulate, bool set_flags>
bool multiply(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::uint32_t result = s.r[i.n] * s.r[i.m];
  if constexpr (accumulate) result += s.r[i.a];
  if constexpr (set_flags) s.set_nz(result);
  s.r[i.d] = result;
  return true;
}

bool multiply_subtract(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  s.r[i.d] = s.r[i.a] - s.r[i.n] * s.r[i.m];
  return true;
}

bool multiply_accumulate_accumulate(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  set_pair(s, i, std::uint64_t{s.r[i.n]} * s.r[i.m] + s.r[i.a] + s.r[i.d]);
  return true;
}

template <bool is_signed, bool accumulate, bool set_flags>
bool multiply_long(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::uint64_t result = is_signed ? static_cast<std::uint64_t>(whole(s.r[i.n]) * whole(s.r[i.m]))
                                   : std::uint64_t{s.r[i.n]} * s.r[i.m];
  if constexpr (accumulate) result += pair(s, i);
  if constexpr (set_flags) s.set_nz(result);
  set_pair(s, i, result);
  return true;
}

template <bool accumulate>
bool multiply_halves(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::int64_t result =
      half(s.r[i.n], (i.kind & kTopN) != 0) * half(s.r[i.m], (i.kind & kTopM) != 0);
  if constexpr (accumulate) result += whole(s.r[i.a]);
  set_saturating(s, i.d, result);
  return true;
}

template <bool accumulate>
bool multiply_word_half(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::int64_t result = (whole(s.r[i.n]) * half(s.r[i.m], (i.kind & kTopM) != 0)) >> 16;
  if constexpr (accumulate) result += whole(s.r[i.a]);
  set_saturating(s, i.d, result);
  return true;
}

bool multiply_halves_long(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::int64_t product =
      half(s.r[i.n], (i.kind & kTopN) != 0) * half(s.r[i.m], (i.kind & kTopM) != 0);
  set_pair(s, i, pair(s, i) + static_cast<std::uint64_t>(product));
  return true;
}

/// SMUAD, SMUSD: the sum or difference of both halves' products.
template <bool subtract>
std::int64_t dual(const CoreState& s, const Instruction& i) {
  const bool exchange = (i.kind & kExchange) != 0;
  const std::int64_t first = half(s.r[i.n], false) * half(s.r[i.m], exchange);
  const std::int64_t second = half(s.r[i.n], true) * half(s.r[i.m], !exchange);
  return subtract ? first - second : first + second;
}

template <bool subtract, bool accumulate>
bool dual_multiply(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::int64_t result = dual<subtract>(s, i);
  if constexpr (accumulate) result += whole(s.r[i.a]);
  set_saturating(s, i.d, result);
  return true;
}

template <bool subtract>
bool dual_multiply_long(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  set_pair(s, i, pair(s, i) + static_cast<std::uint64_t>(dual<subtract>(s, i)));
  return true;
}

enum class Top : std::uint8_t { kAdd, kSubtract, kOnly };

template <Top form>
bool multiply_top(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const auto product = static_cast<std::uint64_t>(whole(s.r[i.n]) * whole(s.r[i.m]));
  std::uint64_t result = form == Top::kOnly ? 0 : std::uint64_t{s.r[i.a]} << 32;
  if constexpr (form == Top::kSubtract) {
    result -= product;
  } else {
    result += product;
  }
  if ((i.kind & kRound) != 0) result += 0x8000'0000U;
  s.r[i.d] = static_cast<std::uint32_t>(result >> 32);
  return true;
}

template <bool accumulate>
bool absolute_differences(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::uint32_t sum = accumulate ? s.r[i.a] : 0;
  for (unsigned at = 0; at < 32; at += 8) {
    const std::uint32_t a = s.r[i.n] >> at & 0xFF;
    const std::uint32_t b = s.r[i.m] >> at & 0xFF;
    sum += a > b ? a - b : b - a;
  }
  s.r[i.d] = sum;
  return true;
}

void short_form(const Fields& f, Instruction& i, Handler handler, std::uint8_t cycles) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  i.m = f.byte('m');
  i.a = f.byte('a');
  if (i.d == 15 || i.n == 15 || i.m == 15 || i.a == 15) return unpredictable(i);
  i.uses(i.n);
  i.uses(i.m);
  i.cycles = cycles;
  i.gives_late(i.d, cost::kMultiplyLatency);
  i.handler = handler;
}

void long_form(const Fields& f, Instruction& i, Handler handler, std::uint8_t cycles) {
  i.d = f.byte('h');
  i.a = f.byte('l');
  i.n = f.byte('n');
  i.m = f.byte('m');
  if (i.d == 15 || i.n == 15 || i.m == 15 || i.a == 15 || i.d == i.a) return unpredictable(i);
  i.uses(i.n);
  i.uses(i.m);
  i.cycles = cycles;
  i.gives_late(i.d, cost::kMultiplyLatency);
  i.gives_late(i.a, cost::kMultiplyLatency);
  i.handler = handler;
}

std::uint8_t halves_of(const Fields& f) {
  return static_cast<std::uint8_t>((f.bit('x') ? kTopN : 0) | (f.bit('y') ? kTopM : 0));
}

template <bool is_signed, bool accumulate>
void long_with_flags(const Fields& f, Instruction& i) {
  long_form(f, i,
            f.bit('S') ? &multiply_long<is_signed, accumulate, true>
                       : &multiply_long<is_signed, accumulate, false>,
            cost::kMultiplyLong);
}

}  // namespace

void mul(const Fields& f, Instruction& i) {
  // The 16-bit form (no field S, Rd is Rm) sets flags outside IT blocks.
  const bool set_flags = f.width() == 16 ? !f.in_it_block() : f.bit('S');
  short_form(f, i, set_flags ? &multiply<false, true> : &multiply<false, false>, cost::kMultiply);
  if (!f.has('m')) i.m = i.d;
}
void mla(const Fields& f, Instruction& i) {
  short_form(f, i, f.bit('S') ? &multiply<true, true> : &multiply<true, false>, cost::kMultiply);
}
void mls(const Fields& f, Instruction& i) { short_form(f, i, &multiply_subtract, cost::kMultiply); }
void umaal(const Fields& f, Instruction& i) {
  long_form(f, i, &multiply_accumulate_accumulate, cost::kMultiplyLong);
}
void umull(const Fields& f, Instruction& i) { long_with_flags<false, false>(f, i); }
void umlal(const Fields& f, Instruction& i) { long_with_flags<false, true>(f, i); }
void smull(const Fields& f, Instruction& i) { long_with_flags<true, false>(f, i); }
void smlal(const Fields& f, Instruction& i) { long_with_flags<true, true>(f, i); }

void smla_xy(const Fields& f, Instruction& i) {
  i.kind = halves_of(f);
  short_form(f, i, &multiply_halves<true>, cost::kMultiplyHalf);
}
void smul_xy(const Fields& f, Instruction& i) {
  i.kind = halves_of(f);
  short_form(f, i, &multiply_halves<false>, cost::kMultiplyHalf);
}
void smlaw_y(const Fields& f, Instruction& i) {
  i.kind = halves_of(f);
  short_form(f, i, &multiply_word_half<true>, cost::kMultiplyHalf);
}
void smulw_y(const Fields& f, Instruction& i) {
  i.kind = halves_of(f);
  short_form(f, i, &multiply_word_half<false>, cost::kMultiplyHalf);
}
void smlal_xy(const Fields& f, Instruction& i) {
  i.kind = halves_of(f);
  long_form(f, i, &multiply_halves_long, cost::kMultiply);
}

void smlad(const Fields& f, Instruction& i) {
  i.kind = f.byte('x');
  short_form(f, i, &dual_multiply<false, true>, cost::kMultiply);
}
void smuad(const Fields& f, Instruction& i) {
  i.kind = f.byte('x');
  short_form(f, i, &dual_multiply<false, false>, cost::kMultiply);
}
void smlsd(const Fields& f, Instruction& i) {
  i.kind = f.byte('x');
  short_form(f, i, &dual_multiply<true, true>, cost::kMultiply);
}
void smusd(const Fields& f, Instruction& i) {
  i.kind = f.byte('x');
  short_form(f, i, &dual_multiply<true, false>, cost::kMultiply);
}
void smlald(const Fields& f, Instruction& i) {
  i.kind = f.byte('x');
  long_form(f, i, &dual_multiply_long<false>, cost::kMultiply);
}
void smlsld(const Fields& f, Instruction& i) {
  i.kind = f.byte('x');
  long_form(f, i, &dual_multiply_long<true>, cost::kMultiply);
}

void smmla(const Fields& f, Instruction& i) {
  i.kind = f.byte('r');
  short_form(f, i, &multiply_top<Top::kAdd>, cost::kMultiply);
}
void smmul(const Fields& f, Instruction& i) {
  i.kind = f.byte('r');
  short_form(f, i, &multiply_top<Top::kOnly>, cost::kMultiply);
}
void smmls(const Fields& f, Instruction& i) {
  i.kind = f.byte('r');
  short_form(f, i, &multiply_top<Top::kSubtract>, cost::kMultiply);
}

void usad8(const Fields& f, Instruction& i) {
  short_form(f, i, &absolute_differences<false>, cost::kMultiplyHalf);
}
void usada8(const Fields& f, Instruction& i) {
  short_form(f, i, &absolute_differences<true>, cost::kMultiplyHalf);
}

}  // namespace linefill::isa
