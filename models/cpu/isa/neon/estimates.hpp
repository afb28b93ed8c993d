// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/float/float_environment.hpp"

/// Estimates and Newton-Raphson steps of reciprocals and reciprocal square roots (ARM DDI 0406C,
/// A2.7.8), bit-exact. `env` is the standard one.
namespace linefill::isa::neon {

/// FPRecipEstimate, FPRSqrtEstimate: VRECPE.F32, VRSQRTE.F32.
std::uint32_t reciprocal_estimate(std::uint32_t operand, floating::FloatEnvironment& env);
std::uint32_t reciprocal_square_root_estimate(std::uint32_t operand,
                                              floating::FloatEnvironment& env);
/// UnsignedRecipEstimate, UnsignedRSqrtEstimate: VRECPE.U32, VRSQRTE.U32.
std::uint32_t unsigned_reciprocal_estimate(std::uint32_t operand);
std::uint32_t unsigned_reciprocal_square_root_estimate(std::uint32_t operand);

/// FPRecipStep, FPRSqrtStep: 2 - a * b, (3 - a * b) / 2.
std::uint32_t reciprocal_step(std::uint32_t a, std::uint32_t b, floating::FloatEnvironment& env);
std::uint32_t reciprocal_square_root_step(std::uint32_t a, std::uint32_t b,
                                          floating::FloatEnvironment& env);

}  // namespace linefill::isa::neon
