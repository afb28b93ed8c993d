// SPDX-License-Identifier: Apache-2.0
// A device on the coherency port, beside one on an ordinary port.
#include <cstdlib>
#include <map>
#include <random>

#include "tests/models/checker/checker_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

using Kinds = std::set<std::string>;

constexpr std::uint32_t kAt = kArea + 0x400;
constexpr MemoryAttributes kNotCacheable{MemoryType::kStronglyOrdered};

std::string cause_of(const CheckerBench& bench, FindingKind kind) {
  const Finding* finding = bench.first(kind);
  return finding == nullptr ? "none" : finding->cause;
}

}  // namespace

TEST_CASE("checker: a coherent device reads what is dirty in L1", "[checker][port]") {
  CheckerBench bench;
  bench.store(kAt, 7U);
  bench.ring();
  CHECK(bench.port_read(kAt) == 7);
  CHECK(bench.kinds() == Kinds{});
}

TEST_CASE("checker: a coherent device reads what is dirty in the outer cache", "[checker][port]") {
  CheckerBench bench;
  bench.store(kAt, 7U);
  bench.flush_l1(kAt);
  bench.ring();
  CHECK(bench.board.word(kAt) == 0);
  CHECK(bench.port_read(kAt) == 7);
  CHECK(bench.kinds() == Kinds{});
}

TEST_CASE("checker: on the coherency port, a transaction that is not cacheable misses the caches",
          "[checker][port]") {
  CheckerBench bench;
  bench.store(kAt, 7U);
  bench.ring();
  CHECK(bench.port_read(kAt, kNotCacheable) == 0);
  CHECK(bench.kinds() == Kinds{"stale_device_read"});
  CHECK(cause_of(bench, FindingKind::kStaleDeviceRead) == "l1_dirty");
}

TEST_CASE("checker: what a device that is declared coherent misses is a mismatch of attributes",
          "[checker][port]") {
  CheckerBench bench;
  bench.checker.expect_coherent(kPortDevice);
  bench.store(kAt, 7U);
  bench.ring();
  bench.port_read(kAt, kNotCacheable);
  CHECK(bench.kinds() == Kinds{"coherency_mismatch"});
  CHECK(cause_of(bench, FindingKind::kCoherencyMismatch) == "attributes");
}

TEST_CASE("checker: a device that is declared coherent, on an ordinary port, is on the wrong port",
          "[checker][port]") {
  CheckerBench bench;
  bench.checker.expect_coherent(kTheDevice);
  bench.load(kAt + 64);
  bench.store(kAt, 7U);
  bench.ring();
  CHECK(bench.device_read(kAt) == 0);
  bench.device_write(kAt + 64, 9);
  CHECK(bench.load(kAt + 64) == 0);
  CHECK(bench.kinds() == Kinds{"coherency_mismatch"});
  CHECK(cause_of(bench, FindingKind::kCoherencyMismatch) == "port");
}

// What its write drops from L1 is written back first: the neighbours lose nothing.
TEST_CASE("checker: the neighbours of a buffer that a coherent device writes may be used",
          "[checker][port]") {
  CheckerBench bench;
  const bool told = GENERATE(true, false);
  if (told) bench.checker.expect_coherent(kPortDevice);
  bench.checker.name_master(kPortDevice, "device");  // As begin_mapping calls it.
  bench.begin_mapping(kAt + 8, 4, DmaDirection::kFromDevice);
  bench.ring();
  bench.store(kAt, 5U);
  bench.port_write(kAt + 8, 7);
  CHECK(bench.load(kAt) == 5);
  CHECK(bench.kinds() == (told ? Kinds{} : Kinds{"shared_line"}));
}

TEST_CASE("checker: a coherent device does not see the core's store buffer", "[checker][port]") {
  CheckerBench bench;
  bench.nc_store(kAt, 7);
  bench.ring();
  CHECK(bench.port_read(kAt) == 0);
  CHECK(bench.kinds() == Kinds{"write_not_drained"});
}

TEST_CASE("checker: the processor reads what a coherent device wrote over its dirty line",
          "[checker][port]") {
  CheckerBench bench;
  bench.store(kAt, 1U);
  bench.store(kAt + 4, 2U);
  bench.ring();
  bench.port_write(kAt, 7);
  CHECK(bench.load(kAt) == 7);
  CHECK(bench.load(kAt + 4) == 2);
  CHECK(bench.kinds() == Kinds{});
}

