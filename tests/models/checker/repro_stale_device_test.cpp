// SPDX-License-Identifier: Apache-2.0
// Real bugs, as bare sequences: a device reads what the processor has not handed over. The ids are
// those of the corpus that the checker is measured on; each names its project.
#include "tests/models/checker/repro.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {
constexpr std::uint32_t kBuffer = kArea + 0x1000;
constexpr std::uint32_t kOther = kArea + 0x4000;
}  // namespace

TEST_CASE("C01-01 Linux e100: a descriptor's link is stored after it was mapped",
          "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 0x1111U);
    b.map_to_device(kBuffer, 32);
    b.store(kBuffer + 4, kOther);
    if (fixed) b.clean(kBuffer, 32);
    b.ring();
    return {b.device_read(kBuffer + 4), kOther};
  });
}

TEST_CASE("C01-02 Linux powerpc: map_sg cleans only the first segment", "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 1U);
    b.store(kOther, 2U);
    b.map_to_device(kBuffer, 64);
    if (fixed) b.clean(kOther, 64);
    b.begin_mapping(kOther, 64, DmaDirection::kToDevice);
    b.ring();
    return {b.device_read(kBuffer) + b.device_read(kOther), 3};
  });
}

TEST_CASE("C01-06 U-Boot macb: a clean of an unaligned range does nothing", "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    for (std::uint32_t i = 0; i < 60; i += 4) b.store(kBuffer + i, i + 1);
    if (fixed) b.clean(kBuffer, 64);
    b.ring();
    return {b.device_read(kBuffer + 56), 57};
  });
}

TEST_CASE("C01-11 libdragon rspq: a counter in cached memory is read by DMA", "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    if (fixed) {
      b.nc_store(kBuffer, b.nc_load(kBuffer) + 1);
      b.wmb();
    } else {
      b.store(kBuffer, b.load(kBuffer) + 1);
    }
    b.ring();
    return {b.device_read(kBuffer), 1};
  });
}

TEST_CASE("C01-12 Zelda, Ocarina of Time: cleaned before it was filled", "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    if (!fixed) b.clean(kBuffer, 64);
    for (std::uint32_t i = 0; i < 64; i += 4) b.store(kBuffer + i, 0xA0D1'0000 + i);
    if (fixed) b.clean(kBuffer, 64);
    b.ring();
    return {b.device_read(kBuffer + 32), 0xA0D1'0020};
  });
}

TEST_CASE("C01-13 U-Boot mvneta: of a ring of descriptors one is cleaned", "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    for (std::uint32_t i = 0; i < 128; i += 4) b.store(kBuffer + i, 0x5A5A'5A5AU);
    b.clean(kBuffer, fixed ? 128 : 32);
    b.ring();
    return {b.device_read(kBuffer) & b.device_read(kBuffer + 96), 0x5A5A'5A5A};
  });
}

TEST_CASE("C07-03 Linux rt2x00: a header is written into a mapped packet", "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer + 4, 2U);
    if (fixed) b.store(kBuffer, 1U);
    b.map_to_device(kBuffer, 64);
    if (!fixed) b.store(kBuffer, 1U);
    b.ring();
    return {b.device_read(kBuffer), 1};
  });
}

TEST_CASE("C07-07 Linux mthca: synchronised for the processor, not back for the device",
          "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.map_to_device(kBuffer, 64);
    b.give(kBuffer, Mapping::Owner::kCpu);
    b.store(kBuffer + 8, 7U);
    if (fixed) b.clean(kBuffer, 64);
    b.give(kBuffer, Mapping::Owner::kDevice);
    b.ring();
    return {b.device_read(kBuffer + 8), 7};
  });
}

TEST_CASE("C20-01 U-Boot: a frame buffer in cached memory is never cleaned", "[checker][repro]") {
  play({"stale_device_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 0x00FF'00FFU);
    if (fixed) b.clean(kBuffer);
    b.scan_out(kBuffer);
    b.wait(17ms);
    return {b.scan_out(kBuffer), 0x00FF'00FF};
  });
}

TEST_CASE("C14-07 Linux musb: DMA starts while the command is in the write buffer",
          "[checker][repro]") {
  play({"write_not_drained"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.nc_store(kBuffer, 0xC0DEU);
    if (fixed) b.wmb();
    b.ring();
    return {b.device_read(kBuffer), 0xC0DE};
  });
}

TEST_CASE("C14-08 Linux: a register accessor orders the core, not its outer cache",
          "[checker][repro]") {
  play({"write_not_drained"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.nc_store(kBuffer, 9U);
    b.dsb();
    if (fixed) b.outer_sync();
    b.ring();
    return {b.device_read(kBuffer), 9};
  });
}

TEST_CASE("C14-14 Linux iop-adma: reading another line back does not push a descriptor out",
          "[checker][repro]") {
  play({"write_not_drained"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.nc_store(kBuffer + 12, kOther);
    b.dsb();
    b.nc_load(fixed ? kBuffer + 12 : kOther);
    b.ring();
    return {b.device_read(kBuffer + 12), kOther};
  });
}

TEST_CASE("C16-05 L2C-310 erratum 769419: a flag stays in the store buffer of an idle system",
          "[checker][repro]") {
  play({"write_not_drained"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.board.l2.set_late_drain(true);
    b.nc_store(kBuffer, 1U);
    if (fixed) b.wmb();
    b.wait(1ms);
    b.scan_out(kBuffer);
    b.wait(17ms);
    return {b.scan_out(kBuffer), 1};
  });
}
