// SPDX-License-Identifier: Apache-2.0
// Where the L210 (DDI 0284) differs from the L2C-310, as Linux's driver (arch/arm/mm/cache-l2x0.c),
// its register definitions and boards' settings of AUX_CTRL tell it.
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kLine = 0x6000'0400;
constexpr std::uint32_t kNext = kLine + 32;

struct L210Bench : L2Bench {
  L210Bench() : L2Bench{small(L2Part::kL210)} {}
};

}  // namespace

TEST_CASE("L210: operations by address, and the sync, have ended when the write has", "[l210]") {
  L210Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  l2.set(kCleanPa, kLine);
  CHECK(l2.get(kCleanPa) == 0);
  CHECK(l2.memory.word(kLine) == 7);
  l2.set(kInvPa, kLine);
  CHECK_FALSE(l2.resident(kLine));
  l2.store(kNext, 8, kPrivateNonCacheable);
  l2.set(kCacheSync, 0);
  CHECK(l2.get(kCacheSync) == 0);
  CHECK(l2.memory.word(kNext) == 8);
}

TEST_CASE("L210: an operation while one by way runs is ignored, without an error",
          "[l210][background]") {
  const std::uint32_t offset = GENERATE(kInvPa, kCleanInvPa, kInvWay);
  CAPTURE(offset);
  L210Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  REQUIRE(l2.set(kCleanWay, 0xFF) == BusResponse::kOkay);
  CHECK(l2.set(offset, offset == kInvWay ? 0xFF : kLine) == BusResponse::kOkay);
  CHECK(l2.block.last_ignored());
  l2.now += 1ms;
  CHECK(l2.get(kCleanWay) == 0);
  CHECK(l2.memory.word(kLine) == 7);
  CHECK(l2.resident(kLine));
}

TEST_CASE("L210: other registers are written while an operation by way runs",
          "[l210][background]") {
  L210Bench l2;
  l2.set(kCleanWay, 0xFF);
  CHECK(l2.set(kDataLockdown0, 3) == BusResponse::kOkay);
  CHECK_FALSE(l2.block.last_ignored());
  CHECK(l2.get(kDataLockdown0) == 3);
}

TEST_CASE("L210: shared memory is not cached unless overridden", "[l210][shared]") {
  L210Bench l2;
  l2.fill(kLine, kSharedWriteBack);
  CHECK_FALSE(l2.resident(kLine));
  l2.set_aux(1U << 22);
  l2.fill(kLine, kSharedWriteBack);
  CHECK(l2.resident(kLine));
}

TEST_CASE("L210: non-cacheable accesses are not looked up, shared or not", "[l210][shared]") {
  const bool overridden = GENERATE(false, true);
  L210Bench l2;
  if (overridden) l2.set_aux(1U << 22);
  l2.write_back(kLine, 7, kWriteBack);
  CHECK(l2.load(kLine, kSharedNonCacheable) == 0);
  CHECK(l2.load(kLine, kPrivateNonCacheable) == 0);
}

TEST_CASE("L210: AUX_CTRL[23] forbids write allocation; [12] and [24] change no caching",
          "[l210]") {
  L210Bench l2;
  l2.set_aux(1U << 12 | 1U << 24);
  l2.fill(kLine, kWriteBack);  // Would be the exclusive configuration of an L220.
  CHECK(l2.resident(kLine));
  l2.write_back(kNext, 1, kNoWriteAllocate);  // Would be forced allocation.
  CHECK_FALSE(l2.resident(kNext));
  l2.set_aux(1U << 23);
  l2.write_back(kNext, 1, kWriteBack);
  CHECK_FALSE(l2.resident(kNext));
}

TEST_CASE("L210: there is no security", "[l210][secure]") {
  L210Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  l2.attributes.secure = false;
  CHECK(l2.load(kLine, kWriteBack) == 7);
  CHECK(l2.set(kControl, 0) == BusResponse::kOkay);
  CHECK(l2.set(kCleanInvPa, kLine) == BusResponse::kOkay);
  CHECK(l2.memory.word(kLine) == 7);
}
