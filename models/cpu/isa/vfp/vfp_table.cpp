// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/vfp/arithmetic.hpp"
#include "models/cpu/isa/vfp/convert.hpp"
#include "models/cpu/isa/vfp/load_store.hpp"
#include "models/cpu/isa/vfp/transfer.hpp"

// VFPv3 with half precision and 32 D registers, and the transfers of Advanced SIMD that are coded
// like it (ARM DDI 0406C, A7.5, A7.6, A7.8, A7.9): words as `vfp_word` gives them. What no row
// matches is UNDEFINED: VFPv4's fused operations, and the rest of coprocessors 10 and 11.
namespace linefill {
namespace isa::vfp {
namespace {

constexpr Encoding kRows[]{
    {"VMLA", "111011100d00nnnndddd101zn0m0mmmm", &vmla},
    {"VMLS", "111011100d00nnnndddd101zn1m0mmmm", &vmls},
    {"VNMLS", "111011100d01nnnndddd101zn0m0mmmm", &vnmls},
    {"VNMLA", "111011100d01nnnndddd101zn1m0mmmm", &vnmla},
    {"VMUL", "111011100d10nnnndddd101zn0m0mmmm", &vmul},
    {"VNMUL", "111011100d10nnnndddd101zn1m0mmmm", &vnmul},
    {"VADD", "111011100d11nnnndddd101zn0m0mmmm", &vadd},
    {"VSUB", "111011100d11nnnndddd101zn1m0mmmm", &vsub},
    {"VDIV", "111011101d00nnnndddd101zn0m0mmmm", &vdiv},
    {"VMOV (imm)", "111011101d11vvvvdddd101z(0)0(0)0vvvv", &vmov_immediate},
    {"VMOV (reg)", "111011101d110000dddd101z01m0mmmm", &vmov_register},
    {"VABS", "111011101d110000dddd101z11m0mmmm", &vabs},
    {"VNEG", "111011101d110001dddd101z01m0mmmm", &vneg},
    {"VSQRT", "111011101d110001dddd101z11m0mmmm", &vsqrt},
    {"VCVTB, VCVTT", "111011101d11001xdddd1010t1m0mmmm", &vcvt_half},
    {"VCMP, VCMPE", "111011101d110100dddd101ze1m0mmmm", &vcmp},
    {"VCMP, VCMPE (zero)", "111011101d110101dddd101ze1(0)0(0000)", &vcmp_zero},
    {"VCVT (double, single)", "111011101d110111dddd101z11m0mmmm", &vcvt_precision},
    {"VCVT (from integer)", "111011101d111000dddd101zx1m0mmmm", &vcvt_from_integer},
    {"VCVT, VCVTR (to integer)", "111011101d11110xdddd101zr1m0mmmm", &vcvt_to_integer},
    {"VCVT (fixed point)", "111011101d111o1udddd101zx1w0vvvv", &vcvt_fixed},
    {"VMOV (core, single)", "11101110000xnnnntttt1010n(00)1(0000)", &vmov_core_single},
    {"VMOV (core to scalar)", "111011100oo0nnnntttt1011npp1(0000)", &vmov_core_to_scalar},
    {"VMOV (scalar to core)", "11101110uoo1nnnntttt1011npp1(0000)", &vmov_scalar_to_core},
    {"VDUP (core)", "111011101bq0nnnntttt1011n0e1(0000)", &vdup_core},
    {"VMSR", "111011101110rrrrtttt1010(000)1(0000)", &vmsr},
    {"VMRS", "111011101111rrrrtttt1010(000)1(0000)", &vmrs},
    {"VMOV (core, two singles)", "11101100010xuuuutttt101000m1mmmm", &vmov_core_two_singles},
    {"VMOV (core, double)", "11101100010xuuuutttt101100m1mmmm", &vmov_core_double},
    {"VSTM (increment)", "111011001dW0nnnndddd101zvvvvvvvv", &vstm},
    {"VSTM (decrement)", "111011010d10nnnndddd101zvvvvvvvv", &vstm},
    {"VLDM (increment)", "111011001dW1nnnndddd101zvvvvvvvv", &vldm},
    {"VLDM (decrement)", "111011010d11nnnndddd101zvvvvvvvv", &vldm},
    {"VSTR", "11101101Ud00nnnndddd101zvvvvvvvv", &vstr},
    {"VLDR", "11101101Ud01nnnndddd101zvvvvvvvv", &vldr},
};
static_assert(find_ambiguity(kRows) == Ambiguity{});

}  // namespace
}  // namespace isa::vfp

const EncodingTable& vfp_table() {
  static const EncodingTable kTable{isa::vfp::kRows, 20, 8, 4, 4};
  return kTable;
}

}  // namespace linefill
