// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/float/arithmetic.hpp"
#include "models/cpu/isa/neon/estimates.hpp"
#include "models/cpu/isa/neon/lanes.hpp"

/// Advanced SIMD single-precision arithmetic on one lane, as bit patterns (ARM DDI 0406C, A2.7,
/// A8.8): called like the operations of lanes.hpp, with a FloatEnvironment for `saturated`.
namespace linefill::isa::neon {

using floating::FloatEnvironment;
using floating::Order;

struct FloatAdd {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return floating::add(n, m, env);
  }
};
struct FloatSubtract {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return floating::subtract(n, m, env);
  }
};
struct FloatMultiply {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return floating::multiply(n, m, env);
  }
};
/// VMLA, VMLS: rounded twice.
struct FloatMultiplyAdd {
  std::uint32_t operator()(std::uint32_t d, std::uint32_t n, std::uint32_t m,
                           FloatEnvironment& env) const {
    return floating::add(d, floating::multiply(n, m, env), env);
  }
};
struct FloatMultiplySubtract {
  std::uint32_t operator()(std::uint32_t d, std::uint32_t n, std::uint32_t m,
                           FloatEnvironment& env) const {
    return floating::add(d, floating::negate(floating::multiply(n, m, env)), env);
  }
};
struct FloatAbsoluteDifference {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return floating::absolute(floating::subtract(n, m, env));
  }
};
struct FloatMaximum {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return floating::maximum(n, m, env);
  }
};
struct FloatMinimum {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return floating::minimum(n, m, env);
  }
};
struct FloatEqual {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return all_ones_if<std::uint32_t>(floating::compare(n, m, false, env) == Order::kEqual);
  }
};
struct FloatGreater {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return all_ones_if<std::uint32_t>(floating::compare(n, m, true, env) == Order::kGreater);
  }
};
struct FloatGreaterOrEqual {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    const Order order = floating::compare(n, m, true, env);
    return all_ones_if<std::uint32_t>(order == Order::kGreater || order == Order::kEqual);
  }
};
/// VACGT, VACGE.
template <class Comparison>
struct OfAbsolutes {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return Comparison{}(floating::absolute(n), floating::absolute(m), env);
  }
};
/// Op(m, n)
template <class Op>
struct Swapped {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return Op{}(m, n, env);
  }
};
/// VRECPS: 2 - n * m.
struct ReciprocalStep {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return reciprocal_step(n, m, env);
  }
};
/// VRSQRTS: (3 - n * m) / 2.
struct ReciprocalSquareRootStep {
  std::uint32_t operator()(std::uint32_t n, std::uint32_t m, FloatEnvironment& env) const {
    return reciprocal_square_root_step(n, m, env);
  }
};

}  // namespace linefill::isa::neon
