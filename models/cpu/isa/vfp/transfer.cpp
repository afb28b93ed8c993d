// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/vfp/transfer.hpp"

#include "models/cpu/isa/vfp/cost.hpp"
#include "models/cpu/isa/vfp/identification.hpp"
#include "models/cpu/isa/vfp/operands.hpp"

namespace linefill::isa::vfp {
namespace {

bool single_to_core(Executor& e, const Instruction& i) {
  e.state.r[i.d] = e.state.extension.s(i.n);
  return true;
}
bool core_to_single(Executor& e, const Instruction& i) {
  e.state.extension.set_s(i.n, e.state.r[i.d]);
  return true;
}

// Scalars: `shift` is where the element lies in D(n), `extra` its bits, `kind` whether it is
// signed.
constexpr std::uint64_t element_mask(unsigned bits) { return (std::uint64_t{1} << bits) - 1; }

bool core_to_scalar(Executor& e, const Instruction& i) {
  std::uint64_t& d = e.state.extension.d[i.n];
  const std::uint64_t mask = element_mask(i.extra);
  d = (d & ~(mask << i.shift)) | (e.state.r[i.d] & mask) << i.shift;
  return true;
}
bool scalar_to_core(Executor& e, const Instruction& i) {
  const auto element =
      static_cast<std::uint32_t>(e.state.extension.d[i.n] >> i.shift & element_mask(i.extra));
  const unsigned unused = 32U - i.extra;
  const auto at_top = static_cast<std::int32_t>(element << unused);
  e.state.r[i.d] = i.kind != 0 ? static_cast<std::uint32_t>(at_top >> unused) : element;
  return true;
}

/// Into `kind` D registers from D(n).
bool execute_vdup(Executor& e, const Instruction& i) {
  std::uint64_t value = e.state.r[i.d] & element_mask(i.extra);
  for (unsigned bits = i.extra; bits < 64; bits *= 2) value |= value << bits;
  for (unsigned k = 0; k < i.kind; ++k) e.state.extension.d[i.n + k] = value;
  return true;
}

bool two_singles_to_core(Executor& e, const Instruction& i) {
  const ExtensionRegisters& x = e.state.extension;
  e.state.r[i.d] = x.s(i.m);
  e.state.r[i.a] = x.s(i.m + 1U);
  return true;
}
bool core_to_two_singles(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  x.set_s(i.m, e.state.r[i.d]);
  x.set_s(i.m + 1U, e.state.r[i.a]);
  return true;
}

/// Numbers of system registers in VMRS and VMSR.
namespace system_register {
constexpr unsigned kFpsid = 0;
constexpr unsigned kFpscr = 1;
constexpr unsigned kMvfr1 = 6;
constexpr unsigned kMvfr0 = 7;
constexpr unsigned kFpexc = 8;
}  // namespace system_register

bool read_fpscr(Executor& e, const Instruction& i) {
  const std::uint32_t value = e.state.extension.fpscr;
  if (i.d == 15) {
    e.state.set_nzcv(value);
  } else {
    e.state.r[i.d] = value;
  }
  return true;
}
bool write_fpscr(Executor& e, const Instruction& i) {
  e.state.extension.fpscr = e.state.r[i.d] & fpscr::kWritable;
  return true;
}

bool read_system(Executor& e, const Instruction& i) {
  if (!e.state.privileged()) return e.undefined(i);
  e.state.r[i.d] = i.kind == system_register::kFpexc ? e.state.extension.fpexc() : i.immediate;
  return true;
}
/// Only FPEXC can be written; writes to the others are ignored.
bool write_system(Executor& e, const Instruction& i) {
  if (!e.state.privileged()) return e.undefined(i);
  if (i.kind == system_register::kFpexc) e.state.extension.set_fpexc(e.state.r[i.d]);
  return true;
}

/// The element of D(n) that opc1:opc2 names. False: UNDEFINED.
bool take_element(const Fields& f, Instruction& i) {
  const std::uint32_t which = f['o'] << 2 | f['p'];
  std::uint32_t index = 0;
  if ((which & 8) != 0) {
    i.extra = 8;
    index = which & 7;
  } else if ((which & 1) != 0) {
    i.extra = 16;
    index = which >> 1 & 3;
  } else {
    i.extra = 32;
    index = which >> 2 & 1;
    if ((which & 2) != 0) return false;
  }
  i.shift = static_cast<std::uint8_t>(index * i.extra);
  i.n = register_n(f, true);
  i.d = f.byte('t');
  needs_vfp(i, i.n, true);
  if (i.extra != 32) i.needs |= extension::kSimd;
  return true;
}

/// Two core registers, and the halves i.m and i.m + 1 of D registers: as S registers are numbered,
/// but up to D31.
void take_pair(const Fields& f, Instruction& i) {
  const bool to_core = f.bit('x');
  i.d = f.byte('t');
  i.a = f.byte('u');
  if (i.d == 15 || i.a == 15 || (to_core && i.d == i.a)) return unpredictable(i);
  if (to_core) {
    i.gives_late(i.d, cost::kToCoreLatency);
    i.gives_late(i.a, cost::kToCoreLatency);
    i.handler = &with_extension<&two_singles_to_core>;
    reads(i, i.m, false);
  } else {
    i.uses(i.d);
    i.uses(i.a);
    i.handler = &with_extension<&core_to_two_singles>;
  }
}

/// The register number and value, which are the instruction's.
void take_system(const Fields& f, Instruction& i) {
  i.d = f.byte('t');
  i.kind = f.byte('r');
  i.needs = extension::kControl;
  i.cycles = cost::kSystemRegister;
  switch (i.kind) {
    case system_register::kFpsid:
      i.immediate = vfp::kFpsid;
      break;
    case system_register::kMvfr0:
      i.immediate = vfp::kMvfr0;
      break;
    case system_register::kMvfr1:
      i.immediate = vfp::kMvfr1;
      break;
    default:
      break;
  }
}
bool is_there(unsigned reg) {
  return reg == system_register::kFpsid || reg == system_register::kMvfr0 ||
         reg == system_register::kMvfr1 || reg == system_register::kFpexc;
}

}  // namespace

void vmov_core_single(const Fields& f, Instruction& i) {
  i.n = register_n(f, false);
  i.d = f.byte('t');
  if (i.d == 15) return unpredictable(i);
  needs_vfp(i, 0, false);
  if (f.bit('x')) {
    i.handler = &with_extension<&single_to_core>;
    reads(i, i.n, false);
    i.gives_late(i.d, cost::kToCoreLatency);
  } else {
    i.handler = &with_extension<&core_to_single>;
    i.uses(i.d);
  }
}

void vmov_core_to_scalar(const Fields& f, Instruction& i) {
  if (!take_element(f, i)) return undefined(f, i);
  if (i.d == 15) return unpredictable(i);
  i.uses(i.d);
  i.handler = &with_extension<&core_to_scalar>;
}

void vmov_scalar_to_core(const Fields& f, Instruction& i) {
  if (!take_element(f, i) || (i.extra == 32 && f.bit('u'))) return undefined(f, i);
  if (i.d == 15) return unpredictable(i);
  i.kind = f.bit('u') ? 0 : 1;
  i.gives_late(i.d, cost::kToCoreLatency);
  i.handler = &with_extension<&scalar_to_core>;
  reads(i, i.n, true);
}

void vdup_core(const Fields& f, Instruction& i) {
  const std::uint32_t size = f['b'] << 1 | f['e'];
  i.n = register_n(f, true);
  i.d = f.byte('t');
  i.kind = f.bit('q') ? 2 : 1;
  if (size == 3 || (i.kind == 2 && i.n % 2 != 0)) return undefined(f, i);
  if (i.d == 15) return unpredictable(i);
  i.extra = static_cast<std::uint8_t>(32 >> size);
  i.uses(i.d);
  needs_vfp(i, i.n, true);
  i.needs |= extension::kSimd;
  i.handler = &with_extension<&execute_vdup>;
}

void vmov_core_two_singles(const Fields& f, Instruction& i) {
  i.m = register_m(f, false);
  needs_vfp(i, 0, false);
  take_pair(f, i);
  if (i.m == 31) unpredictable(i);
}

void vmov_core_double(const Fields& f, Instruction& i) {
  const std::uint8_t d = register_m(f, true);
  i.m = static_cast<std::uint8_t>(2 * d);
  needs_vfp(i, d, true);
  take_pair(f, i);
}

void vmrs(const Fields& f, Instruction& i) {
  take_system(f, i);
  if (i.kind == system_register::kFpscr) {
    i.needs |= extension::kVfp;
    i.handler = &with_extension<&read_fpscr>;
    return;
  }
  if (!is_there(i.kind)) return undefined(f, i);
  if (i.d == 15) return unpredictable(i);
  i.handler = &with_extension<&read_system>;
}

void vmsr(const Fields& f, Instruction& i) {
  take_system(f, i);
  if (i.d == 15) return unpredictable(i);
  i.uses(i.d);
  if (i.kind == system_register::kFpscr) {
    i.needs |= extension::kVfp;
    i.handler = &with_extension<&write_fpscr>;
    return;
  }
  if (!is_there(i.kind)) return undefined(f, i);
  i.handler = &with_extension<&write_system>;
}

}  // namespace linefill::isa::vfp