TEST_CASE("checker: what a device on the coherency port writes uncached, the processor misses",
          "[checker][port]") {
  CheckerBench bench;
  bench.load(kAt);
  bench.ring();
  bench.port_write(kAt, 7, kNotCacheable);
  CHECK(bench.load(kAt) == 0);
  CHECK(bench.kinds() == Kinds{"stale_cpu_read"});
}

TEST_CASE("checker: what a coherent device left in the outer cache, another device misses",
          "[checker][port]") {
  CheckerBench bench;
  bench.ring();
  bench.port_write(kAt, 7);
  bench.ring();
  CHECK(bench.device_read(kAt) == 0);
  CHECK(bench.kinds() == Kinds{"stale_device_read"});
  const Finding* finding = bench.first(FindingKind::kStaleDeviceRead);
  REQUIRE(finding != nullptr);
  CHECK(finding->cause == "l2_dirty");
  CHECK(finding->writer.agent == "/port-device");
}

TEST_CASE("checker: a coherent device reads an old copy when another wrote around the caches",
          "[checker][port]") {
  CheckerBench bench;
  bench.load(kAt);
  bench.ring();
  bench.device_write(kAt, 7);
  bench.ring();
  CHECK(bench.port_read(kAt) == 0);
  CHECK(bench.kinds() == Kinds{"stale_device_read"});
  CHECK(cause_of(bench, FindingKind::kStaleDeviceRead) == "not_invalidated");
}

TEST_CASE("checker: an invalidate after a coherent device's write drops it", "[checker][port]") {
  CheckerBench bench;
  bench.ring();
  bench.port_write(kAt, 7);
  bench.invalidate(kAt, 4);
  CHECK(bench.load(kAt) == 0);
  CHECK(bench.kinds() == Kinds{"coherency_mismatch"});
  CHECK(cause_of(bench, FindingKind::kCoherencyMismatch) == "invalidated");
}

// What leaves the outer cache for its sake is not its own write.
TEST_CASE("checker: evictions that a coherent device causes overtake nothing", "[checker][port]") {
  CheckerBench bench;
  constexpr std::uint32_t kWay = 0x1'0000;
  bench.store(kAt, 7U);
  bench.flush_l1(kAt);
  bench.load(kAt);
  bench.ring();
  for (std::uint32_t i = 1; i <= 32; ++i) bench.port_write(kAt + 0x2'0000 + i * kWay, i);
  REQUIRE(bench.board.l2.cache_holder().find(line_of(PhysicalAddress{kAt})).valid == 0);
  CHECK(bench.load(kAt) == 7);
  CHECK(bench.kinds() == Kinds{});
}

TEST_CASE("checker: processor and coherent device agree on memory, whatever the caches do",
          "[checker][port]") {
  const char* wanted = std::getenv("LINEFILL_SEED");  // NOLINT(concurrency-mt-unsafe)
  const unsigned seed = wanted != nullptr ? static_cast<unsigned>(std::atoi(wanted)) : 1;
  INFO("repeat with LINEFILL_SEED=" << seed);
  std::mt19937 engine{seed};
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  CheckerBench bench;
  bench.checker.expect_coherent(kPortDevice);
  std::map<std::uint32_t, std::uint32_t> newest;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    // Few sets of L1 and L2, many lines of each.
    const std::uint32_t at = kArea + random() % 8 * 0x4000 + random() % 16 * 4;
    switch (random() % 8) {
      case 0:
      case 1:
        bench.store(at, newest[at] = i + 1);
        break;
      case 2:
      case 3:
        bench.ring();
        bench.port_write(at, newest[at] = i + 1);
        break;
      case 4:
      case 5:
        bench.ring();
        REQUIRE(bench.port_read(at) == newest[at]);
        break;
      case 6:
        REQUIRE(bench.load(at) == newest[at]);
        break;
      default:
        random() % 2 == 0 ? bench.flush(at) : bench.clean_l1(at);
    }
  }
  CHECK(bench.kinds() == Kinds{});
}
