// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstring>
#include <type_traits>

#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/float/float_environment.hpp"
#include "models/cpu/isa/neon/lanes.hpp"

/// Vectors of lanes, and the forms of vector instructions: how an operation on lanes is applied.
/// Each form has a handler `run<T, bytes>`: `T` is the type of the (narrowest) lanes, `bytes` the
/// size of the (shortest) vectors: 8 or 16.
namespace linefill::isa::neon {

/// Lane 0 is the least significant one, as in the registers.
template <class T, unsigned bytes>
using Lanes = std::array<T, bytes / sizeof(T)>;

/// The vector that begins at D(`reg`).
template <class T, unsigned bytes>
Lanes<T, bytes> read(const Executor& e, unsigned reg) {
  Lanes<T, bytes> lanes;
  std::memcpy(lanes.data(), &e.state.extension.d[reg], bytes);
  return lanes;
}
template <class T, std::size_t count>
void write(Executor& e, unsigned reg, const std::array<T, count>& lanes) {
  std::memcpy(&e.state.extension.d[reg], lanes.data(), sizeof lanes);
}

// What an operation may change in FPSCR, and may depend on: `Saturated` for integers,
// `FloatEnvironment` for numbers.
template <class Context>
Context context(const Executor& e) {
  if constexpr (std::is_same_v<Context, Saturated>) {
    return {};
  } else {
    return Context::standard(e.state.extension.fpscr);
  }
}
inline void conclude(Executor& e, const Saturated& q) {
  if (q.happened) e.state.extension.fpscr |= fpscr::kQc;
}
inline void conclude(Executor& e, const floating::FloatEnvironment& env) {
  e.state.extension.fpscr |= env.flags & fpscr::kCumulative;
}

/// Calls an operation with as much as it takes; see lanes.hpp.
template <class Op, class T, class Context>
constexpr T call(T d, T n, T m, Context& c) {
  if constexpr (std::is_invocable_v<Op, T, T, T, Context&>) {
    return Op{}(d, n, m, c);
  } else if constexpr (std::is_invocable_v<Op, T, T, Context&>) {
    return Op{}(n, m, c);
  } else if constexpr (std::is_invocable_v<Op, T, T, T>) {
    return Op{}(d, n, m);
  } else {
    return Op{}(n, m);
  }
}
template <class Op, class T, class Context>
constexpr T call(T m, Context& c) {
  if constexpr (std::is_invocable_v<Op, T, Context&>) {
    return Op{}(m, c);
  } else {
    return Op{}(m);
  }
}

/// d[k] = Op(d[k], n[k], m[k])
template <class Op, class Context = Saturated>
struct SameLength {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto n = read<T, bytes>(e, i.n);
    const auto m = read<T, bytes>(e, i.m);
    auto d = read<T, bytes>(e, i.d);
    auto c = context<Context>(e);
    for (std::size_t k = 0; k < d.size(); ++k) d[k] = call<Op>(d[k], n[k], m[k], c);
    write(e, i.d, d);
    conclude(e, c);
    return true;
  }
};

/// The same with one lane of D(m), Instruction::shift, for all.
template <class Op, class Context = Saturated>
struct SameLengthByScalar {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto n = read<T, bytes>(e, i.n);
    const T m = read<T, 8>(e, i.m)[i.shift];
    auto d = read<T, bytes>(e, i.d);
    auto c = context<Context>(e);
    for (std::size_t k = 0; k < d.size(); ++k) d[k] = call<Op>(d[k], n[k], m, c);
    write(e, i.d, d);
    conclude(e, c);
    return true;
  }
};

/// d = Op of neighbours in n, then of those in m.
template <class Op, class Context = Saturated>
struct Pairwise {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto n = read<T, bytes>(e, i.n);
    const auto m = read<T, bytes>(e, i.m);
    Lanes<T, bytes> d{};
    auto c = context<Context>(e);
    const std::size_t half = d.size() / 2;
    for (std::size_t k = 0; k < half; ++k) {
      d[k] = call<Op>(T{}, n[2 * k], n[2 * k + 1], c);
      d[half + k] = call<Op>(T{}, m[2 * k], m[2 * k + 1], c);
    }
    write(e, i.d, d);
    conclude(e, c);
    return true;
  }
};

