// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

/// Advanced SIMD integer arithmetic on one lane (ARM DDI 0406C, A8.8): function objects that the
/// vector forms in vectors.hpp apply to all lanes. They are called with (n, m), (n, m, saturated),
/// (d, n, m) or (d, n, m, saturated); a type `T` is an integer of 8 to 64 bits, whose
/// sign is the instruction's.
namespace linefill::isa::neon {

/// FPSCR.QC of one instruction: set by any lane that saturates.
struct Saturated {
  bool happened = false;
};

template <class T>
inline constexpr unsigned kBits = 8 * sizeof(T);
template <class T>
inline constexpr T kLowest = std::numeric_limits<T>::min();
template <class T>
inline constexpr T kHighest = std::numeric_limits<T>::max();

template <unsigned bytes, bool is_signed>
struct IntegerOf;
template <>
struct IntegerOf<1, false> {
  using Type = std::uint8_t;
};
template <>
struct IntegerOf<2, false> {
  using Type = std::uint16_t;
};
template <>
struct IntegerOf<4, false> {
  using Type = std::uint32_t;
};
template <>
struct IntegerOf<8, false> {
  using Type = std::uint64_t;
};
template <unsigned bytes>
struct IntegerOf<bytes, true> {
  using Type = std::make_signed_t<typename IntegerOf<bytes, false>::Type>;
};
/// The integers of twice and of half the size, of the same sign.
template <class T>
using Wide = typename IntegerOf<2 * sizeof(T), std::is_signed_v<T>>::Type;
template <class T>
using Narrow = typename IntegerOf<sizeof(T) / 2, std::is_signed_v<T>>::Type;
/// Where sums, differences and products of `T` wrap, whatever C++ promotes `T` to.
template <class T>
using Wrapping = std::common_type_t<std::make_unsigned_t<T>, unsigned>;

struct Add {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return static_cast<T>(static_cast<Wrapping<T>>(n) + static_cast<Wrapping<T>>(m));
  }
};
struct Subtract {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return static_cast<T>(static_cast<Wrapping<T>>(n) - static_cast<Wrapping<T>>(m));
  }
};
struct Multiply {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return static_cast<T>(static_cast<Wrapping<T>>(n) * static_cast<Wrapping<T>>(m));
  }
};

/// d + Op(n, m), d - Op(n, m).
template <class Op>
struct Accumulate {
  template <class T>
  constexpr T operator()(T d, T n, T m) const {
    return Add{}(d, Op{}(n, m));
  }
};
template <class Op>
struct Deduct {
  template <class T>
  constexpr T operator()(T d, T n, T m) const {
    return Subtract{}(d, Op{}(n, m));
  }
};

struct HalvingAdd {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return static_cast<T>((Wide<T>{n} + m) >> 1);
  }
};
struct RoundingHalvingAdd {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return static_cast<T>((Wide<T>{n} + m + 1) >> 1);
  }
};
struct HalvingSubtract {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return static_cast<T>((Wide<T>{n} - m) >> 1);
  }
};

struct SaturatingAdd {
  template <class T>
  constexpr T operator()(T n, T m, Saturated& q) const {
    const T sum = Add{}(n, m);
    if constexpr (std::is_signed_v<T>) {
      if (((n ^ sum) & (m ^ sum)) >= 0) return sum;
      q.happened = true;
      return n < 0 ? kLowest<T> : kHighest<T>;
    } else {
      if (sum >= n) return sum;
      q.happened = true;
      return kHighest<T>;
    }
  }
};
struct SaturatingSubtract {
  template <class T>
  constexpr T operator()(T n, T m, Saturated& q) const {
    const T difference = Subtract{}(n, m);
    if constexpr (std::is_signed_v<T>) {
      if (((n ^ m) & (n ^ difference)) >= 0) return difference;
      q.happened = true;
      return n < 0 ? kLowest<T> : kHighest<T>;
    } else {
      if (n >= m) return difference;
      q.happened = true;
      return 0;
    }
  }
};

struct And {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n & m;
  }
};
struct BitClear {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n & ~m;
  }
};
struct Or {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n | m;
  }
};
struct OrNot {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n | ~m;
  }
};
struct ExclusiveOr {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n ^ m;
  }
};
/// VBSL: n where d, else m.
struct Select {
  template <class T>
  constexpr T operator()(T d, T n, T m) const {
    return (n & d) | (m & ~d);
  }
};
/// VBIT: n where m, else d.
struct InsertIfTrue {
  template <class T>
  constexpr T operator()(T d, T n, T m) const {
    return (n & m) | (d & ~m);
  }
};
/// VBIF: d where m, else n.
struct InsertIfFalse {
  template <class T>
  constexpr T operator()(T d, T n, T m) const {
    return (d & m) | (n & ~m);
  }
};

template <class T>
constexpr T all_ones_if(bool condition) {
  return condition ? static_cast<T>(~T{0}) : T{0};
}
struct Greater {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return all_ones_if<T>(n > m);
  }
};
struct GreaterOrEqual {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return all_ones_if<T>(n >= m);
  }
};
struct Equal {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return all_ones_if<T>(n == m);
  }
};
struct Test {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return all_ones_if<T>((n & m) != 0);
  }
};

struct Maximum {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n > m ? n : m;
  }
};
struct Minimum {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n < m ? n : m;
  }
};
/// The low bits of |n - m|.
struct AbsoluteDifference {
  template <class T>
  constexpr T operator()(T n, T m) const {
    return n > m ? Subtract{}(n, m) : Subtract{}(m, n);
  }
};

/// Product of polynomials over {0, 1}; for VMULL, `T` is twice as wide as the factors.
struct PolynomialMultiply {
  template <class T>
  constexpr T operator()(T n, T m) const {
    std::uint32_t result = 0;
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((m >> bit & 1) != 0) result ^= std::uint32_t{n} << bit;
    }
    return static_cast<T>(result);
  }
};

/// The high half of 2 * n * m.
template <bool rounding>
struct DoublingMultiplyHigh {
  template <class T>
  constexpr T operator()(T n, T m, Saturated& q) const {
    if (n == kLowest<T> && m == kLowest<T>) {
      q.happened = true;
      return kHighest<T>;
    }
    const std::int64_t round = rounding ? std::int64_t{1} << (kBits<T> - 1) : 0;
    return static_cast<T>((2 * std::int64_t{n} * m + round) >> kBits<T>);
  }
};
/// 2 * n * m, where n and m are as wide as the result, and were widened.
struct DoublingMultiply {
  template <class T>
  constexpr T operator()(T n, T m, Saturated& q) const {
    const T product = Multiply{}(n, m);
    return SaturatingAdd{}(product, product, q);
  }
};
struct DoublingMultiplyAccumulate {
  template <class T>
  constexpr T operator()(T d, T n, T m, Saturated& q) const {
    return SaturatingAdd{}(d, DoublingMultiply{}(n, m, q), q);
  }
};
struct DoublingMultiplyDeduct {
  template <class T>
  constexpr T operator()(T d, T n, T m, Saturated& q) const {
    return SaturatingSubtract{}(d, DoublingMultiply{}(n, m, q), q);
  }
};

}  // namespace linefill::isa::neon
