// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr std::uint8_t kIt = 0xE8;  // IT AL: one instruction.

bool unpredictable_a32(std::uint32_t word) {
  return decode_a32(word).handler == &isa::execute_unpredictable;
}
bool unpredictable_t32(std::uint32_t word, std::uint8_t it = 0) {
  return decode_t32(word, it).handler == &isa::execute_unpredictable;
}

}  // namespace

TEST_CASE("BXJ to the PC is UNPREDICTABLE, BX is not", "[isa][decode]") {
  CHECK(unpredictable_a32(0xE12F'FF2F));  // bxj pc (A8.8.28)
  CHECK(unpredictable_t32(0xF3CF'8F00));
  CHECK_FALSE(unpredictable_a32(0xE12F'FF2E));
  CHECK_FALSE(unpredictable_t32(0xF3CE'8F00));
  CHECK_FALSE(unpredictable_a32(0xE12F'FF1F));  // bx pc
  CHECK_FALSE(unpredictable_t32(0x4778));
}

TEST_CASE("PLDW of A32 cannot have the PC as its base, PLD can", "[isa][decode]") {
  CHECK(unpredictable_a32(0xF51F'F010));  // pldw [pc, #-16] (A5.7.1)
  CHECK(unpredictable_a32(0xF71F'F001));  // pldw [pc, -r1]
  CHECK_FALSE(unpredictable_a32(0xF55F'F010));
  CHECK_FALSE(unpredictable_a32(0xF75F'F001));
  CHECK_FALSE(unpredictable_a32(0xF511'F010));
}

TEST_CASE("LDM and STM of 32 bits in T32 need two registers", "[isa][decode]") {
  CHECK(unpredictable_t32(0xE890'0002));  // ldm.w r0, {r1} (A8.8.58)
  CHECK(unpredictable_t32(0xE910'0002));  // ldmdb r0, {r1}
  CHECK(unpredictable_t32(0xE880'0002));  // stm.w r0, {r1}
  CHECK(unpredictable_t32(0xE900'0002));  // stmdb r0, {r1}
  CHECK_FALSE(unpredictable_t32(0xE890'0006));
  CHECK_FALSE(unpredictable_t32(0xE900'0006));
  CHECK_FALSE(unpredictable_a32(0xE890'0002));
}

TEST_CASE("MOVS of low registers is not permitted in an IT block, shifts are", "[isa][decode]") {
  CHECK(unpredictable_t32(0x0008, kIt));  // movs r0, r1 (A8.8.103, T2)
  CHECK_FALSE(unpredictable_t32(0x0008));
  CHECK_FALSE(unpredictable_t32(0x0048, kIt));  // lsl r0, r1, #1
  CHECK_FALSE(unpredictable_t32(0x0808, kIt));  // lsr r0, r1, #32
}

TEST_CASE("STRT of A32 may store the PC, as STR may", "[isa][load-store]") {
  CoreBench b;
  b.a32({0xE4A1'F004, CoreBench::kStopA32});  // strt pc, [r1], #4 (A8.8.219)
  b.core.set_reg(1, CoreBench::kData);
  b.run();
  CHECK(b.memory.read_word(CoreBench::kData) == CoreBench::kCode + 8);
  CHECK(b.core.reg(1) == CoreBench::kData + 4);
  CHECK(unpredictable_a32(0xE4E1'F004));  // strbt pc
  CHECK(unpredictable_a32(0xE4B1'F004));  // ldrt pc
  CHECK(unpredictable_t32(0xF841'FE04));
}

}  // namespace linefill::test
