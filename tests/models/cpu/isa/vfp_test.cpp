// SPDX-License-Identifier: Apache-2.0
// VFP: who may use it (ARM DDI 0406C, B1.11.1, B4.1.40, B4.1.57), its system registers (Cortex-A9
// NEON MPE TRM), aborts of its loads. What instructions compute: tests/conformance/lockstep.
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr std::uint32_t kUser = 0x10;
constexpr std::uint32_t kSystem = 0x1F;
constexpr std::uint32_t kUndefinedMode = 0x1B;
constexpr std::uint32_t kAbortMode = 0x17;

constexpr std::uint32_t kVadd = 0xEE30'0A01;        // vadd.f32 s0, s0, s2
constexpr std::uint32_t kVaddHigh = 0xEE70'0BA1;    // vadd.f64 d16, d16, d17
constexpr std::uint32_t kVorr = 0xF220'0111;        // vorr d0, d0, d1
constexpr std::uint32_t kVdup = 0xEE80'0B10;        // vdup.32 d0, r0
constexpr std::uint32_t kVmovByte = 0xEE40'0B10;    // vmov.8 d0[0], r0
constexpr std::uint32_t kVmovWord = 0xEE00'0B10;    // vmov.32 d0[0], r0
constexpr std::uint32_t kReadFpscr = 0xEEF1'0A10;   // vmrs r0, fpscr
constexpr std::uint32_t kReadFpexc = 0xEEF8'0A10;   // vmrs r0, fpexc
constexpr std::uint32_t kWriteFpexc = 0xEEE8'0A10;  // vmsr fpexc, r0
constexpr std::uint32_t kReadFpsid = 0xEEF0'0A10;   // vmrs r0, fpsid
constexpr std::uint32_t kReadMvfr0 = 0xEEF7'0A10;   // vmrs r0, mvfr0
constexpr std::uint32_t kReadMvfr1 = 0xEEF6'0A10;   // vmrs r0, mvfr1
constexpr std::uint32_t kReadFpinst = 0xEEF9'0A10;  // vmrs r0, fpinst
constexpr std::uint32_t kWriteCpacr = 0xEE01'0F50;  // mcr p15, 0, r0, c1, c0, 2

constexpr std::uint32_t kFullAccess = 0x00F0'0000;
constexpr std::uint32_t kPrivilegedAccess = 0x0050'0000;
constexpr std::uint32_t kAsedis = 0x8000'0000;
constexpr std::uint32_t kD32dis = 0x4000'0000;
constexpr std::uint32_t kEnable = 0x4000'0000;

/// One instruction under CPACR and FPEXC.
struct VfpBench : CoreBench {
  explicit VfpBench(std::uint32_t cpacr = kFullAccess, std::uint32_t fpexc = kEnable) {
    system.cpacr_value = cpacr;
    fpexc_ = fpexc;
  }
  /// Whether `word` can be executed in `mode`.
  bool executes(std::uint32_t word, std::uint32_t mode = kUser) {
    a32({word, kStopA32});
    core.state().extension.set_fpexc(fpexc_);
    core.set_cpsr(mode);
    block();
    return this->mode() == mode;
  }
  ExtensionRegisters& extension() { return core.state().extension; }

 private:
  std::uint32_t fpexc_;
};

}  // namespace

TEST_CASE("VFP and Advanced SIMD are UNDEFINED after reset", "[isa][vfp]") {
  const std::uint32_t word = GENERATE(kVadd, kVaddHigh, kVorr, kReadFpscr, kReadFpexc, kReadMvfr0);
  CHECK_FALSE(VfpBench{0, 0}.executes(word, kSystem));
}

TEST_CASE("CPACR opens VFP to privileged modes, or to all", "[isa][vfp]") {
  CHECK(VfpBench{kPrivilegedAccess}.executes(kVadd, kSystem));
  CHECK_FALSE(VfpBench{kPrivilegedAccess}.executes(kVadd, kUser));
  CHECK(VfpBench{kFullAccess}.executes(kVadd, kUser));
}

TEST_CASE("without FPEXC.EN only the registers that tell what is there are open", "[isa][vfp]") {
  CHECK_FALSE(VfpBench(kFullAccess, 0).executes(kVadd, kSystem));
  CHECK_FALSE(VfpBench(kFullAccess, 0).executes(kVorr, kSystem));
  CHECK_FALSE(VfpBench(kFullAccess, 0).executes(kReadFpscr, kSystem));
  CHECK_FALSE(VfpBench(kFullAccess, 0).executes(kReadFpexc, kUser));
  for (const std::uint32_t word : {kReadFpexc, kReadFpsid, kReadMvfr0, kReadMvfr1})
    CHECK(VfpBench(kFullAccess, 0).executes(word, kSystem));
}

