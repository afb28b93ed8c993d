// SPDX-License-Identifier: Apache-2.0
#include "tests/models/checker/checker_bench.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

TEST_CASE("Stale code names the store that wrote it and the flush that is missing", "[checker]") {
  CheckerBench b;
  constexpr std::uint32_t kCode = kArea + 0x2000;
  CacheLine* line = nullptr;
  REQUIRE(b.memory.fetch_slow(kCode, line));
  b.store(kCode, 1U);
  const std::uint32_t writer = b.pc();
  REQUIRE(b.memory.fetch_slow(kCode, line));
  REQUIRE(b.findings.all().size() == 1);
  const Finding& finding = b.findings.all().front();
  CHECK(finding.kind == FindingKind::kStaleCpuRead);
  CHECK(finding.cause == "not_invalidated");
  CHECK(finding.writer.pc == writer);
  CHECK(finding.missing.starts_with("flush_icache_range"));
}
