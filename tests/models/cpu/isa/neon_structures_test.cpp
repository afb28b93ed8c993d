// SPDX-License-Identifier: Apache-2.0
// Loads and stores of elements and structures (ARM DDI 0406C, A3.2.1, A4.11, A7.7): faults,
// alignment, byte order. What they compute otherwise: tests/conformance/lockstep.
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr std::uint32_t kVld1Byte4 = 0xF421'020D;     // vld1.8 {d0-d3}, [r1]!
constexpr std::uint32_t kVld1Align64 = 0xF421'079F;   // vld1.32 {d0}, [r1:64]
constexpr std::uint32_t kVld1Align128 = 0xF421'0AEF;  // vld1.64 {d0, d1}, [r1:128]
constexpr std::uint32_t kVld1Align256 = 0xF421'023F;  // vld1.8 {d0-d3}, [r1:256]
constexpr std::uint32_t kVld2Half = 0xF421'084F;      // vld2.16 {d0, d1}, [r1]
constexpr std::uint32_t kVld2Spaced = 0xF421'0902;    // vld2.8 {d0, d2}, [r1], r2
constexpr std::uint32_t kVld3 = 0xF421'040D;          // vld3.8 {d0-d2}, [r1]!
constexpr std::uint32_t kVld4Spaced = 0xF421'018D;    // vld4.32 {d0, d2, d4, d6}, [r1]!
constexpr std::uint32_t kVst1Byte4 = 0xF401'020D;     // vst1.8 {d0-d3}, [r1]!
constexpr std::uint32_t kVst4 = 0xF401'000F;          // vst4.8 {d0-d3}, [r1]
constexpr std::uint32_t kVld1Lane = 0xF4A1'049F;      // vld1.16 {d0[2]}, [r1:16]
constexpr std::uint32_t kVld4Lane = 0xF4A1'077D;      // vld4.16 {d0[1], d2[1] ...}, [r1:64]!
constexpr std::uint32_t kVst2Lane = 0xF481'099F;      // vst2.32 {d0[1], d1[1]}, [r1:64]
constexpr std::uint32_t kVld1All = 0xF4A1'0C2D;       // vld1.8 {d0[], d1[]}, [r1]!
constexpr std::uint32_t kVld4All128 = 0xF4A1'0FDF;    // vld4.32 {d0[] ... d3[]}, [r1:128]
constexpr std::uint32_t kVld1Double = 0xF421'07CF;    // vld1.64 {d0}, [r1]
constexpr std::uint32_t kVst1Double = 0xF401'07CF;    // vst1.64 {d0}, [r1]
constexpr std::uint32_t kVld1Half = 0xF421'074F;      // vld1.16 {d0}, [r1]
constexpr std::uint32_t kVld1Word4 = 0xF421'028F;     // vld1.32 {d0-d3}, [r1]
constexpr std::uint32_t kVst1Word4 = 0xF401'028F;     // vst1.32 {d0-d3}, [r1]

constexpr std::uint32_t kDataAbort = 0x10;

/// Eight bytes that count up from `first`.
constexpr std::uint64_t counting(std::uint32_t first) {
  return 0x0706'0504'0302'0100 + 0x0101'0101'0101'0101 * std::uint64_t{first};
}

/// One instruction over data whose bytes count up from 0, D registers whose bytes are 0xA0 and up.
struct StructureBench : CoreBench {
  explicit StructureBench(bool inline_path = true) : CoreBench{inline_path} {
    memory.map(kData + 0x1000);
    for (std::uint32_t at = 0; at < 0x2000; at += 4)
      memory.write_word(kData + at, 0x0302'0100 + 0x0404'0404 * (at / 4 % 64));
  }
  void run_at(std::uint32_t word, std::uint32_t base, bool big_endian = false) {
    a32({word, kStopA32});
    ExtensionRegisters& x = extension();
    x.set_access_control(0x00F0'0000);
    x.set_fpexc(fpexc::kEn);
    for (unsigned i = 0; i < 8; ++i) x.d[i] = counting(0xA0 + 8 * i);
    core.set_reg(1, base);
    core.set_reg(2, 5);
    if (big_endian) core.set_cpsr(core.cpsr() | psr::kE);
    block();
  }
  bool aborted() const { return core.pc() == kDataAbort; }
  ExtensionRegisters& extension() { return core.state().extension; }
  std::uint64_t d(unsigned n) { return extension().d[n]; }
};

}  // namespace

