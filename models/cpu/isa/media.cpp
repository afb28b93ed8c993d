// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/media.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "models/cpu/isa/data_processing.hpp"
#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

constexpr bool is_signed(Parallel how) { return how <= Parallel::kSignedHalving; }

/// A lane's result and, for the forms that set GE, whether it is set.
struct LaneResult {
  std::uint32_t value;
  bool ge;
};

LaneResult lane(Parallel how, unsigned bits, std::uint32_t a, std::uint32_t b, bool subtract) {
  const std::uint32_t mask = (1U << bits) - 1;
  auto value_of = [&](std::uint32_t x) {
    if (!is_signed(how)) return static_cast<std::int32_t>(x);
    return static_cast<std::int32_t>(x << (32 - bits)) >> (32 - bits);
  };
  std::int32_t result = subtract ? value_of(a) - value_of(b) : value_of(a) + value_of(b);
  const std::int32_t top = 1 << (bits - 1);
  // Unsigned additions set GE on a carry out, everything else on a result that is not negative.
  const bool ge = how == Parallel::kUnsigned && !subtract ? result >> bits != 0 : result >= 0;
  switch (how) {
    case Parallel::kSaturating:
      result = std::clamp(result, -top, top - 1);
      break;
    case Parallel::kUnsignedSaturating:
      result = std::clamp(result, 0, 2 * top - 1);
      break;
    case Parallel::kSignedHalving:
    case Parallel::kUnsignedHalving:
      result >>= 1;
      break;
    case Parallel::kSigned:
    case Parallel::kUnsigned:
      break;
  }
  return {static_cast<std::uint32_t>(result) & mask, ge};
}

bool execute_parallel(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const auto how = static_cast<Parallel>(i.kind);
  const auto lanes = static_cast<Lanes>(i.shift);
  const std::uint32_t n = s.r[i.n];
  const std::uint32_t m = s.r[i.m];
  const bool exchange = lanes == Lanes::kAsx || lanes == Lanes::kSax;
  const unsigned bits = lanes >= Lanes::kAdd8 ? 8 : 16;
  const std::uint32_t mask = (1U << bits) - 1;
  const std::uint32_t other = exchange ? std::rotr(m, 16) : m;
  std::uint32_t result = 0;
  std::uint32_t ge = 0;
  for (unsigned at = 0; at < 32; at += bits) {
    bool subtract = lanes == Lanes::kSub16 || lanes == Lanes::kSub8;
    if (lanes == Lanes::kAsx) subtract = at == 0;
    if (lanes == Lanes::kSax) subtract = at != 0;
    const LaneResult part = lane(how, bits, n >> at & mask, other >> at & mask, subtract);
    result |= part.value << at;
    if (part.ge) ge |= (bits == 8 ? 1U : 3U) << at / 8;
  }
  if (how == Parallel::kSigned || how == Parallel::kUnsigned) s.ge = ge;
  s.r[i.d] = result;
  return true;
}

std::uint32_t sign_extend(std::uint32_t value, unsigned bits) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value << (32 - bits)) >> (32 - bits));
}

template <Extend what, bool add>
bool execute_extend(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t value = std::rotr(s.r[i.m], i.shift);
  std::uint32_t result = 0;
  switch (what) {
    case Extend::kSxtb:
      result = sign_extend(value, 8);
      break;
    case Extend::kUxtb:
      result = value & 0xFF;
      break;
    case Extend::kSxth:
      result = sign_extend(value, 16);
      break;
    case Extend::kUxth:
      result = value & 0xFFFF;
      break;
    case Extend::kSxtb16:
      result = (sign_extend(value, 8) & 0xFFFF) | sign_extend(value >> 16, 8) << 16;
      break;
    case Extend::kUxtb16:
      result = value & 0x00FF'00FF;
      break;
  }
  if constexpr (add && (what == Extend::kSxtb16 || what == Extend::kUxtb16)) {
    const std::uint32_t n = s.r[i.n];
    result = ((n + result) & 0xFFFF) | ((n & 0xFFFF'0000) + (result & 0xFFFF'0000));
  } else if constexpr (add) {
    result += s.r[i.n];
  }
  s.r[i.d] = result;
  return true;
}

