// SPDX-License-Identifier: Apache-2.0
#include "tests/models/checker/checker_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

/// An IOMMU's walk of one long descriptor that was cleaned, and then stored again: does it find
/// that?
bool found_after(CheckerBench& b, std::uint32_t upper_half_then) {
  constexpr std::uint32_t kDescriptor = kArea + 0x3000;
  b.checker.set_memory_view([&](PhysicalAddress at, std::span<std::byte> data) {
    return b.board.bus.debug_access(false, at, data) == data.size();
  });
  b.store(kDescriptor, 0x6000'0003U);
  b.store(kDescriptor + 4, 0U);
  b.clean(kDescriptor, 8);
  b.store(kDescriptor, 0x6000'0003U);
  b.store(kDescriptor + 4, upper_half_then);
  std::array<std::byte, 8> descriptor{};
  Attributes attributes{kNormalNonCacheable, Origin{}};
  attributes.table_walk = true;
  Time time = b.now();
  REQUIRE(b.board.device.read(PhysicalAddress{kDescriptor}, descriptor, attributes, time) ==
          BusResponse::kOkay);
  return b.first(FindingKind::kStaleWalkerRead) != nullptr;
}

std::uint32_t newest_at(CheckerBench& b, std::uint32_t at) {
  std::uint32_t value = 0;
  const std::span bytes = std::as_writable_bytes(std::span{&value, 1});
  b.board.bus.debug_access(false, PhysicalAddress{at}, bytes);
  b.checker.overlay_newest(PhysicalAddress{at}, bytes);
  return value;
}

}  // namespace

TEST_CASE("A mark of software in a long descriptor that was cleaned before is no finding",
          "[checker]") {
  CheckerBench b;
  CHECK_FALSE(found_after(b, 1U << (55 - 32)));
}

TEST_CASE("A long descriptor that changed for the walker is one", "[checker]") {
  CheckerBench b;
  CHECK(found_after(b, 1U << (54 - 32)));
}

TEST_CASE("The newest bytes are found wherever they are", "[checker]") {
  constexpr std::uint32_t kAt = kArea + 0x3004;
  CheckerBench b;
  b.store(kAt, 1U);
  CHECK(newest_at(b, kAt) == 1);  // In L1, or on the way there.
  b.clean_l1(kAt, 4);
  CHECK(newest_at(b, kAt) == 1);  // In L2.
  b.store(kAt, 2U);
  CHECK(newest_at(b, kAt) == 2);  // L1 hides L2.
  b.clean(kAt, 4);
  b.device_write(kAt, 3);
  CHECK(newest_at(b, kAt) == 3);  // The caches' copies are older.
}
