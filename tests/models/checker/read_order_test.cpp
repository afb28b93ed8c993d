// SPDX-License-Identifier: Apache-2.0
// Data that were loaded before what says that they are there. The ids of real bugs are those of the
// corpus that the checker is measured on.
#include "models/cpu/isa/core_state.hpp"
#include "tests/models/checker/repro.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr PhysicalAddress kData{kArea + 0x1008};
constexpr PhysicalAddress kFlag{kArea + 0x2000};
constexpr PhysicalAddress kStatus{0x1020'0024};

/// What devices write while an early load waits for the one it overtook.
struct OrderBench {
  OrderBench() {
    checker.name_master(kTheDevice, "/device");
    checker.name_master(kPortDevice, "/other");
    checker.name_client(kTheDevice, "/client");
    checker.set_register_owner([this](PhysicalAddress) { return owner; });
  }
  void overtake(PhysicalAddress earlier, bool in_memory) {
    checker.load_overtook({kData, 4, earlier, 4, 0x1000, in_memory}, Time{1});
  }
  void write(PhysicalAddress at, std::uint32_t size, MasterId master = kTheDevice) {
    checker.device_wrote(at, size, {{}, {master, 0x3000, 1}}, Time{2});
  }
  void use(bool news = true) {
    checker.overtaken_load_done(news, Time{3});
    checker.early_load_used({MasterId::kProcessor, 0x1010, 1}, Time{4});
  }

  FindingLog findings;
  Ledger ledger;
  Checker checker{findings, ledger};
  std::string owner = "/device";
};

}  // namespace

TEST_CASE_METHOD(OrderBench, "A flag in memory that its device set after the data", "[checker]") {
  overtake(kFlag, true);
  write(kData, 4);
  write(kFlag, 4);
  use();
  REQUIRE(findings.all().size() == 1);
  const Finding& finding = findings.all().front();
  CHECK(finding.kind == FindingKind::kReadNotOrdered);
  CHECK(finding.severity == Severity::kError);
  CHECK(finding.cause == "memory");
  CHECK(finding.address == raw(kData));
  CHECK(finding.length == 4);
  CHECK(finding.reader.agent == "cpu0");
  CHECK(finding.reader.pc == 0x1010);
  CHECK(finding.writer.agent == "/device");
  CHECK(finding.writer.pc == 0x3000);
  REQUIRE(finding.guard);
  CHECK(finding.guard->pc == 0x1000);
  CHECK(finding.guard_address == raw(kFlag));
  CHECK(finding.missing.starts_with("dma_rmb()"));
}

TEST_CASE_METHOD(OrderBench, "A register of the device, or of one that it serves", "[checker]") {
  owner = GENERATE("/device", "/client");
  overtake(kStatus, false);
  write(kData + 2, 8);
  use();
  REQUIRE(findings.all().size() == 1);
  CHECK(findings.all().front().cause == "register");
  CHECK(findings.all().front().address == raw(kData) + 2);
  CHECK(findings.all().front().length == 2);
  CHECK(findings.all().front().missing.starts_with("rmb()"));
}

TEST_CASE_METHOD(OrderBench, "What says nothing about the data orders nothing", "[checker]") {
  SECTION("the flag has the value that it had") {
    overtake(kFlag, true);
    write(kData, 4);
    write(kFlag, 4);
    use(false);
  }
  SECTION("the flag was set before the data") {
    overtake(kFlag, true);
    write(kFlag, 4);
    write(kData, 4);
    use();
  }
  SECTION("another device has set the flag") {
    overtake(kFlag, true);
    write(kData, 4);
    write(kFlag, 4, kPortDevice);
    use();
  }
  SECTION("it is a register of another device") {
    owner = "/timer";
    overtake(kStatus, false);
    write(kData, 4);
    use();
  }
  SECTION("other bytes were written") {
    overtake(kStatus, false);
    write(kData + 4, 4);
    use();
  }
  SECTION("the data were written after the other load was done") {
    overtake(kStatus, false);
    checker.overtaken_load_done(true, Time{2});
    write(kData, 4);
    checker.early_load_used({MasterId::kProcessor, 0x1010, 1}, Time{4});
  }
  SECTION("they were written before, and another load was done early since") {
    overtake(kStatus, false);
    write(kData, 4);
    overtake(kStatus, false);
    use();
  }
  CHECK(findings.all().empty());
}

namespace {

/// `ldr r0, [r4]; cmp r0, #0; beq .-8; (dmb;) ldr r1, [r5]`: its loads, as a core makes them.
Seen wait_and_load(CheckerBench& b, bool fixed, std::uint32_t flag, std::uint32_t data) {
  constexpr std::uint32_t kCode = kArea + 0x8000;
  std::vector<std::uint32_t> code{0xE594'0000, 0xE350'0000, 0x0AFF'FFFC};
  if (fixed) code.push_back(0xF57F'F05F);
  code.push_back(0xE595'1000);
  for (std::size_t i = 0; i < code.size(); ++i)
    b.board.set_word(kCode + 4 * static_cast<std::uint32_t>(i), code[i]);
  const auto at = [&](std::size_t step) {
    b.memory.pc = kCode + 4 * static_cast<std::uint32_t>(step);
    b.memory.at_instruction(b.memory.pc, code[step]);
  };
  const auto load = [&](std::size_t step, std::uint32_t va) {
    at(step);
    std::uint32_t value = 0;
    REQUIRE(b.memory.load(va, value));
    return value;
  };
  CoreState state;
  state.r[4] = flag;
  state.r[5] = data;
  b.memory.set_program(state);
  b.memory.set_adversary({.early_load = true, .seed = 3});
  Seen seen;
  for (std::uint32_t round = 1; round <= 100 && seen.got == seen.right; ++round) {
    b.device_write(raw(kFlag), 0);
    const Time done = b.now() + 3us;
    b.meanwhile = [&b, round, done] {
      if (b.now() < done || b.board.word(raw(kFlag)) != 0) return;
      b.device_write(raw(kData), round);
      b.device_write(raw(kFlag), 1);
    };
    while (load(0, flag) == 0) {
      at(1);
      at(2);
    }
    for (std::size_t step = 1; step + 1 < code.size(); ++step) at(step);
    if (fixed) b.dmb();
    seen = {load(code.size() - 1, data), round};
  }
  b.meanwhile = {};
  b.memory.set_adversary({});
  return seen;
}

}  // namespace

TEST_CASE("C14-05 Linux ixgbe: a descriptor is read before the status bit that was checked",
          "[checker][repro]") {
  play({"read_not_ordered"}, [](CheckerBench& b, bool fixed) {
    return wait_and_load(b, fixed, raw(kFlag) + kUncached, raw(kData) + kUncached);
  });
}
