// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "models/cpu/isa/float/arithmetic.hpp"
#include "models/cpu/isa/float/number.hpp"

namespace linefill::floating {
namespace {

/// Of no NaNs: a < b. Zeros are equal.
template <class Bits>
bool less(Bits a, Bits b) {
  if (magnitude(a) == 0 && magnitude(b) == 0) return false;
  if (is_negative(a) != is_negative(b)) return is_negative(a);
  return is_negative(a) ? a > b : a < b;
}

/// FPMax or FPMin.
template <class Bits, bool kMaximum>
Bits select(Bits a, Bits b, FloatEnvironment& env) {
  a = flush_input(a, env);
  b = flush_input(b, env);
  if (is_nan(a) || is_nan(b)) return process_nans(a, b, env);
  if (magnitude(a) == 0 && magnitude(b) == 0) return kMaximum ? a & b : a | b;
  return less(a, b) == kMaximum ? b : a;
}

}  // namespace

template <class Bits>
Order compare(Bits a, Bits b, bool signalling, FloatEnvironment& env) {
  a = flush_input(a, env);
  b = flush_input(b, env);
  if (is_nan(a) || is_nan(b)) {
    if (signalling || is_signalling(a) || is_signalling(b)) env.raise(fpscr::kIoc);
    return Order::kUnordered;
  }
  if (less(a, b)) return Order::kLess;
  return less(b, a) ? Order::kGreater : Order::kEqual;
}

template <class Bits>
Bits maximum(Bits a, Bits b, FloatEnvironment& env) {
  return select<Bits, true>(a, b, env);
}
template <class Bits>
Bits minimum(Bits a, Bits b, FloatEnvironment& env) {
  return select<Bits, false>(a, b, env);
}

template Order compare(std::uint32_t, std::uint32_t, bool, FloatEnvironment&);
template Order compare(std::uint64_t, std::uint64_t, bool, FloatEnvironment&);
template std::uint32_t maximum(std::uint32_t, std::uint32_t, FloatEnvironment&);
template std::uint32_t minimum(std::uint32_t, std::uint32_t, FloatEnvironment&);

}  // namespace linefill::floating
