// SPDX-License-Identifier: Apache-2.0
// What debuggers see and change of the copies in a core.
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kAt = 0x4000;
constexpr PhysicalAddress kWhere{kMemory + kAt};

/// The word at `offset` that a place itself holds.
std::uint32_t held(const CopyHolder& holder, unsigned offset) {
  std::array<std::byte, kLineBytes> line{};
  holder.overlay(line_of(kWhere), line);
  std::uint32_t value = 0;
  std::memcpy(&value, line.data() + offset, sizeof value);
  return value;
}

std::uint32_t seen(CoreBench& core, unsigned offset) {
  std::uint32_t value = 0;
  REQUIRE(core.memory.debug_read(kWhere + offset, std::as_writable_bytes(std::span{&value, 1})));
  return value;
}

void change(CoreBench& core, unsigned offset, std::uint32_t value) {
  REQUIRE(core.memory.debug_write(kWhere + offset, std::as_bytes(std::span{&value, 1})));
}

/// The first word as 1 in the L1I, 2 in the L1D, 3 in memory; the second as 4 in the store buffer.
struct FourCopies : CoreBench {
  FourCopies() {
    bus.set_word(kMemory + kAt, 1);
    CacheLine* code = nullptr;
    REQUIRE(memory.fetch(kCached + kAt, code));
    store(kCached + kAt, 2);
    bus.set_word(kMemory + kAt, 3);
    store(kUncached + kAt + 4, 4);
  }
};

}  // namespace

TEST_CASE("a debugger is shown what each place itself holds", "[cpu][debug]") {
  FourCopies core;
  CHECK(held(core.l1i(), 0) == 1);
  CHECK(held(core.l1d(), 0) == 2);
  CHECK(held(core.l1d(), 4) == 0);
  CHECK(held(core.buffer(), 0) == 0);
  CHECK(held(core.buffer(), 4) == 4);
  CHECK(core.buffer().find(line_of(kWhere)).valid == 0xF0);
}

TEST_CASE("a debugger's read is the processor's: L1D, else store buffer, else below",
          "[cpu][debug]") {
  FourCopies core;
  CHECK(seen(core, 0) == 2);
  CHECK(seen(core, 4) == 0);
  core.invalidate(kCached + kAt);
  CHECK(seen(core, 0) == 3);
  core.store(kUncached + kAt + 4, 5);
  CHECK(seen(core, 4) == 5);
}

TEST_CASE("a debugger's write changes every copy", "[cpu][debug]") {
  FourCopies core;
  change(core, 0, 8);
  CHECK(held(core.l1i(), 0) == 8);
  CHECK(held(core.l1d(), 0) == 8);
  CHECK(core.bus.word(kMemory + kAt) == 8);
  change(core, 4, 9);
  CHECK(held(core.buffer(), 4) == 9);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kAt + 4) == 9);
}

TEST_CASE("a debugger's write puts nothing where nothing was held", "[cpu][debug]") {
  CoreBench core;
  core.store(kUncached + kAt, 4);
  change(core, 4, 9);
  CHECK(core.buffer().find(line_of(kWhere)).valid == 0xF);
  CHECK(core.l1d().find(line_of(kWhere)).valid == 0);
  CHECK(core.l1i().find(line_of(kWhere)).valid == 0);
}
