// SPDX-License-Identifier: Apache-2.0
#include "models/checker/ledger.hpp"

#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

namespace {

Mapping mapping(std::uint32_t address, std::uint32_t size) {
  Mapping m;
  m.address = address;
  m.size = size;
  return m;
}

}  // namespace

TEST_CASE("ledger: a device's first and last beat belong to the mapping they lie in", "[checker]") {
  Ledger ledger;
  ledger.map(mapping(0x1000, 0x100));
  ledger.map(mapping(0x2000, 0x100));
  for (const int at : {5, 6, 7}) {
    ledger.accessed(0x1000, Time{at});
    ledger.accessed(0x20FF, Time{10 * at});
    ledger.accessed(0x2100, Time{100 * at});
  }
  CHECK(ledger.live_at(0x1000)->first_access == Time{5});
  CHECK(ledger.live_at(0x1000)->last_access == Time{7});
  CHECK(ledger.live_at(0x2000)->first_access == Time{50});
  CHECK(ledger.live_at(0x2000)->last_access == Time{70});
}

TEST_CASE("ledger: where mappings overlap, the one that begins last is the one accessed",
          "[checker]") {
  Ledger ledger;
  ledger.map(mapping(0x1000, 0x1000));
  ledger.accessed(0x1800, Time{1});
  ledger.map(mapping(0x1800, 0x100));
  ledger.accessed(0x17FF, Time{2});
  ledger.accessed(0x1800, Time{3});
  ledger.accessed(0x1900, Time{4});
  CHECK(ledger.live_at(0x1000)->last_access == Time{4});
  CHECK(ledger.live_at(0x1800)->first_access == Time{3});
  CHECK(ledger.live_at(0x1800)->last_access == Time{3});
}

TEST_CASE("ledger: no access belongs to a mapping that has ended", "[checker]") {
  Ledger ledger;
  ledger.map(mapping(0x1000, 0x100));
  ledger.accessed(0x1000, Time{1});
  ledger.end(0x1000, Time{2}, Time{2});
  ledger.accessed(0x1004, Time{3});
  CHECK(ledger.covering(0x1000)->last_access == Time{1});
  ledger.map(mapping(0x1000, 0x200));
  ledger.accessed(0x1104, Time{4});
  CHECK(ledger.live_at(0x1000)->first_access == Time{4});
}
