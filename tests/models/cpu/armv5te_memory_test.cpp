// SPDX-License-Identifier: Apache-2.0
// ARM DDI 0100I, A2.7.3: alignment of ARMv5; and the barriers and operations that go on to an outer
// cache which CP15 operates.
#include <string>

#include "models/cpu/memory_system.hpp"
#include "tests/models/cpu/core_bench.hpp"

namespace linefill {
namespace {

using namespace test;

struct Armv5Bench : CoreBench {
  Armv5Bench() : CoreBench{configuration()} {}

  static MemorySystem::Configuration configuration() {
    MemorySystem::Configuration c;
    c.rotates_unaligned = true;
    c.speculates = false;
    return c;
  }
};

TEST_CASE_METHOD(Armv5Bench, "ARMv5: an unaligned word is the aligned one, rotated",
                 "[cpu][armv5te]") {
  store(kCached, 0x4433'2211);
  for (int again = 0; again < 2; ++again) {  // With the line in the line map, too.
    CHECK(load(kCached) == 0x4433'2211);
    CHECK(load(kCached + 1) == 0x1144'3322);
    CHECK(load(kCached + 2) == 0x2211'4433);
    CHECK(load(kCached + 3) == 0x3322'1144);
  }
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5: stores and halfwords ignore the lowest bits of the address",
                 "[cpu][armv5te]") {
  store(kCached, 0);
  store(kCached + 3, 0x4433'2211);
  CHECK(load(kCached) == 0x4433'2211);
  std::uint16_t half = 0;
  REQUIRE(memory.load<std::uint16_t>(kCached + 3, half));
  CHECK(half == 0x4433);
  REQUIRE(memory.store<std::uint16_t>(kCached + 1, std::uint16_t{0xAAAA}));
  CHECK(load(kCached) == 0x4433'AAAA);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5: with the A bit an unaligned access is a fault",
                 "[cpu][armv5te]") {
  memory.mmu().registers().sctlr |= TranslationRegisters::kA;
  memory.registers_changed(CacheOperations::Changed::kControl);
  std::uint32_t value = 0;
  CHECK_FALSE(memory.load<std::uint32_t>(kCached + 1, value));
}

}  // namespace
}  // namespace linefill
