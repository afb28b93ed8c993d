// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/extension_access.hpp"
#include "models/cpu/isa/neon/lanes.hpp"
#include "models/cpu/isa/system_instructions.hpp"

/// What the decoders of Advanced SIMD instructions have in common.
namespace linefill::isa::neon {

/// Cycles of the Cortex-A9's NEON unit (MPE TRM, DDI 0409): the issue of D and of Q forms, and how
/// much later than the next issue results are there.
struct Timing {
  std::uint8_t d;
  std::uint8_t q;
  std::uint8_t latency;
};
namespace timing {
inline constexpr Timing kSimple{1, 1, 1};
inline constexpr Timing kSaturating{1, 1, 2};
inline constexpr Timing kShiftByRegister{1, 2, 2};
inline constexpr Timing kAccumulate{1, 2, 4};
inline constexpr Timing kMultiply{1, 2, 4};
inline constexpr Timing kMultiplyWords{2, 4, 4};
inline constexpr Timing kFloat{1, 2, 3};
inline constexpr Timing kFloatMultiplyAccumulate{1, 2, 7};
inline constexpr Timing kPermute{1, 2, 1};
inline constexpr Timing kInterleave{1, 3, 1};
}  // namespace timing

/// D:Vd, N:Vn, M:Vm as register numbers of D registers. N stands below Vn in the word.
inline std::uint8_t high_bit_last(std::uint32_t field) {
  return static_cast<std::uint8_t>(field >> 1 | (field & 1) << 4);
}

/// Which operands are Q registers.
struct Quads {
  bool d = false;
  bool n = false;
  bool m = false;
};

inline void undefined_here(Instruction& i) { i.handler = &execute_undefined; }

/// Instruction::needs of an instruction whose registers end before D(`end`).
inline void needs_registers(Instruction& i, unsigned end) {
  const unsigned high = end > 16 ? extension::kHigh : 0U;
  i.needs = static_cast<std::uint8_t>(i.needs | extension::kVfp | extension::kSimd | high);
}

/// Takes d, n and m as far as the row has them. False (and UNDEFINED): a Q register is odd.
inline bool take_vectors(const Fields& f, Instruction& i, Quads quads) {
  i.d = f.byte('d');
  i.n = high_bit_last(f['n']);
  i.m = f.byte('m');
  if ((quads.d && i.d % 2 != 0) || (quads.n && i.n % 2 != 0) || (quads.m && i.m % 2 != 0)) {
    undefined_here(i);
    return false;
  }
  for (const std::uint8_t reg : {i.d, i.n, i.m}) needs_registers(i, reg + 1U);
  if (f.has('n')) i.uses_vectors(i.n, quads.n ? 2 : 1);
  if (f.has('m')) i.uses_vectors(i.m, quads.m ? 2 : 1);
  return true;
}

/// All operands are Q registers if q is set.
inline bool take_vectors(const Fields& f, Instruction& i) {
  const bool q = f.bit('q');
  return take_vectors(f, i, {q, q, q});
}

/// A null handler stands for an UNDEFINED combination. `quad`: the result is a Q register.
inline void set_handler(Instruction& i, Handler handler, Timing timing, bool quad) {
  i.cycles = quad ? timing.q : timing.d;
  i.gives_vectors_late(i.d, quad ? 2 : 1, timing.latency);
  i.handler = handler != nullptr ? handler : &execute_undefined;
}
/// Whether an operation on lanes reads the destination, too; then it is one of `i`'s sources.
template <class Op, class T, class Context>
inline constexpr bool kAccumulates =
    std::is_invocable_v<Op, T, T, T> || std::is_invocable_v<Op, T, T, T, Context&>;
inline void reads_destination(Instruction& i, bool does, bool quad) {
  if (does) i.uses_vectors(i.d, quad ? 2 : 1);
}

// Sizes of lanes that an instruction has, a bit each; the rest is UNDEFINED.
inline constexpr unsigned k8 = 1;
inline constexpr unsigned k16 = 2;
inline constexpr unsigned k32 = 4;
inline constexpr unsigned k64 = 8;
inline constexpr unsigned kTo32 = k8 | k16 | k32;
inline constexpr unsigned kTo64 = kTo32 | k64;

template <class Form, unsigned sizes, bool is_signed, unsigned bytes, unsigned size>
consteval Handler handler_of_size() {
  if constexpr ((sizes >> size & 1) != 0) {
    return &with_extension<
        &Form::template run<typename IntegerOf<(1U << size), is_signed>::Type, bytes>>;
  } else {
    return nullptr;
  }
}

/// The handlers of a form by the size of its lanes (0 to 3).
template <class Form, unsigned sizes, bool is_signed, unsigned bytes>
consteval std::array<Handler, 4> handlers_by_size() {
  return {handler_of_size<Form, sizes, is_signed, bytes, 0>(),
          handler_of_size<Form, sizes, is_signed, bytes, 1>(),
          handler_of_size<Form, sizes, is_signed, bytes, 2>(),
          handler_of_size<Form, sizes, is_signed, bytes, 3>()};
}

/// Whose sign lanes have.
enum class Sign : std::uint8_t {
  kSigned,
  kUnsigned,
  kByU,  ///< Field u.
};

/// The handler of a form for lanes of `size`, D or Q.
template <class Form, unsigned sizes, Sign sign>
Handler handler_for(const Fields& f, unsigned size, bool quad) {
  static constexpr auto kSigned8 = handlers_by_size < Form, sign == Sign::kUnsigned ? 0 : sizes,
                        true, 8 > ();
  static constexpr auto kSigned16 = handlers_by_size < Form, sign == Sign::kUnsigned ? 0 : sizes,
                        true, 16 > ();
  static constexpr auto kUnsigned8 = handlers_by_size < Form, sign == Sign::kSigned ? 0 : sizes,
                        false, 8 > ();
  static constexpr auto kUnsigned16 = handlers_by_size < Form, sign == Sign::kSigned ? 0 : sizes,
                        false, 16 > ();
  const bool is_unsigned = sign == Sign::kByU ? f.bit('u') : sign == Sign::kUnsigned;
  if (is_unsigned) return (quad ? kUnsigned16 : kUnsigned8)[size];
  return (quad ? kSigned16 : kSigned8)[size];
}

/// For forms whose vectors have one size only.
template <class Form, unsigned sizes, Sign sign>
Handler handler_for(const Fields& f, unsigned size) {
  static constexpr auto kSigned = handlers_by_size < Form, sign == Sign::kUnsigned ? 0 : sizes,
                        true, 8 > ();
  static constexpr auto kUnsigned = handlers_by_size < Form, sign == Sign::kSigned ? 0 : sizes,
                        false, 8 > ();
  const bool is_unsigned = sign == Sign::kByU ? f.bit('u') : sign == Sign::kUnsigned;
  return (is_unsigned ? kUnsigned : kSigned)[size];
}

}  // namespace linefill::isa::neon