std::uint32_t saturate(CoreState& s, std::int64_t value, std::int64_t low, std::int64_t high) {
  const std::int64_t result = std::clamp(value, low, high);
  if (result != value) s.saturated = 1;
  return static_cast<std::uint32_t>(result & 0xFFFF'FFFF);
}

std::uint32_t saturate_word(CoreState& s, std::int64_t value) {
  return saturate(s, value, -0x8000'0000LL, 0x7FFF'FFFFLL);
}

std::int64_t whole(std::uint32_t value) { return static_cast<std::int32_t>(value); }

template <bool twice, bool subtract>
bool execute_qadd(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::int64_t n = whole(s.r[i.n]);
  if constexpr (twice) n = whole(saturate_word(s, 2 * n));
  s.r[i.d] = saturate_word(s, subtract ? whole(s.r[i.m]) - n : whole(s.r[i.m]) + n);
  return true;
}

bool execute_sel(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::uint32_t mask = 0;
  for (unsigned at = 0; at < 4; ++at) {
    if ((s.ge >> at & 1) != 0) mask |= 0xFFU << 8 * at;
  }
  s.r[i.d] = (s.r[i.n] & mask) | (s.r[i.m] & ~mask);
  return true;
}

template <bool top_from_n>
bool execute_pkh(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t n = s.r[i.n];
  const std::uint32_t m = shift_value(s.r[i.m], static_cast<Shift>(i.kind), i.shift, 0);
  s.r[i.d] = top_from_n ? (n & 0xFFFF'0000) | (m & 0xFFFF) : (m & 0xFFFF'0000) | (n & 0xFFFF);
  return true;
}

template <bool to_signed>
bool execute_sat(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::int64_t value = whole(shift_value(s.r[i.n], static_cast<Shift>(i.kind), i.shift, 0));
  const std::int64_t top = std::int64_t{1} << i.immediate;
  s.r[i.d] = saturate(s, value, to_signed ? -top : 0, top - 1);
  return true;
}

template <bool to_signed>
bool execute_sat16(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::int64_t top = std::int64_t{1} << i.immediate;
  const std::int64_t bottom = to_signed ? -top : 0;
  const std::uint32_t n = s.r[i.n];
  const std::uint32_t low = saturate(s, whole(sign_extend(n, 16)), bottom, top - 1);
  const std::uint32_t high = saturate(s, whole(n) >> 16, bottom, top - 1);
  s.r[i.d] = (low & 0xFFFF) | high << 16;
  return true;
}

std::uint32_t swap_bytes(std::uint32_t x) {
  return x >> 24 | (x >> 8 & 0xFF00) | (x << 8 & 0xFF'0000) | x << 24;
}

template <class Function>
bool unary(Executor& e, const Instruction& i, Function function) {
  e.state.r[i.d] = function(e.state.r[i.m]);
  return true;
}

bool execute_rev(Executor& e, const Instruction& i) { return unary(e, i, swap_bytes); }
bool execute_rev16(Executor& e, const Instruction& i) {
  return unary(e, i, [](std::uint32_t x) { return std::rotr(swap_bytes(x), 16); });
}
bool execute_revsh(Executor& e, const Instruction& i) {
  return unary(e, i, [](std::uint32_t x) { return sign_extend(swap_bytes(x) >> 16, 16); });
}
bool execute_clz(Executor& e, const Instruction& i) {
  return unary(e, i,
               [](std::uint32_t x) { return static_cast<std::uint32_t>(std::countl_zero(x)); });
}
bool execute_rbit(Executor& e, const Instruction& i) {
  return unary(e, i, [](std::uint32_t x) {
    x = (x >> 1 & 0x5555'5555) | (x & 0x5555'5555) << 1;
    x = (x >> 2 & 0x3333'3333) | (x & 0x3333'3333) << 2;
    x = (x >> 4 & 0x0F0F'0F0F) | (x & 0x0F0F'0F0F) << 4;
    return swap_bytes(x);
  });
}

/// `immediate` is the mask of the field, in place.
template <bool clear>
bool execute_bfi(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t value = clear ? 0 : s.r[i.n] << i.shift;
  s.r[i.d] = (s.r[i.d] & ~i.immediate) | (value & i.immediate);
  return true;
}

/// `shift` is the lsb, `kind` the width.
bool execute_sbfx(Executor& e, const Instruction& i) {
  e.state.r[i.d] = sign_extend(e.state.r[i.n] >> i.shift, i.kind);
  return true;
}
bool execute_ubfx(Executor& e, const Instruction& i) {
  e.state.r[i.d] = e.state.r[i.n] << (32 - i.shift - i.kind) >> (32 - i.kind);
  return true;
}

/// d, n, m as far as the row has them; none may be the PC.
bool take_registers(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  i.m = f.byte('m');
  if (i.d == 15 || i.n == 15 || i.m == 15) {
    unpredictable(i);
    return false;
  }
  if (f.has('n')) i.uses(i.n);
  if (f.has('m')) i.uses(i.m);
  return true;
}

void plain(const Fields& f, Instruction& i, Handler handler) {
  if (take_registers(f, i)) i.handler = handler;
}

void saturating(const Fields& f, Instruction& i, Handler handler) {
  if (!take_registers(f, i)) return;
  i.handler = handler;
  i.gives_late(i.d, cost::kSaturateLatency);
}

template <Extend what>
Handler extend_handler(bool add) {
  return add ? &execute_extend<what, true> : &execute_extend<what, false>;
}

void saturate_to(const Fields& f, Instruction& i, Handler handler, std::uint32_t position) {
  saturating(f, i, handler);
  i.immediate = position;
  // In T32 this is SSAT16 or USAT16, with bits set that should be zero.
  if (i.ahead == 4 && f.bit('x') && f['k'] == 0) return unpredictable(i);
  const ImmediateShift shift = decode_shift(f.bit('x') ? 2 : 0, f['k']);
  i.kind = static_cast<std::uint8_t>(shift.type);
  i.shift = shift.amount;
}

void extract(const Fields& f, Instruction& i, Handler handler) {
  plain(f, i, handler);
  i.shift = f.byte('l');
  i.kind = static_cast<std::uint8_t>(f['w'] + 1);
  if (i.shift + i.kind > 32) unpredictable(i);
}

/// T32 CLZ, RBIT and REV name Rm twice.
void unary_form(const Fields& f, Instruction& i, Handler handler) {
  plain(f, i, handler);
  if (f.has('n') && i.n != i.m) unpredictable(i);
}

}  // namespace

void parallel_arithmetic(const Fields& f, Instruction& i, Parallel how, Lanes lanes) {
  plain(f, i, &execute_parallel);
  i.kind = static_cast<std::uint8_t>(how);
  i.shift = static_cast<std::uint8_t>(lanes);
}

void extend_value(const Fields& f, Instruction& i, Extend what) {
  if (!take_registers(f, i)) return;
  i.shift = static_cast<std::uint8_t>(f['r'] * 8);
  const bool add = f.has('n');
  switch (what) {
    case Extend::kSxtb16:
      i.handler = extend_handler<Extend::kSxtb16>(add);
      break;
    case Extend::kSxtb:
      i.handler = extend_handler<Extend::kSxtb>(add);
      break;
    case Extend::kSxth:
      i.handler = extend_handler<Extend::kSxth>(add);
      break;
    case Extend::kUxtb16:
      i.handler = extend_handler<Extend::kUxtb16>(add);
      break;
    case Extend::kUxtb:
      i.handler = extend_handler<Extend::kUxtb>(add);
      break;
    case Extend::kUxth:
      i.handler = extend_handler<Extend::kUxth>(add);
      break;
  }
}

void qadd(const Fields& f, Instruction& i) { saturating(f, i, &execute_qadd<false, false>); }
void qsub(const Fields& f, Instruction& i) { saturating(f, i, &execute_qadd<false, true>); }
void qdadd(const Fields& f, Instruction& i) { saturating(f, i, &execute_qadd<true, false>); }
void qdsub(const Fields& f, Instruction& i) { saturating(f, i, &execute_qadd<true, true>); }
void sel(const Fields& f, Instruction& i) { plain(f, i, &execute_sel); }

void pkh(const Fields& f, Instruction& i) {
  const bool top_from_n = f.bit('x');
  plain(f, i, top_from_n ? &execute_pkh<true> : &execute_pkh<false>);
  const ImmediateShift shift = decode_shift(top_from_n ? 2 : 0, f['k']);
  i.kind = static_cast<std::uint8_t>(shift.type);
  i.shift = shift.amount;
}

void ssat(const Fields& f, Instruction& i) { saturate_to(f, i, &execute_sat<true>, f['v']); }
void usat(const Fields& f, Instruction& i) { saturate_to(f, i, &execute_sat<false>, f['v']); }
void ssat16(const Fields& f, Instruction& i) { saturate_to(f, i, &execute_sat16<true>, f['v']); }
void usat16(const Fields& f, Instruction& i) { saturate_to(f, i, &execute_sat16<false>, f['v']); }
void rev(const Fields& f, Instruction& i) { unary_form(f, i, &execute_rev); }
void rev16(const Fields& f, Instruction& i) { unary_form(f, i, &execute_rev16); }
void revsh(const Fields& f, Instruction& i) { unary_form(f, i, &execute_revsh); }
void rbit(const Fields& f, Instruction& i) { unary_form(f, i, &execute_rbit); }
void clz(const Fields& f, Instruction& i) { unary_form(f, i, &execute_clz); }

void bfi(const Fields& f, Instruction& i) {
  plain(f, i, f.has('n') ? &execute_bfi<false> : &execute_bfi<true>);
  i.uses(i.d);
  const std::uint32_t msb = f['h'];
  const std::uint32_t lsb = f['l'];
  if (msb < lsb) return unpredictable(i);
  i.shift = static_cast<std::uint8_t>(lsb);
  i.immediate = (0xFFFF'FFFFU >> (31 - (msb - lsb))) << lsb;
}

void sbfx(const Fields& f, Instruction& i) { extract(f, i, &execute_sbfx); }
void ubfx(const Fields& f, Instruction& i) { extract(f, i, &execute_ubfx); }

}  // namespace linefill::isa
