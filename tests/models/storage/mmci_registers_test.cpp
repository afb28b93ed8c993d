// SPDX-License-Identifier: Apache-2.0
#include "tests/models/storage/mmci_host.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

TEST_CASE("MMCI: every register reads its reset value", "[mmci][reset]") {
  MmciHost h;
  for (const auto& r : MmciBlock::registers()) {
    CAPTURE(r.name);
    if (r.readable() && r.offset < 0xFE0) CHECK(h.read(r.offset) == 0);
  }
}

// Typed a second time from the TRM's table of identification registers.
TEST_CASE("MMCI: the identification registers tell the variant", "[mmci][reset]") {
  MmciHost plain{MmciHost::plain()};
  const std::uint32_t expected[]{0x81, 0x11, 0x04, 0x00, 0x0D, 0xF0, 0x05, 0xB1};
  for (unsigned i = 0; i < 8; ++i) CHECK(plain.read(0xFE0 + 4 * i) == expected[i]);
  MmciHost extended{MmciHost::extended()};
  const std::uint32_t variant[]{0x80, 0x11, 0x04, 0x02};
  for (unsigned i = 0; i < 4; ++i) CHECK(extended.read(0xFE0 + 4 * i) == variant[i]);
}

TEST_CASE("MMCI: registers keep the bits the manual gives them", "[mmci][reset]") {
  MmciHost h;
  const std::pair<std::uint32_t, std::uint32_t> masks[]{
      {kMciPower, 0xFF},           {kMciClock, 0x1FFF},      {kMciArgument, 0xFFFF'FFFF},
      {kMciDataTimer, 0xFFFFFFFF}, {kMciDataLength, 0xFFFF}, {kMciMask0, 0x3F'FFFF},
      {kMciMask1, 0x3F'FFFF}};
  for (const auto& [offset, mask] : masks) {
    h.write(offset, 0xFFFF'FFFF);
    CAPTURE(offset);
    CHECK(h.read(offset) == mask);
  }
}

TEST_CASE("MMCI: MCIClear clears the static flags that are written as ones", "[mmci]") {
  MmciHost h;
  h.bring_up();
  h.write(kMciArgument, h.address);
  h.write(kMciCommand, 0x400 | 0x40 | 13);
  REQUIRE(h.wait(mci_status::kCmdRespEnd));
  h.write(kMciClear, ~mci_status::kCmdRespEnd);
  CHECK((h.status() & mci_status::kCmdRespEnd) != 0);
  h.write(kMciClear, 1U << 6);
  CHECK((h.status() & mci_status::kCmdRespEnd) == 0);
}

TEST_CASE("MMCI: the two interrupt outputs have a mask each", "[mmci]") {
  MmciHost h;
  h.bring_up();
  h.command(13, h.address);
  CHECK_FALSE(h.block.interrupt(0));
  h.write(kMciMask0, 1U << 6);
  CHECK(h.block.interrupt(0));
  CHECK_FALSE(h.block.interrupt(1));
  h.write(kMciMask1, 1U << 6);
  CHECK(h.block.interrupt(1));
}

TEST_CASE("MMCI: any writes in any order end in a state that still works", "[mmci][fuzz]") {
  std::uint32_t seed = 0x5EED'0001;
  const auto random = [&seed] {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
  };
  for (const auto& configuration : {MmciHost::plain(), MmciHost::extended()}) {
    MmciHost h{configuration};
    h.bring_up(0x900);
    for (int i = 0; i < 60'000; ++i) {
      const std::uint32_t offset = random() % 0x24 * 4;
      const std::uint32_t value = random() % 3 == 0 ? random() : random() & 0xFFF;
      if (random() % 4 == 0) {
        h.read(offset);
      } else {
        h.write(offset, value);
      }
      if (random() % 8 == 0) h.write(kMciPower, 3);
      if (random() % 8 == 0) h.write(kMciClock, 0x100 | (random() & 0x1800));
      h.now += Time{random() % 30'000'000};
      const Time before = h.now;
      h.block.advance(h.now);
      CHECK(h.block.next_event() > before);
    }
    h.block.reset();
    h.address = 0;
    h.bring_up();
    h.expect_data(512);
    h.command(17, 1);
    CHECK(h.drain(128) == sector_words(1));
  }
}

TEST_CASE("MMCI: only the variant with flow control has its bit in MCIClock", "[mmci][registers]") {
  for (const bool flow_control : {false, true}) {
    MmciHost h{flow_control ? MmciHost::extended() : MmciHost::plain()};
    h.write(kMciClock, 0xFFFF'FFFF);
    CHECK(h.read(kMciClock) == (flow_control ? 0x1FFF : 0xFFF));
  }
}
