// SPDX-License-Identifier: Apache-2.0
// Real bugs, as bare sequences: the processor uses what was there before a device wrote. The ids
// are those of the corpus that the checker is measured on; each names its project.
#include "tests/models/checker/repro.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {
constexpr std::uint32_t kBuffer = kArea + 0x1000;
constexpr std::uint32_t kOther = kArea + 0x4000;
}  // namespace

TEST_CASE("C02-01 Linux mv643xx_eth: a received packet is read without being unmapped",
          "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.map_from_device(kBuffer, 64);
    b.prefetch(kBuffer);
    b.ring();
    b.device_write(kBuffer, 0xEE);
    if (fixed) b.unmap_from_device(kBuffer);
    return {b.load(kBuffer), 0xEE};
  });
}

TEST_CASE("C02-07 NuttX: another buffer of the ring is invalidated", "[checker][repro]") {
  play({"stale_cpu_read", "lost_cpu_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.load(kBuffer);
    b.store(kOther, 0x77U);
    b.ring();
    b.device_write(kBuffer, 5);
    b.invalidate(fixed ? kBuffer : kOther, 64);
    return {b.load(kBuffer) + b.load(kOther), 5 + 0x77};
  });
}

TEST_CASE("C02-09 barebox designware: a packet is processed before it is invalidated",
          "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.load(kBuffer);
    b.ring();
    b.device_write(kBuffer, 0xBEEF);
    if (fixed) b.invalidate(kBuffer, 64);
    const std::uint32_t got = b.load(kBuffer);
    b.invalidate(kBuffer, 64);
    return {got, 0xBEEF};
  });
}

TEST_CASE("C02-12 OP-TEE caam: a pointer's own lines are invalidated, not the buffer's",
          "[checker][repro]") {
  play({"stale_cpu_read", "lost_cpu_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kOther, kBuffer);
    b.load(kBuffer);
    b.ring();
    b.device_write(kBuffer, 0x25A);
    b.invalidate(fixed ? kBuffer : kOther, 64);
    return {b.load(kBuffer) ^ b.load(kOther), 0x25A ^ kBuffer};
  });
}

TEST_CASE("C02-13 TinyUSB dwc2: the pointer has moved on when the range is invalidated",
          "[checker][repro]") {
  play({"stale_cpu_read", "lost_cpu_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.load(kBuffer);
    b.store(kBuffer + 64, 0x600D'600DU);
    b.ring();
    b.device_write(kBuffer, 0x0B0A'0908);
    b.invalidate(fixed ? kBuffer : kBuffer + 64, 7);
    return {b.load(kBuffer) + b.load(kBuffer + 64), 0x0B0A'0908 + 0x600D'600D};
  });
}

TEST_CASE("C03-16 Super Mario 64: lines are resident when the transfer begins",
          "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.load(kBuffer);
    if (fixed) b.invalidate(kBuffer, 32);
    b.ring();
    b.device_write(kBuffer, 64);
    return {b.load(kBuffer), 64};
  });
}

TEST_CASE("C05-04 Linux firewire: unmapped with the other direction", "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.map_from_device(kBuffer, 64);
    b.ring();
    b.prefetch(kBuffer);
    b.device_write(kBuffer, 1394);
    if (fixed) {
      b.unmap_from_device(kBuffer);
    } else {
      b.end_mapping(kBuffer);
    }
    return {b.load(kBuffer), 1394};
  });
}

TEST_CASE("C07-09 Linux ath9k: a status word is polled without a sync", "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.map_from_device(kBuffer, 64);
    b.ring();
    b.load(kBuffer);
    b.device_write(kBuffer, 1);
    if (fixed) b.invalidate(kBuffer, 64);
    return {b.load(kBuffer), 1};
  });
}

TEST_CASE("C15-08 NuttX: invalidated when the transfer starts, not when it ends",
          "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.ring();
    b.invalidate(kBuffer, 64);
    b.load(kBuffer + 32);
    b.device_write(kBuffer + 32, 3);
    if (fixed) b.invalidate(kBuffer, 64);
    return {b.load(kBuffer + 32), 3};
  });
}

TEST_CASE("C24-02 U-Boot sdhci: speculation brings a line back during the transfer",
          "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.memory.set_adversary({.speculative_fill = true});
    b.invalidate(kBuffer, 64);
    b.ring();
    b.wait(1ms);
    b.device_write(kBuffer, 0x5D);
    if (fixed) b.invalidate(kBuffer, 64);
    const Seen seen{b.load(kBuffer), 0x5D};
    if (!fixed) CHECK(b.first(FindingKind::kStaleCpuRead)->cause == "speculative_fill");
    return seen;
  });
}

TEST_CASE("C16-01 L2C-310 erratum 588369: a clean line survives the flush", "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.load(kBuffer);
    b.ring();
    b.device_write(kBuffer, 0xF1);
    if (fixed) b.outer_flush(kBuffer);
    b.flush_l1(kBuffer);
    const Seen seen{b.load(kBuffer), 0xF1};
    if (!fixed) CHECK(b.first(FindingKind::kStaleCpuRead)->cause == "outer_not_invalidated");
    return seen;
  });
}

TEST_CASE("A stale outer copy is blamed only if L1 was invalidated after the transfer",
          "[checker]") {
  CheckerBench b;
  b.invalidate(kBuffer, 64);
  b.load(kBuffer);  // Into both caches.
  b.invalidate_l1(kBuffer);
  b.ring();
  b.device_write(kBuffer, 0xF2);
  CHECK(b.load(kBuffer) != 0xF2);
  REQUIRE(b.first(FindingKind::kStaleCpuRead) != nullptr);
  CHECK(b.first(FindingKind::kStaleCpuRead)->cause == "not_invalidated");
}

TEST_CASE("C20-07 Linux: a coherent buffer is mapped cached for a process", "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    if (!fixed) b.load(kBuffer);
    b.ring();
    b.device_write(kBuffer, 0xCA);
    return {fixed ? b.nc_load(kBuffer) : b.load(kBuffer), 0xCA};
  });
}
