// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/extension_access.hpp"
#include "models/cpu/isa/system_instructions.hpp"

/// What the decoders and handlers of VFP instructions have in common.
namespace linefill::isa::vfp {

/// A register as a bit pattern: S registers are std::uint32_t, D registers std::uint64_t.
template <class Bits>
Bits value_of(const ExtensionRegisters& x, unsigned n);
template <>
inline std::uint32_t value_of(const ExtensionRegisters& x, unsigned n) {
  return x.s(n);
}
template <>
inline std::uint64_t value_of(const ExtensionRegisters& x, unsigned n) {
  return x.d[n];
}
inline void set_value(ExtensionRegisters& x, unsigned n, std::uint32_t value) { x.set_s(n, value); }
inline void set_value(ExtensionRegisters& x, unsigned n, std::uint64_t value) { x.d[n] = value; }

/// Number of the register whose field has the extra bit first (D:Vd, M:Vm) or last (Vn:N).
constexpr std::uint8_t register_of(std::uint32_t field, bool extra_bit_first, bool is_double) {
  const std::uint32_t low = extra_bit_first ? field & 0xF : field >> 1;
  const std::uint32_t extra = extra_bit_first ? field >> 4 : field & 1;
  return static_cast<std::uint8_t>(is_double ? extra << 4 | low : low << 1 | extra);
}
inline std::uint8_t register_d(const Fields& f, bool is_double) {
  return register_of(f['d'], true, is_double);
}
inline std::uint8_t register_n(const Fields& f, bool is_double) {
  return register_of(f['n'], false, is_double);
}
inline std::uint8_t register_m(const Fields& f, bool is_double) {
  return register_of(f['m'], true, is_double);
}

/// The instruction needs VFP, and `last` is the highest register that it uses.
inline void needs_vfp(Instruction& i, unsigned last, bool is_double) {
  const bool high = is_double && last > 15;
  i.needs = extension::kControl | extension::kVfp;
  if (high) i.needs |= extension::kHigh;
}

inline bool is_thumb(const Instruction& i) { return i.ahead == 4; }

}  // namespace linefill::isa::vfp
