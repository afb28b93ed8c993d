// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/neon/lanes.hpp"

/// Shifts of one lane, by a register's lane or by a constant (ARM DDI 0406C, A7.4.1, A7.4.4).
namespace linefill::isa::neon {

/// n / 2^amount, rounded down or to the nearest (halves up), for any amount.
template <bool rounding, class T>
constexpr T shift_right(T n, unsigned amount) {
  if (amount == 0) return n;
  const unsigned most = kBits<T> - 1;
  T half = static_cast<T>(n >> (amount - 1 < most ? amount - 1 : most));
  if constexpr (std::is_unsigned_v<T>) {
    if (amount - 1 > most) half = 0;
  }
  return static_cast<T>((half >> 1) + (rounding ? half & 1 : 0));
}

/// n * 2^amount without what does not fit.
template <class T>
constexpr T shift_left(T n, unsigned amount) {
  return amount < kBits<T> ? static_cast<T>(static_cast<Wrapping<T>>(n) << amount) : T{0};
}

/// n * 2^amount, or the bound of `To` that it is beyond. `To` has the size of `T`, and is signed
/// only if `T` is.
template <class To, class T>
constexpr To saturating_shift_left(T n, unsigned amount, Saturated& q) {
  if constexpr (std::is_signed_v<T> && std::is_unsigned_v<To>) {
    if (n < 0) {
      q.happened = true;
      return 0;
    }
    return saturating_shift_left<To>(static_cast<To>(n), amount, q);
  } else {
    const T shifted = shift_left(n, amount);
    const bool fits = n == 0 || (amount < kBits<T> && static_cast<T>(shifted >> amount) == n);
    if (fits) return shifted;
    q.happened = true;
    return n < 0 ? kLowest<To> : kHighest<To>;
  }
}

/// The bound of `To` that `n` is beyond, else `n`. `To` is narrower, and signed only if `T` is.
template <class To, class T>
constexpr To saturate(T n, Saturated& q) {
  if (n > static_cast<T>(kHighest<To>)) {
    q.happened = true;
    return kHighest<To>;
  }
  if (n < static_cast<T>(kLowest<To>)) {
    q.happened = true;
    return kLowest<To>;
  }
  return static_cast<To>(n);
}

/// VSHL, VRSHL by register: what is shifted is m; the low byte of n says how far, negative to the
/// right.
template <bool rounding>
struct ShiftByLane {
  template <class T>
  constexpr T operator()(T n, T m) const {
    const auto amount = static_cast<std::int8_t>(n);
    if (amount >= 0) return shift_left(m, static_cast<unsigned>(amount));
    return shift_right<rounding>(m, static_cast<unsigned>(-amount));
  }
};
/// VQSHL, VQRSHL by register.
template <bool rounding>
struct SaturatingShiftByLane {
  template <class T>
  constexpr T operator()(T n, T m, Saturated& q) const {
    const auto amount = static_cast<std::int8_t>(n);
    if (amount >= 0) return saturating_shift_left<T>(m, static_cast<unsigned>(amount), q);
    return shift_right<rounding>(m, static_cast<unsigned>(-amount));
  }
};

// By a constant: called with (d, m, amount, saturated), where d is the destination's lane before.

template <bool rounding>
struct ShiftRight {
  template <class T>
  constexpr T operator()(T /*d*/, T m, unsigned amount, Saturated& /*q*/) const {
    return shift_right<rounding>(m, amount);
  }
};
template <bool rounding>
struct ShiftRightAccumulate {
  template <class T>
  constexpr T operator()(T d, T m, unsigned amount, Saturated& /*q*/) const {
    return Add{}(d, shift_right<rounding>(m, amount));
  }
};
/// VSRI: the bits that m's move leaves are d's.
struct ShiftRightInsert {
  template <class T>
  constexpr T operator()(T d, T m, unsigned amount, Saturated& /*q*/) const {
    const T mask = shift_right<false>(kHighest<T>, amount);
    return static_cast<T>((d & ~mask) | shift_right<false>(m, amount));
  }
};
struct ShiftLeftInsert {
  template <class T>
  constexpr T operator()(T d, T m, unsigned amount, Saturated& /*q*/) const {
    const T mask = shift_left(kHighest<T>, amount);
    return static_cast<T>((d & ~mask) | shift_left(m, amount));
  }
};
struct ShiftLeft {
  template <class T>
  constexpr T operator()(T /*d*/, T m, unsigned amount, Saturated& /*q*/) const {
    return shift_left(m, amount);
  }
};
struct SaturatingShiftLeft {
  template <class T>
  constexpr T operator()(T /*d*/, T m, unsigned amount, Saturated& q) const {
    return saturating_shift_left<T>(m, amount, q);
  }
};
/// VQSHLU: of a signed number, to an unsigned one.
struct SaturatingShiftLeftUnsigned {
  template <class T>
  constexpr T operator()(T /*d*/, T m, unsigned amount, Saturated& q) const {
    return static_cast<T>(saturating_shift_left<std::make_unsigned_t<T>>(m, amount, q));
  }
};

}  // namespace linefill::isa::neon
