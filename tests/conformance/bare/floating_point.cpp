// SPDX-License-Identifier: Apache-2.0
// VFP: who may use it under CPACR and FPEXC, its system registers, and what instructions make of
// random registers in every mode, in hashes.
#include <initializer_list>

#include "tests/conformance/bare/bare.hpp"

asm(".fpu neon");

namespace {

constexpr uint32_t kVmrs = 0xEEF0'0A10;
constexpr uint32_t kVmsr = 0xEEE0'0A10;
constexpr uint32_t kFpexc = 8;
constexpr uint32_t kEnable = 1U << 30;

constexpr uint32_t vmrs(uint32_t reg) { return kVmrs | reg << 16; }
constexpr uint32_t vmsr(uint32_t reg) { return kVmsr | reg << 16; }

void set_cpacr(uint32_t value) { asm volatile("mcr p15, 0, %0, c1, c0, 2\n isb" ::"r"(value)); }
void set_fpexc(uint32_t value) { run_probe(vmsr(kFpexc), value, false); }
void set_fpscr(uint32_t value) { asm volatile("vmsr fpscr, %0" ::"r"(value)); }
uint32_t fpscr() {
  uint32_t value = 0;
  asm volatile("vmrs %0, fpscr" : "=r"(value));
  return value;
}

uint32_t registers[64];

void load_registers() {
  uint32_t* at = registers;
  asm volatile("vldmia %0!, {d0-d15}\n vldmia %0!, {d16-d31}" : "+r"(at)::"memory");
}
void store_registers() {
  uint32_t* at = registers;
  asm volatile("vstmia %0!, {d0-d15}\n vstmia %0!, {d16-d31}" : "+r"(at)::"memory");
}

/// Whether `word` is defined where cp10 and cp11 have `access`, by mode, and what it leaves in r0.
void try_access(uint32_t word, uint32_t access, bool enable) {
  Line line;
  line.hex(word).text(" cp10 ").number(access).text(" en ").number(enable ? 1 : 0);
  for (const bool user : {false, true}) {
    set_cpacr(0xF0'0000);
    set_fpexc(enable ? kEnable : 0);
    set_cpacr(access << 20 | access << 22);
    const uint32_t value = run_probe(word, 0x1200'5678, user);
    line.text(user ? " user " : " privileged ");
    if (trap.kind != 0) {
      line.text("undefined ").number(trap.lr - reinterpret_cast<uint32_t>(&probe_word));
    } else {
      line.hex(value);
    }
  }
}

constexpr uint32_t kUses[]{
    0xEE30'0A01,  // vadd.f32 s0, s0, s2
    0xEE70'0BA1,  // vadd.f64 d16, d16, d17
    0xEEB0'0A41,  // vmov.f32 s0, s2
    0xEE00'0A10,  // vmov s0, r0
    0xEC40'0B10,  // vmov d0, r0, r0
    0xEE80'0B10,  // vdup.32 d0, r0
    0xF220'0111,  // vorr d0, d0, d1
};

void try_all_access() {
  for (const uint32_t access : {0U, 1U, 3U}) {
    for (const bool enable : {false, true}) {
      for (const uint32_t word : kUses) try_access(word, access, enable);
      for (uint32_t reg = 0; reg < 16; ++reg) {
        try_access(vmrs(reg), access, enable);
        // QEMU keeps more of FPEXC than there is: written in the test below.
        if (reg != kFpexc) try_access(vmsr(reg), access, enable);
      }
    }
  }
  set_cpacr(0xF0'0000);
  set_fpexc(kEnable);
}

/// A register like those that programs have; sometimes with a float or double that is special.
uint32_t random_half(Random& random) {
  const uint32_t bits = random.word();
  switch (random.below(8)) {
    case 0:
      return bits & 0x8000'0000;
    case 1:
      return (bits & 0x807F'FFFF) | 0x7F80'0000;
    case 2:
      return (bits & 0x807F'FFFF);
    case 3:
      return (bits & 0x800F'FFFF) | (random.below(2) != 0 ? 0x7FF0'0000 : 0);
    case 4:
      return (bits & 0x83FF'FFFF) | 0x3C00'0000;
    case 5:
      return (bits & 0x80FF'0000) | 0x3F00'0000;
    case 6:
      return random.below(64) - 32;
    default:
      return bits;
  }
}

/// FNV-1a by words.
uint32_t hash(uint32_t before, uint32_t word) { return (before ^ word) * 16'777'619U; }

void compute(uint32_t word, uint32_t rounding, bool flush) {
  Random random{word ^ rounding << 4 ^ (flush ? 1U : 0U)};
  uint32_t result = 2'166'136'261U;
  for (unsigned round = 0; round < 24; ++round) {
    for (uint32_t& half : registers) half = random_half(random);
    load_registers();
    const uint32_t modes = (random.word() & 0x0600'0010) | rounding << 22;
    set_fpscr(modes | (flush ? 1U << 24 : 0));
    result = hash(result, run_probe(word, random.word(), false));
    store_registers();
    result = hash(hash(result, fpscr()), trap.kind);
    for (const uint32_t half : registers) result = hash(result, half);
  }
  Line line;
  line.hex(word).text(" rounding ").number(rounding).text(" flush ").number(flush ? 1 : 0);
  line.text(" ").hex(result);
}

/// cond 1110 opc1 opc2 Vd 101 sz opc3 0 Vm, with D within opc1 and M below opc3 (A7.5).
uint32_t data_processing(uint32_t opc1, uint32_t n, uint32_t rest, Random& random) {
  // Beyond D7, fixed point of 16 bits may have a fraction of less than none.
  const uint32_t m = random.below(opc1 == 7 ? 8 : 16);
  return 0xEE00'0A00 | (opc1 & 4) << 21 | (opc1 & 3) << 20 | n << 16 | random.below(16) << 12 |
         (rest & 4) << 6 | (rest & 3) << 6 | m | (random.word() & 0x0040'0020);
}

void compute_all() {
  Random random{7};
  for (uint32_t opc1 = 0; opc1 < 8; ++opc1) {
    for (uint32_t opc2 = 0; opc2 < (opc1 == 7 ? 16U : 1U); ++opc2) {
      for (uint32_t rest = 0; rest < 8; ++rest) {
        const uint32_t n = opc1 == 7 ? opc2 : random.below(16);
        const uint32_t word = data_processing(opc1, n, rest, random);
        for (uint32_t rounding = 0; rounding < 4; ++rounding) {
          compute(word, rounding, false);
          compute(word, rounding, true);
        }
      }
    }
  }
}

}  // namespace

void bare_main() {
  try_all_access();
  compute_all();
}
