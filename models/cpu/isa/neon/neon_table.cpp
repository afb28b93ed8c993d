// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/neon/by_scalar.hpp"
#include "models/cpu/isa/neon/float_vectors.hpp"
#include "models/cpu/isa/neon/permute.hpp"
#include "models/cpu/isa/neon/shift_immediate.hpp"
#include "models/cpu/isa/neon/structures.hpp"
#include "models/cpu/isa/neon/three_different.hpp"
#include "models/cpu/isa/neon/three_same.hpp"
#include "models/cpu/isa/neon/two_registers.hpp"

// Advanced SIMD (ARM DDI 0406C, A7.4 and A7.7) as A32 has it; see neon_word.
namespace linefill {
namespace isa::neon {
namespace {

constexpr Encoding kRows[]{
    // Three registers of the same length (A7.4.1).
    {"VHADD", "1111001u0dzznnnndddd0000nqm0mmmm", &vhadd},
    {"VQADD", "1111001u0dzznnnndddd0000nqm1mmmm", &vqadd},
    {"VRHADD", "1111001u0dzznnnndddd0001nqm0mmmm", &vrhadd},
    {"VAND", "111100100d00nnnndddd0001nqm1mmmm", &vand},
    {"VBIC", "111100100d01nnnndddd0001nqm1mmmm", &vbic},
    {"VORR", "111100100d10nnnndddd0001nqm1mmmm", &vorr},
    {"VORN", "111100100d11nnnndddd0001nqm1mmmm", &vorn},
    {"VEOR", "111100110d00nnnndddd0001nqm1mmmm", &veor},
    {"VBSL", "111100110d01nnnndddd0001nqm1mmmm", &vbsl},
    {"VBIT", "111100110d10nnnndddd0001nqm1mmmm", &vbit},
    {"VBIF", "111100110d11nnnndddd0001nqm1mmmm", &vbif},
    {"VHSUB", "1111001u0dzznnnndddd0010nqm0mmmm", &vhsub},
    {"VQSUB", "1111001u0dzznnnndddd0010nqm1mmmm", &vqsub},
    {"VCGT", "1111001u0dzznnnndddd0011nqm0mmmm", &vcgt},
    {"VCGE", "1111001u0dzznnnndddd0011nqm1mmmm", &vcge},
    {"VSHL (reg)", "1111001u0dzznnnndddd0100nqm0mmmm", &vshl},
    {"VQSHL (reg)", "1111001u0dzznnnndddd0100nqm1mmmm", &vqshl},
    {"VRSHL", "1111001u0dzznnnndddd0101nqm0mmmm", &vrshl},
    {"VQRSHL", "1111001u0dzznnnndddd0101nqm1mmmm", &vqrshl},
    {"VMAX", "1111001u0dzznnnndddd0110nqm0mmmm", &vmax},
    {"VMIN", "1111001u0dzznnnndddd0110nqm1mmmm", &vmin},
    {"VABD", "1111001u0dzznnnndddd0111nqm0mmmm", &vabd},
    {"VABA", "1111001u0dzznnnndddd0111nqm1mmmm", &vaba},
    {"VADD", "111100100dzznnnndddd1000nqm0mmmm", &vadd},
    {"VSUB", "111100110dzznnnndddd1000nqm0mmmm", &vsub},
    {"VTST", "111100100dzznnnndddd1000nqm1mmmm", &vtst},
    {"VCEQ", "111100110dzznnnndddd1000nqm1mmmm", &vceq},
    {"VMLA", "111100100dzznnnndddd1001nqm0mmmm", &vmla},
    {"VMLS", "111100110dzznnnndddd1001nqm0mmmm", &vmls},
    {"VMUL", "111100100dzznnnndddd1001nqm1mmmm", &vmul},
    {"VMUL (poly)", "111100110dzznnnndddd1001nqm1mmmm", &vmul_polynomial},
    {"VPMAX", "1111001u0dzznnnndddd1010nqm0mmmm", &vpmax},
    {"VPMIN", "1111001u0dzznnnndddd1010nqm1mmmm", &vpmin},
    {"VQDMULH", "111100100dzznnnndddd1011nqm0mmmm", &vqdmulh},
    {"VQRDMULH", "111100110dzznnnndddd1011nqm0mmmm", &vqrdmulh},
    {"VPADD", "111100100dzznnnndddd1011nqm1mmmm", &vpadd},
    {"VADD (float)", "111100100d0znnnndddd1101nqm0mmmm", &vadd_float},
    {"VSUB (float)", "111100100d1znnnndddd1101nqm0mmmm", &vsub_float},
    {"VPADD (float)", "111100110d0znnnndddd1101nqm0mmmm", &vpadd_float},
    {"VABD (float)", "111100110d1znnnndddd1101nqm0mmmm", &vabd_float},
    {"VMLA (float)", "111100100d0znnnndddd1101nqm1mmmm", &vmla_float},
    {"VMLS (float)", "111100100d1znnnndddd1101nqm1mmmm", &vmls_float},
    {"VMUL (float)", "111100110d0znnnndddd1101nqm1mmmm", &vmul_float},
    {"VCEQ (float)", "111100100d0znnnndddd1110nqm0mmmm", &vceq_float},
    {"VCGE (float)", "111100110d0znnnndddd1110nqm0mmmm", &vcge_float},
    {"VCGT (float)", "111100110d1znnnndddd1110nqm0mmmm", &vcgt_float},
    {"VACGE", "111100110d0znnnndddd1110nqm1mmmm", &vacge},
    {"VACGT", "111100110d1znnnndddd1110nqm1mmmm", &vacgt},
    {"VMAX (float)", "111100100d0znnnndddd1111nqm0mmmm", &vmax_float},
    {"VMIN (float)", "111100100d1znnnndddd1111nqm0mmmm", &vmin_float},
    {"VPMAX (float)", "111100110d0znnnndddd1111nqm0mmmm", &vpmax_float},
    {"VPMIN (float)", "111100110d1znnnndddd1111nqm0mmmm", &vpmin_float},
    {"VRECPS", "111100100d0znnnndddd1111nqm1mmmm", &vrecps},
    {"VRSQRTS", "111100100d1znnnndddd1111nqm1mmmm", &vrsqrts},

    // Three registers of different lengths (A7.4.2). A size of 11 is the groups of rank 1.
    {"VADDL", "1111001u1dzznnnndddd0000n0m0mmmm", &vaddl},
    {"VADDW", "1111001u1dzznnnndddd0001n0m0mmmm", &vaddw},
    {"VSUBL", "1111001u1dzznnnndddd0010n0m0mmmm", &vsubl},
    {"VSUBW", "1111001u1dzznnnndddd0011n0m0mmmm", &vsubw},
    {"VADDHN", "111100101dzznnnndddd0100n0m0mmmm", &vaddhn},
    {"VRADDHN", "111100111dzznnnndddd0100n0m0mmmm", &vraddhn},
    {"VABAL", "1111001u1dzznnnndddd0101n0m0mmmm", &vabal},
    {"VSUBHN", "111100101dzznnnndddd0110n0m0mmmm", &vsubhn},
    {"VRSUBHN", "111100111dzznnnndddd0110n0m0mmmm", &vrsubhn},
    {"VABDL", "1111001u1dzznnnndddd0111n0m0mmmm", &vabdl},
    {"VMLAL", "1111001u1dzznnnndddd1000n0m0mmmm", &vmlal},
    {"VQDMLAL", "111100101dzznnnndddd1001n0m0mmmm", &vqdmlal},
    {"VMLSL", "1111001u1dzznnnndddd1010n0m0mmmm", &vmlsl},
    {"VQDMLSL", "111100101dzznnnndddd1011n0m0mmmm", &vqdmlsl},
    {"VMULL", "1111001u1dzznnnndddd1100n0m0mmmm", &vmull},
    {"VQDMULL", "111100101dzznnnndddd1101n0m0mmmm", &vqdmull},
    {"VMULL (poly)", "111100101dzznnnndddd1110n0m0mmmm", &vmull_polynomial},

    // Two registers and a scalar (A7.4.3).
    {"VMLA (scalar)", "1111001q1dzznnnndddd0000n1m0mmmm", &vmla_by_scalar},
    {"VMLA (float, scalar)", "1111001q1dzznnnndddd0001n1m0mmmm", &vmla_float_by_scalar},
    {"VMLAL (scalar)", "1111001u1dzznnnndddd0010n1m0mmmm", &vmlal_by_scalar},
    {"VQDMLAL (scalar)", "111100101dzznnnndddd0011n1m0mmmm", &vqdmlal_by_scalar},
    {"VMLS (scalar)", "1111001q1dzznnnndddd0100n1m0mmmm", &vmls_by_scalar},
    {"VMLS (float, scalar)", "1111001q1dzznnnndddd0101n1m0mmmm", &vmls_float_by_scalar},
    {"VMLSL (scalar)", "1111001u1dzznnnndddd0110n1m0mmmm", &vmlsl_by_scalar},
    {"VQDMLSL (scalar)", "111100101dzznnnndddd0111n1m0mmmm", &vqdmlsl_by_scalar},
    {"VMUL (scalar)", "1111001q1dzznnnndddd1000n1m0mmmm", &vmul_by_scalar},
    {"VMUL (float, scalar)", "1111001q1dzznnnndddd1001n1m0mmmm", &vmul_float_by_scalar},
    {"VMULL (scalar)", "1111001u1dzznnnndddd1010n1m0mmmm", &vmull_by_scalar},
    {"VQDMULL (scalar)", "111100101dzznnnndddd1011n1m0mmmm", &vqdmull_by_scalar},
    {"VQDMULH (scalar)", "1111001q1dzznnnndddd1100n1m0mmmm", &vqdmulh_by_scalar},
    {"VQRDMULH (scalar)", "1111001q1dzznnnndddd1101n1m0mmmm", &vqrdmulh_by_scalar},

    // Two registers and a shift amount (A7.4.4). An amount of 000xxx without L is A7.4.6.
    {"VSHR", "1111001u1dvvvvvvdddd0000lqm1mmmm", &vshr},
    {"VSRA", "1111001u1dvvvvvvdddd0001lqm1mmmm", &vsra},
    {"VRSHR", "1111001u1dvvvvvvdddd0010lqm1mmmm", &vrshr},
    {"VRSRA", "1111001u1dvvvvvvdddd0011lqm1mmmm", &vrsra},
    {"VSRI", "111100111dvvvvvvdddd0100lqm1mmmm", &vsri},
    {"VSHL (imm)", "111100101dvvvvvvdddd0101lqm1mmmm", &vshl_immediate},
    {"VSLI", "111100111dvvvvvvdddd0101lqm1mmmm", &vsli},
    {"VQSHLU", "111100111dvvvvvvdddd0110lqm1mmmm", &vqshlu},
    {"VQSHL (imm)", "1111001u1dvvvvvvdddd0111lqm1mmmm", &vqshl_immediate},
    {"VSHRN", "111100101dvvvvvvdddd100000m1mmmm", &vshrn},
    {"VRSHRN", "111100101dvvvvvvdddd100001m1mmmm", &vrshrn},
    {"VQSHRUN", "111100111dvvvvvvdddd100000m1mmmm", &vqshrun},
    {"VQRSHRUN", "111100111dvvvvvvdddd100001m1mmmm", &vqrshrun},
    {"VQSHRN", "1111001u1dvvvvvvdddd100100m1mmmm", &vqshrn},
    {"VQRSHRN", "1111001u1dvvvvvvdddd100101m1mmmm", &vqrshrn},
    {"VSHLL, VMOVL", "1111001u1dvvvvvvdddd101000m1mmmm", &vshll},
    {"VCVT (fixed)", "1111001u1dvvvvvvdddd111o0qm1mmmm", &vcvt_fixed},

    // One register and a constant (A7.4.6), by cmode.
    {"VMOV.I32 (imm)", "1111001v1d000vvvdddd0cc00q01vvvv", &vmov_immediate, 1},
    {"VORR.I32 (imm)", "1111001v1d000vvvdddd0cc10q01vvvv", &vorr_immediate, 1},
    {"VMOV.I16 (imm)", "1111001v1d000vvvdddd10c00q01vvvv", &vmov_immediate, 1},
    {"VORR.I16 (imm)", "1111001v1d000vvvdddd10c10q01vvvv", &vorr_immediate, 1},
    {"VMOV.I32 (imm, ones)", "1111001v1d000vvvdddd110c0q01vvvv", &vmov_immediate, 1},
    {"VMOV.I8 (imm)", "1111001v1d000vvvdddd11100q01vvvv", &vmov_immediate, 1},
    {"VMOV.F32 (imm)", "1111001v1d000vvvdddd11110q01vvvv", &vmov_immediate, 1},
    {"VMVN.I32 (imm)", "1111001v1d000vvvdddd0cc00q11vvvv", &vmvn_immediate, 1},
    {"VBIC.I32 (imm)", "1111001v1d000vvvdddd0cc10q11vvvv", &vbic_immediate, 1},
    {"VMVN.I16 (imm)", "1111001v1d000vvvdddd10c00q11vvvv", &vmvn_immediate, 1},
    {"VBIC.I16 (imm)", "1111001v1d000vvvdddd10c10q11vvvv", &vbic_immediate, 1},
    {"VMVN.I32 (imm, ones)", "1111001v1d000vvvdddd110c0q11vvvv", &vmvn_immediate, 1},
    {"VMOV.I64 (imm)", "1111001v1d000vvvdddd11100q11vvvv", &vmov_mask, 1},

    // Two registers, miscellaneous (A7.4.5), and what else has a size of 11.
    {"VREV64", "111100111d11zz00dddd00000qm0mmmm", &vrev64, 1},
    {"VREV32", "111100111d11zz00dddd00001qm0mmmm", &vrev32, 1},
    {"VREV16", "111100111d11zz00dddd00010qm0mmmm", &vrev16, 1},
    {"VPADDL", "111100111d11zz00dddd0010uqm0mmmm", &vpaddl, 1},
    {"VCLS", "111100111d11zz00dddd01000qm0mmmm", &vcls, 1},
    {"VCLZ", "111100111d11zz00dddd01001qm0mmmm", &vclz, 1},
    {"VCNT", "111100111d11zz00dddd01010qm0mmmm", &vcnt, 1},
    {"VMVN (reg)", "111100111d11zz00dddd01011qm0mmmm", &vmvn, 1},
    {"VPADAL", "111100111d11zz00dddd0110uqm0mmmm", &vpadal, 1},
    {"VQABS", "111100111d11zz00dddd01110qm0mmmm", &vqabs, 1},
    {"VQNEG", "111100111d11zz00dddd01111qm0mmmm", &vqneg, 1},
    {"VCGT (zero)", "111100111d11zz01dddd00000qm0mmmm", &vcgt_zero, 1},
    {"VCGT (float, zero)", "111100111d11zz01dddd01000qm0mmmm", &vcgt_zero_float, 1},
    {"VCGE (zero)", "111100111d11zz01dddd00001qm0mmmm", &vcge_zero, 1},
    {"VCGE (float, zero)", "111100111d11zz01dddd01001qm0mmmm", &vcge_zero_float, 1},
    {"VCEQ (zero)", "111100111d11zz01dddd00010qm0mmmm", &vceq_zero, 1},
    {"VCEQ (float, zero)", "111100111d11zz01dddd01010qm0mmmm", &vceq_zero_float, 1},
    {"VCLE (zero)", "111100111d11zz01dddd00011qm0mmmm", &vcle_zero, 1},
    {"VCLE (float, zero)", "111100111d11zz01dddd01011qm0mmmm", &vcle_zero_float, 1},
    {"VCLT (zero)", "111100111d11zz01dddd00100qm0mmmm", &vclt_zero, 1},
    {"VCLT (float, zero)", "111100111d11zz01dddd01100qm0mmmm", &vclt_zero_float, 1},
    {"VABS", "111100111d11zz01dddd00110qm0mmmm", &vabs, 1},
    {"VABS (float)", "111100111d11zz01dddd01110qm0mmmm", &vabs_float, 1},
    {"VNEG", "111100111d11zz01dddd00111qm0mmmm", &vneg, 1},
    {"VNEG (float)", "111100111d11zz01dddd01111qm0mmmm", &vneg_float, 1},
    {"VSWP", "111100111d11zz10dddd00000qm0mmmm", &vswp, 1},
    {"VTRN", "111100111d11zz10dddd00001qm0mmmm", &vtrn, 1},
    {"VUZP", "111100111d11zz10dddd00010qm0mmmm", &vuzp, 1},
    {"VZIP", "111100111d11zz10dddd00011qm0mmmm", &vzip, 1},
    {"VMOVN", "111100111d11zz10dddd001000m0mmmm", &vmovn, 1},
    {"VQMOVUN", "111100111d11zz10dddd001001m0mmmm", &vqmovun, 1},
    {"VQMOVN", "111100111d11zz10dddd00101um0mmmm", &vqmovn, 1},
    {"VSHLL (maximum)", "111100111d11zz10dddd001100m0mmmm", &vshll_maximum, 1},
    {"VCVT (half)", "111100111d11zz10dddd011o00m0mmmm", &vcvt_half, 1},
    {"VRECPE", "111100111d11zz11dddd010o0qm0mmmm", &vrecpe, 1},
    {"VRSQRTE", "111100111d11zz11dddd010o1qm0mmmm", &vrsqrte, 1},
    {"VCVT (integer)", "111100111d11zz11dddd011ouqm0mmmm", &vcvt_integer, 1},
    {"VEXT", "111100101d11nnnnddddvvvvnqm0mmmm", &vext, 1},
    {"VTBL, VTBX", "111100111d11nnnndddd10vvnom0mmmm", &vtbl, 1},
    {"VDUP (scalar)", "111100111d11vvvvdddd11000qm0mmmm", &vdup_scalar, 1},

    // Elements and structures (A7.7).
    {"VLD1, VST1 (1 register)", "111101000dL0nnnndddd0111zzaammmm", &structures<1, 1>},
    {"VLD1, VST1 (2 registers)", "111101000dL0nnnndddd1010zzaammmm", &structures<1, 2>},
    {"VLD1, VST1 (3 registers)", "111101000dL0nnnndddd0110zzaammmm", &structures<1, 3>},
    {"VLD1, VST1 (4 registers)", "111101000dL0nnnndddd0010zzaammmm", &structures<1, 4>},
    {"VLD2, VST2", "111101000dL0nnnndddd100xzzaammmm", &structures<2>},
    {"VLD2, VST2 (4 registers)", "111101000dL0nnnndddd0011zzaammmm", &structures<2, 2>},
    {"VLD3, VST3", "111101000dL0nnnndddd010xzzaammmm", &structures<3>},
    {"VLD4, VST4", "111101000dL0nnnndddd000xzzaammmm", &structures<4>},
    {"VLD1, VST1 (lane)", "111101001dL0nnnnddddzz00aaaammmm", &structure_of_lane<1>},
    {"VLD2, VST2 (lane)", "111101001dL0nnnnddddzz01aaaammmm", &structure_of_lane<2>},
    {"VLD3, VST3 (lane)", "111101001dL0nnnnddddzz10aaaammmm", &structure_of_lane<3>},
    {"VLD4, VST4 (lane)", "111101001dL0nnnnddddzz11aaaammmm", &structure_of_lane<4>},
    {"VLD1 (all lanes)", "111101001d10nnnndddd1100zzxammmm", &structure_to_all<1>},
    {"VLD2 (all lanes)", "111101001d10nnnndddd1101zzxammmm", &structure_to_all<2>},
    {"VLD3 (all lanes)", "111101001d10nnnndddd1110zzxammmm", &structure_to_all<3>},
    {"VLD4 (all lanes)", "111101001d10nnnndddd1111zzxammmm", &structure_to_all<4>},
};
static_assert(find_ambiguity(kRows) == Ambiguity{});

}  // namespace
}  // namespace isa::neon

const EncodingTable& neon_table() {
  // By bits 25 to 20, of which three tell the groups apart, and bits 11 to 8 (A, cmode, type).
  static const EncodingTable kTable{isa::neon::kRows, 20, 6, 6, 6};
  return kTable;
}

}  // namespace linefill
