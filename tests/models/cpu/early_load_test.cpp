// SPDX-License-Identifier: Apache-2.0
// ARM ARM DDI 0406C, A3.8.2: which loads another observer may see done before earlier ones.
// Programs are assembled by hand (A8.8).
#include <initializer_list>

#include "models/cpu/isa/core.hpp"
#include "tests/models/cpu/core_bench.hpp"
#include "tests/models/cpu/isa/flat_memory.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kCodeAt = 0x1000;
constexpr std::uint32_t kFlagAt = 0x4000;
constexpr std::uint32_t kDataAt = 0x5100;
constexpr std::uint32_t kOld = 1;
constexpr std::uint32_t kNew = 2;

constexpr std::uint32_t kLoadFlag = 0xE594'0000;  // ldr r0, [r4]
constexpr std::uint32_t kCompare = 0xE350'0000;   // cmp r0, #0
constexpr std::uint32_t kAgain = 0x0AFF'FFFC;     // beq to the load of the flag
constexpr std::uint32_t kLoadData = 0xE595'1000;  // ldr r1, [r5]
constexpr std::uint32_t kEnd = 0xEAFF'FFFE;       // b .

/// A program waits for a flag that a device sets after it has written data, and loads the data.
struct EarlyBench : CoreBench {
  explicit EarlyBench(std::uint64_t seed, const AdversaryEvents& events = {.early_load = true}) {
    AdversaryEvents all = events;
    all.seed = seed;
    memory.set_adversary(all);
    memory.set_program(core.state());
    core.follow_program(true);
    bus.set_word(kMemory + kDataAt, kOld);
    bus.on_catch_up = [this] {
      if (clock.now < 2000 || bus.word(kMemory + kFlagAt) != 0) return;
      device_writes(kMemory + kDataAt, kNew);
      device_writes(kMemory + kFlagAt, flag_value);
      if (meanwhile) meanwhile();
    };
  }

  /// Runs until `b .`, and returns r1.
  std::uint32_t run(std::initializer_list<std::uint32_t> words) {
    std::uint32_t at = kMemory + kCodeAt;
    for (const std::uint32_t word : words) {
      bus.set_word(at, word);
      at += 4;
    }
    core.reset(kCached + kCodeAt);
    core.set_reg(4, kUncached + kFlagAt);
    core.set_reg(5, data);
    core.set_reg(6, kCached + 0x6000);
    core.set_reg(7, kDevice);
    const std::uint32_t end = kCached + kCodeAt + 4 * static_cast<std::uint32_t>(words.size() - 1);
    for (unsigned i = 0; i < 10'000 && core.pc() != end; ++i) core.step();
    REQUIRE(core.pc() == end);
    return core.reg(1);
  }

  FakeSystem system{clock};
  Core core{memory, system, clock};
  std::uint32_t data = kUncached + kDataAt;
  std::uint32_t flag_value = 1;
  std::function<void()> meanwhile;
};

constexpr unsigned kSeeds = 60;

/// In how many of the runs the program loads `value` into r1, once `prepare` was called.
template <class Prepare>
unsigned runs_with(std::uint32_t value, std::initializer_list<std::uint32_t> words,
                   Prepare prepare) {
  unsigned count = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    prepare(bench);
    if (bench.run(words) == value) ++count;
  }
  return count;
}
unsigned runs_with(std::uint32_t value, std::initializer_list<std::uint32_t> words) {
  return runs_with(value, words, [](EarlyBench&) {});
}
unsigned old_behind(std::uint32_t order) {
  return runs_with(kOld, {kLoadFlag, kCompare, kAgain, order, kLoadData, kEnd});
}

}  // namespace

TEST_CASE("a load overtakes the load of a flag that its branch depends on", "[cpu][early]") {
  const unsigned old = runs_with(kOld, {kLoadFlag, kCompare, kAgain, kLoadData, kEnd});
  CHECK(old > kSeeds / 10);
  CHECK(old < kSeeds);
}

TEST_CASE("it overtakes the load of a device's register", "[cpu][early]") {
  constexpr std::uint32_t kLoadRegister = 0xE597'2000;  // ldr r2, [r7]
  unsigned old = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    bench.clock.now = 1900;  // It is done while the register is read.
    if (bench.run({kLoadRegister, kLoadData, kEnd}) == kOld && bench.bus.word(kMemory + kFlagAt))
      ++old;
  }
  CHECK(old > 0);
}

TEST_CASE("without the adversary loads are done in order", "[cpu][early]") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    EarlyBench bench{seed, {.speculative_fill = true, .late_drain = true}};
    CHECK(bench.run({kLoadFlag, kCompare, kAgain, kLoadData, kEnd}) == kNew);
  }
}

