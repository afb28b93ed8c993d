// SPDX-License-Identifier: Apache-2.0
#include "models/cache/tauros2.hpp"

#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

TEST_CASE("Tauros2: a size that it cannot have is told with what was expected", "[tauros2]") {
  DeviceNode node{"l2-cache"};
  node.set("cache-size", 96 * 1024);
  CHECK_THROWS_WITH(Tauros2("l2", node),
                    Catch::Contains("cache-size = <98304>: expected 128 KiB to 4 MiB"));
}

TEST_CASE("Tauros2: its size is that of the device tree, in eight ways", "[tauros2]") {
  DeviceNode node{"l2-cache"};
  Tauros2 cache{"l2", node.set("cache-size", 512 * 1024)};
  REQUIRE(cache.maintenance() != nullptr);
  CHECK(cache.maintenance()->geometry().ways == 8);
  CHECK(cache.maintenance()->geometry().size_bytes() == 512 * 1024);
}