TEST_CASE("User mode has no system register of VFP but FPSCR", "[isa][vfp]") {
  CHECK(VfpBench{}.executes(kReadFpscr));
  for (const std::uint32_t word : {kReadFpexc, kWriteFpexc, kReadFpsid, kReadMvfr0, kReadMvfr1})
    CHECK_FALSE(VfpBench{}.executes(word));
}

TEST_CASE("FPINST is not there", "[isa][vfp]") {
  CHECK_FALSE(VfpBench{}.executes(kReadFpinst, kSystem));
}

TEST_CASE("ASEDIS closes Advanced SIMD, with the transfers that only it has", "[isa][vfp]") {
  CHECK_FALSE(VfpBench{kFullAccess | kAsedis}.executes(kVdup));
  CHECK_FALSE(VfpBench{kFullAccess | kAsedis}.executes(kVmovByte));
  CHECK(VfpBench{kFullAccess | kAsedis}.executes(kVmovWord));
  CHECK(VfpBench{kFullAccess | kAsedis}.executes(kVaddHigh));
  CHECK(VfpBench{kFullAccess}.executes(kVdup));
}

TEST_CASE("D32DIS closes D16 to D31", "[isa][vfp]") {
  CHECK_FALSE(VfpBench{kFullAccess | kD32dis}.executes(kVaddHigh));
  CHECK(VfpBench{kFullAccess | kD32dis}.executes(kVadd));
  CHECK_FALSE(VfpBench{kFullAccess | kD32dis}.executes(0xECD1'0B04));  // vldmia r1, {d16-d17}
  // vldmia r1, {d15-d16}
  CHECK_FALSE(VfpBench{kFullAccess | kD32dis}.executes(0xEC91'FB04));
}

TEST_CASE("an instruction of disabled VFP is undefined with LR after it", "[isa][vfp]") {
  const bool thumb = GENERATE(false, true);
  CoreBench b;
  if (thumb) {
    b.t32({0xEE30, 0x0A01});
  } else {
    b.a32({kVadd});
  }
  b.core.set_cpsr(thumb ? 0x30 : kUser);
  b.block();
  CHECK(b.core.pc() == 0x04);
  CHECK(b.mode() == kUndefinedMode);
  CHECK(b.core.reg(14) == CoreBench::kCode + (thumb ? 2 : 4));
}

TEST_CASE("VFP follows CPACR and FPEXC as they are written", "[isa][vfp]") {
  CoreBench b;
  // The fake keeps what is written as a coprocessor register and shows cpacr_value.
  b.system.cpacr_value = 0;
  b.a32({kWriteCpacr, kWriteFpexc, kVadd, CoreBench::kStopA32});
  b.core.set_reg(0, kFullAccess | kEnable);
  b.system.cpacr_value = kFullAccess;
  b.run();
  CHECK(b.core.pc() == CoreBench::kCode + 16);
  CHECK(b.core.state().extension.fpexc() == kEnable);
}

TEST_CASE("the identification registers of VFP are a Cortex-A9's", "[isa][vfp]") {
  VfpBench b;
  b.executes(kReadFpsid, kSystem);
  CHECK(b.core.reg(0) == 0x4103'3090);
  b.executes(kReadMvfr0, kSystem);
  CHECK(b.core.reg(0) == 0x1011'0222);
  b.executes(kReadMvfr1, kSystem);
  CHECK(b.core.reg(0) == 0x0111'1111);
}

TEST_CASE("FPSCR keeps flags, modes and exceptions, and no trap enables", "[isa][vfp]") {
  VfpBench b;
  b.a32({0xEEE1'0A10, kReadFpscr, CoreBench::kStopA32});  // vmsr fpscr, r0
  b.extension().set_fpexc(kEnable);
  b.core.set_reg(0, 0xFFFF'FFFF);
  b.run();
  CHECK(b.extension().fpscr == 0xFFF7'009F);
}

TEST_CASE("VMRS APSR_nzcv gives the core the flags of a comparison", "[isa][vfp]") {
  VfpBench b;
  // vcmp.f32 s0, s1; vmrs APSR_nzcv, fpscr
  b.a32({0xEEB4'0A60, 0xEEF1'FA10, CoreBench::kStopA32});
  b.extension().set_fpexc(kEnable);
  b.extension().set_s(0, 0x3F80'0000);
  b.extension().set_s(1, 0x7FC0'0000);
  b.run();
  CHECK(b.core.cpsr() >> 28 == 0b0011);
}

TEST_CASE("a short vector is left to software: FPEXC.DEX and Undefined", "[isa][vfp]") {
  VfpBench b;
  b.a32({kVadd});
  b.extension().set_fpexc(kEnable);
  b.extension().fpscr = 1U << 16;
  b.core.set_cpsr(kUser);
  b.block();
  CHECK(b.mode() == kUndefinedMode);
  CHECK(b.extension().fpexc() == (kEnable | 1U << 29));
  CHECK(b.extension().s(0) == 0);
}

TEST_CASE("VLDR and VLDM fault unless word-aligned, and change nothing", "[isa][vfp]") {
  const std::uint32_t word = GENERATE(0xED91'0B00U,   // vldr d0, [r1]
                                      0xECB1'0B04U,   // vldmia r1!, {d0-d1}
                                      0xED81'0A00U);  // vstr s0, [r1]
  VfpBench b;
  b.a32({word});
  b.extension().set_fpexc(kEnable);
  b.extension().d[0] = 5;
  b.core.set_reg(1, CoreBench::kData + 2);
  b.block();
  CHECK(b.mode() == kAbortMode);
  CHECK(b.memory.alignment_faults == 1);
  CHECK(b.memory.last_fault_write == (word == 0xED81'0A00U));
  CHECK(b.core.reg(14) == CoreBench::kCode + 8);
  CHECK(b.core.reg(1) == CoreBench::kData + 2);
  CHECK(b.extension().d[0] == 5);
}

TEST_CASE("a VLDM that aborts in its middle has loaded nothing", "[isa][vfp]") {
  VfpBench b;
  b.a32({0xECB1'0B04});  // vldmia r1!, {d0-d1}
  b.extension().set_fpexc(kEnable);
  b.extension().d[0] = 5;
  b.core.set_reg(1, CoreBench::kData + FlatMemory::kPage - 12);
  b.block();
  CHECK(b.mode() == kAbortMode);
  CHECK(b.memory.last_fault == CoreBench::kData + FlatMemory::kPage);
  CHECK(b.core.reg(1) == CoreBench::kData + FlatMemory::kPage - 12);
  CHECK(b.extension().d[0] == 5);
}

TEST_CASE("in big-endian state the upper half of a double is at the lower address", "[isa][vfp]") {
  VfpBench b;
  b.a32({0xF101'0200, 0xED91'0B00, 0xED81'0B02, CoreBench::kStopA32});  // setend be; vldr; vstr
  b.extension().set_fpexc(kEnable);
  b.memory.write_word(CoreBench::kData, 0x4433'2211);
  b.memory.write_word(CoreBench::kData + 4, 0x8877'6655);
  b.core.set_reg(1, CoreBench::kData);
  b.run();
  CHECK(b.extension().d[0] == 0x1122'3344'5566'7788);
  CHECK(b.memory.read_word(CoreBench::kData + 8) == 0x4433'2211);
  CHECK(b.memory.read_word(CoreBench::kData + 12) == 0x8877'6655);
}

TEST_CASE("a literal VLDR counts from the word-aligned PC", "[isa][vfp]") {
  VfpBench b;
  // nop; vldr s0, [pc, #4], from the nop that is after the stop on
  b.t32({0xBF00, 0xED9F, 0x0A01, CoreBench::kStopT32, 0xBF00, 0x5678, 0x1234});
  b.extension().set_fpexc(kEnable);
  b.run();
  CHECK(b.extension().s(0) == 0x5678'BF00);
}

TEST_CASE("a VFP result that is used at once costs its latency", "[isa][vfp][timing]") {
  const auto cycles = [](std::uint32_t second) {
    VfpBench b;
    b.a32({kVadd, second, CoreBench::kStopA32});
    b.extension().set_fpexc(kEnable);
    b.run();
    return b.clock.now;
  };
  CHECK(cycles(kVadd) == cycles(0xEE31'1A03) + 3);        // vadd.f32 s2, s2, s6 waits for nothing
  CHECK(cycles(0xEE10'1A10) == cycles(0xEE11'1A10) + 3);  // vmov r1, s0 waits; vmov r1, s2
  CHECK(cycles(0xEEB4'0A41) == cycles(0xEEB4'1A43) + 3);  // vcmp.f32 s0, s2 waits; vcmp s2, s6
  // vdiv.f64 d2, d2, d3 takes 20 where vadd.f64 takes 1.
  CHECK(cycles(0xEE82'2B03) == cycles(0xEE32'2B03) + 19);
}

}  // namespace linefill::test