TEST_CASE("barriers order loads, and an ISB behind the branch", "[cpu][early]") {
  constexpr std::uint32_t kNop = 0xE320'F000;
  CHECK(old_behind(kNop) > 0);
  CHECK(old_behind(0xF57F'F05F) == 0);  // dmb sy
  CHECK(old_behind(0xF57F'F053) == 0);  // dmb osh
  CHECK(old_behind(0xF57F'F04F) == 0);  // dsb sy
  CHECK(old_behind(0xF57F'F06F) == 0);  // isb
  CHECK(old_behind(0xEE07'0FBA) == 0);  // mcr p15, 0, r0, c7, c10, 5: DMB
}

TEST_CASE("an address that depends on the earlier load orders the later one", "[cpu][early]") {
  constexpr std::uint32_t kZeroOf = 0xE020'2000;       // eor r2, r0, r0
  constexpr std::uint32_t kZeroAlways = 0xE3A0'2000;   // mov r2, #0
  constexpr std::uint32_t kLoadIndexed = 0xE795'1002;  // ldr r1, [r5, r2]
  CHECK(runs_with(kOld, {kLoadFlag, kCompare, kAgain, kZeroOf, kLoadIndexed, kEnd}) == 0);
  CHECK(runs_with(kOld, {kLoadFlag, kCompare, kAgain, kZeroAlways, kLoadIndexed, kEnd}) > 0);
}

TEST_CASE("so does one that depends on it by way of memory", "[cpu][early]") {
  constexpr std::uint32_t kZeroOf = 0xE020'2000;       // eor r2, r0, r0
  constexpr std::uint32_t kStore = 0xE586'2000;        // str r2, [r6]
  constexpr std::uint32_t kReload = 0xE596'3000;       // ldr r3, [r6]
  constexpr std::uint32_t kLoadIndexed = 0xE795'1003;  // ldr r1, [r5, r3]
  CHECK(runs_with(kOld, {kLoadFlag, kCompare, kAgain, kZeroOf, kStore, kReload, kLoadIndexed,
                         kEnd}) == 0);
  CHECK(runs_with(kOld, {kLoadFlag, kCompare, kAgain, kZeroOf, kReload, kLoadIndexed, kEnd}) > 0);
}

TEST_CASE("the program's own store to the bytes is seen", "[cpu][early]") {
  constexpr std::uint32_t kStore = 0xE585'6000;  // str r6, [r5]
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    CHECK(bench.run({kLoadFlag, kCompare, kAgain, kStore, kLoadData, kEnd}) == kCached + 0x6000);
  }
  // Also before the flag is loaded, while it is still in the store buffer.
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    bench.clock.now = 5000;
    bench.bus.on_catch_up = {};
    CHECK(bench.run({0xE3A0'6009, kStore, kLoadFlag, kLoadData, kEnd}) == 9);  // mov r6, #9
  }
}

TEST_CASE("loads of the same bytes are done in order", "[cpu][early]") {
  // The data are loaded twice (r3, r1) behind the flag: the second is never the older.
  constexpr std::uint32_t kLoadFirst = 0xE595'3000;  // ldr r3, [r5]
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    const std::uint32_t second =
        bench.run({kLoadFlag, kCompare, kAgain, kLoadFirst, kLoadData, kEnd});
    CHECK(second >= bench.core.reg(3));
  }
  // The flag is the data.
  CHECK(runs_with(0, {kLoadFlag, kCompare, kAgain, kLoadData, kEnd},
                  [](EarlyBench& bench) { bench.data = kUncached + kFlagAt; }) == 0);
}

TEST_CASE("an early load is dropped by an exception and on another way", "[cpu][early]") {
  // The interrupt comes with the device's flag: whoever is interrupted in between starts again.
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    bench.meanwhile = [&] { bench.memory.at_instruction(0x18, kEnd); };
    CHECK(bench.run({kLoadFlag, kCompare, kAgain, kLoadData, kEnd}) == kNew);
  }
}

TEST_CASE("neither registers nor what is not mapped are loaded early", "[cpu][early]") {
  const std::uint32_t data = GENERATE(kDevice + 8, kNothing, kDeviceMemory + kDataAt,
                                      kOrdered + kDataAt, std::uint32_t{0xE000'0000});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EarlyBench bench{seed};
    bench.data = data;
    std::vector<std::uint32_t> before;
    bench.bus.before = [&](const CoreTransaction& t) {
      if (bench.bus.word(kMemory + kFlagAt) == 0) before.push_back(raw(t.address));
    };
    constexpr std::uint32_t kNever = 0x0595'1000;  // ldreq r1, [r5]: the flag is not 0.
    bench.run({kLoadFlag, kCompare, kAgain, kNever, kEnd});
    const std::uint32_t physical = data < kMemory || data == kNothing ? data : kMemory + kDataAt;
    CHECK(std::find(before.begin(), before.end(), physical) == before.end());
    CHECK(bench.last_address == 0);
  }
}

TEST_CASE("cached data are loaded early into the cache, and from there in order", "[cpu][early]") {
  unsigned filled = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    bench.data = kCached + kDataAt;
    if (bench.run({kLoadFlag, kCompare, kAgain, kLoadData, kEnd}) == kOld) ++filled;
    CHECK(bench.l1d().find(line_of(PhysicalAddress{kMemory + kDataAt})).valid != 0);
  }
  CHECK(filled > 0);
}

TEST_CASE("a cached line that a coherent device takes away leaves an early load old",
          "[cpu][early]") {
  unsigned old = 0;
  unsigned held = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    EarlyBench bench{seed};
    bench.data = kCached + kDataAt;
    const LineNumber line = line_of(PhysicalAddress{kMemory + kDataAt});
    bench.meanwhile = [&] {
      if (bench.l1d().find(line).valid != 0) ++held;
      Time now{};
      bench.memory.snoop_write(line, {MasterId{1}, 0, 0}, now);
    };
    if (bench.run({kLoadFlag, kCompare, kAgain, kLoadData, kEnd}) == kOld) ++old;
  }
  CHECK(old > 0);
  CHECK(old < held);
}
