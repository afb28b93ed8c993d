// SPDX-License-Identifier: Apache-2.0
#include "tests/models/checker/checker_bench.hpp"

using namespace linefill;
using namespace linefill::test;

TEST_CASE("A store that a later one joined in the buffer is still older than the doorbell between",
          "[checker]") {
  constexpr std::uint32_t kDescriptor = kMemory + 0x8000;
  CheckerBench bench;
  bench.nc_store(kDescriptor, 7);
  bench.ring();
  bench.nc_store(kDescriptor + 4, 8);
  bench.dsb();  // Into the outer cache's buffer, no further.
  CHECK(bench.device_read(kDescriptor) != 7);
  const Finding* finding = bench.first(FindingKind::kWriteNotDrained);
  REQUIRE(finding != nullptr);
  CHECK(finding->cause == "l2_store_buffer");
  CHECK(finding->address == kDescriptor);
  CHECK(finding->bytes == 0xF);
}