TEST_CASE("VLD1 loads registers one after the other, from any address", "[isa][neon]") {
  const bool inline_path = GENERATE(false, true);
  const std::uint32_t offset = GENERATE(0U, 3U, 17U);
  StructureBench b{inline_path};
  for (unsigned pass = 0; pass < 2; ++pass) {
    b.run_at(kVld1Byte4, CoreBench::kData + offset);
    for (unsigned i = 0; i < 4; ++i) CHECK(b.d(i) == counting(8 * i + offset));
    CHECK(b.core.reg(1) == CoreBench::kData + offset + 32);
  }
}

TEST_CASE("VLD1 of a line that hits makes no call", "[isa][neon]") {
  StructureBench b;
  b.run_at(kVld1Byte4, CoreBench::kData);
  const std::uint64_t before = b.memory.slow_accesses;
  b.run_at(kVld1Byte4, CoreBench::kData);
  CHECK(b.memory.slow_accesses == before);
}

TEST_CASE("VLD2, VLD3 and VLD4 take structures apart", "[isa][neon]") {
  StructureBench b;
  b.run_at(kVld2Half, CoreBench::kData);
  CHECK(b.d(0) == 0x0D0C'0908'0504'0100);
  CHECK(b.d(1) == 0x0F0E'0B0A'0706'0302);
  b.run_at(kVld2Spaced, CoreBench::kData);
  CHECK(b.d(0) == 0x0E0C'0A08'0604'0200);
  CHECK(b.d(1) == 0xAFAE'ADAC'ABAA'A9A8);
  CHECK(b.d(2) == 0x0F0D'0B09'0705'0301);
  CHECK(b.core.reg(1) == CoreBench::kData + 5);
  b.run_at(kVld3, CoreBench::kData);
  CHECK(b.d(0) == 0x1512'0F0C'0906'0300);
  CHECK(b.d(2) == 0x1714'110E'0B08'0502);
  CHECK(b.core.reg(1) == CoreBench::kData + 24);
  b.run_at(kVld4Spaced, CoreBench::kData);
  CHECK(b.d(0) == 0x1312'1110'0302'0100);
  CHECK(b.d(6) == 0x1F1E'1D1C'0F0E'0D0C);
  CHECK(b.core.reg(1) == CoreBench::kData + 32);
}

TEST_CASE("VST4 puts structures together", "[isa][neon]") {
  StructureBench b;
  b.run_at(kVst4, CoreBench::kData);
  CHECK(b.memory.read_word(CoreBench::kData) == 0xB8B0'A8A0);
  CHECK(b.memory.read_word(CoreBench::kData + 28) == 0xBFB7'AFA7);
}

TEST_CASE("one lane is loaded, the others stay", "[isa][neon]") {
  StructureBench b;
  b.run_at(kVld1Lane, CoreBench::kData + 6);
  CHECK(b.d(0) == 0xA7A6'0706'A3A2'A1A0);
  b.run_at(kVld4Lane, CoreBench::kData + 8);
  CHECK(b.d(0) == 0xA7A6'A5A4'0908'A1A0);
  CHECK(b.d(6) == 0xD7D6'D5D4'0F0E'D1D0);
  CHECK(b.core.reg(1) == CoreBench::kData + 16);
  b.run_at(kVst2Lane, CoreBench::kData);
  CHECK(b.memory.read_word(CoreBench::kData) == 0xA7A6'A5A4);
  CHECK(b.memory.read_word(CoreBench::kData + 4) == 0xAFAE'ADAC);
}

TEST_CASE("one structure is loaded to all lanes", "[isa][neon]") {
  StructureBench b;
  b.run_at(kVld1All, CoreBench::kData + 9);
  CHECK(b.d(0) == 0x0909'0909'0909'0909);
  CHECK(b.d(1) == b.d(0));
  CHECK(b.core.reg(1) == CoreBench::kData + 10);
  b.run_at(kVld4All128, CoreBench::kData + 16);
  CHECK(b.d(0) == 0x1312'1110'1312'1110);
  CHECK(b.d(3) == 0x1F1E'1D1C'1F1E'1D1C);
}

TEST_CASE("an address that is less aligned than the instruction says faults", "[isa][neon]") {
  const auto [word, alignment] = GENERATE(table<std::uint32_t, std::uint32_t>({
      {kVld1Align64, 8},
      {kVld1Align128, 16},
      {kVld1Align256, 32},
      {kVld1Lane, 2},
      {kVld4Lane, 8},
      {kVst2Lane, 8},
      {kVld4All128, 16},
  }));
  CAPTURE(word);
  StructureBench b;
  b.run_at(word, CoreBench::kData + alignment);
  CHECK_FALSE(b.aborted());
  b.run_at(word, CoreBench::kData + alignment / 2);
  CHECK(b.aborted());
  CHECK(b.memory.alignment_faults == 1);
  CHECK(b.memory.last_fault == CoreBench::kData + alignment / 2);
  CHECK(b.memory.last_fault_write == (word == kVst2Lane));
}

TEST_CASE("SCTLR.A makes unaligned doublewords fault, unless elements are smaller", "[isa][neon]") {
  StructureBench b;
  b.system.sctlr_value |= 2;
  b.run_at(kVld1Double, CoreBench::kData + 8);
  CHECK_FALSE(b.aborted());
  b.run_at(kVld1Half, CoreBench::kData + 4);
  CHECK_FALSE(b.aborted());
  b.run_at(kVld1Double, CoreBench::kData + 4);
  CHECK(b.aborted());
  b.run_at(kVst1Double, CoreBench::kData + 4);
  CHECK(b.aborted());
  CHECK(b.memory.alignment_faults == 2);
  b.system.sctlr_value &= ~2U;
  b.run_at(kVld1Double, CoreBench::kData + 4);
  CHECK_FALSE(b.aborted());
}

TEST_CASE("a load that aborts at its last bytes changes no register", "[isa][neon]") {
  const std::uint32_t word = GENERATE(kVld1Byte4, kVld1Word4, kVld4Spaced, kVld3);
  StructureBench b;
  const std::uint32_t base = CoreBench::kData + 0x2000 - 20;
  b.run_at(word, base);
  CAPTURE(word);
  CHECK(b.aborted());
  CHECK(b.memory.last_fault == CoreBench::kData + 0x2000);
  CHECK(b.core.reg(1) == base);
  for (unsigned i = 0; i < 8; ++i) CHECK(b.d(i) == counting(0xA0 + 8 * i));
}

TEST_CASE("a store that aborts at its last bytes leaves its base", "[isa][neon]") {
  StructureBench b;
  const std::uint32_t base = CoreBench::kData + 0x2000 - 16;
  b.run_at(kVst1Byte4, base);
  CHECK(b.aborted());
  CHECK(b.memory.last_fault_write);
  CHECK(b.core.reg(1) == base);
}

TEST_CASE("in big-endian state the bytes of each element are swapped", "[isa][neon]") {
  StructureBench b;
  b.run_at(kVld1Byte4, CoreBench::kData, true);
  CHECK(b.d(0) == 0x0706'0504'0302'0100);
  b.run_at(kVld1Half, CoreBench::kData, true);
  CHECK(b.d(0) == 0x0607'0405'0203'0001);
  b.run_at(kVld1Word4, CoreBench::kData, true);
  CHECK(b.d(0) == 0x0405'0607'0001'0203);
  b.run_at(kVld1Double, CoreBench::kData, true);
  CHECK(b.d(0) == 0x0001'0203'0405'0607);
  b.run_at(kVst1Word4, CoreBench::kData, true);
  CHECK(b.memory.read_word(CoreBench::kData) == 0xA0A1'A2A3);
  b.run_at(kVst1Double, CoreBench::kData, true);
  CHECK(b.memory.read_word(CoreBench::kData) == 0xA4A5'A6A7);
}

TEST_CASE("registers beyond D31, and the PC as base, are UNPREDICTABLE", "[isa][neon]") {
  // vld1.8 {d30-d33}, [r1]; vld4.8 {d29, d31, d33, d35}, [r1]; vld1.8 {d0}, [pc]
  const std::uint32_t word = GENERATE(0xF461'E20FU, 0xF461'D10FU, 0xF42F'070FU);
  StructureBench b;
  b.run_at(word, CoreBench::kData);
  CHECK(b.mode() == 0x1B);
  CHECK(b.core.unpredictable_instructions() == 1);
}

}  // namespace linefill::test