/// Wide d[k] = Op(d[k], n[k], m[k]), m and n narrow; or n wide.
template <class Op, bool n_is_wide>
struct Long {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto n = read < std::conditional_t<n_is_wide, Wide<T>, T>, n_is_wide ? 16 : 8 > (e, i.n);
    const auto m = read<T, 8>(e, i.m);
    auto d = read<Wide<T>, 16>(e, i.d);
    Saturated q;
    for (std::size_t k = 0; k < d.size(); ++k)
      d[k] = call<Op>(d[k], Wide<T>{n[k]}, Wide<T>{m[k]}, q);
    write(e, i.d, d);
    conclude(e, q);
    return true;
  }
};

template <class Op>
struct LongByScalar {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto n = read<T, 8>(e, i.n);
    const Wide<T> m = read<T, 8>(e, i.m)[i.shift];
    auto d = read<Wide<T>, 16>(e, i.d);
    Saturated q;
    for (std::size_t k = 0; k < d.size(); ++k) d[k] = call<Op>(d[k], Wide<T>{n[k]}, m, q);
    write(e, i.d, d);
    conclude(e, q);
    return true;
  }
};

/// The high half of wide Op(n[k], m[k]).
template <class Op, bool rounding>
struct NarrowHigh {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto n = read<Wide<T>, 16>(e, i.n);
    const auto m = read<Wide<T>, 16>(e, i.m);
    Lanes<T, 8> d{};
    constexpr Wide<T> kRound = rounding ? Wide<T>{1} << (kBits<T> - 1) : 0;
    for (std::size_t k = 0; k < d.size(); ++k)
      d[k] = static_cast<T>(Add{}(Op{}(n[k], m[k]), kRound) >> kBits<T>);
    write(e, i.d, d);
    return true;
  }
};

/// d[k] = Op(m[k])
template <class Op, class Context = Saturated>
struct Unary {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    auto m = read<T, bytes>(e, i.m);
    auto c = context<Context>(e);
    for (T& lane : m) lane = call<Op>(lane, c);
    write(e, i.d, m);
    conclude(e, c);
    return true;
  }
};

/// Narrow d[k] = Op(wide m[k], Instruction::shift).
template <class Op>
struct NarrowUnary {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto m = read<Wide<T>, 16>(e, i.m);
    Lanes<T, 8> d{};
    Saturated q;
    for (std::size_t k = 0; k < d.size(); ++k) d[k] = Op{}.template narrow<T>(m[k], i.shift, q);
    write(e, i.d, d);
    conclude(e, q);
    return true;
  }
};

/// VSHLL, VMOVL: wide d[k] = m[k] << Instruction::shift.
struct LongShift {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto m = read<T, 8>(e, i.m);
    Lanes<Wide<T>, 16> d{};
    for (std::size_t k = 0; k < d.size(); ++k)
      d[k] = static_cast<Wide<T>>(Wrapping<Wide<T>>(Wide<T>{m[k]}) << i.shift);
    write(e, i.d, d);
    return true;
  }
};

/// d[k] = Op(d[k], m[k], Instruction::shift)
template <class Op>
struct ByConstant {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto m = read<T, bytes>(e, i.m);
    auto d = read<T, bytes>(e, i.d);
    Saturated q;
    for (std::size_t k = 0; k < d.size(); ++k) d[k] = Op{}(d[k], m[k], i.shift, q);
    write(e, i.d, d);
    conclude(e, q);
    return true;
  }
};

/// VPADDL, VPADAL: wide d[k] = sum of neighbours, to be added to d or not.
template <bool accumulate>
struct PairwiseAddLong {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto m = read<T, bytes>(e, i.m);
    auto d = read<Wide<T>, bytes>(e, i.d);
    for (std::size_t k = 0; k < d.size(); ++k) {
      const Wide<T> sum = Add{}(Wide<T>{m[2 * k]}, Wide<T>{m[2 * k + 1]});
      d[k] = accumulate ? Add{}(d[k], sum) : sum;
    }
    write(e, i.d, d);
    return true;
  }
};

}  // namespace linefill::isa::neon
