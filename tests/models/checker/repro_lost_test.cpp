// SPDX-License-Identifier: Apache-2.0
// Real bugs, as bare sequences: somebody's bytes are lost. The ids are those of the corpus that the
// checker is measured on; each names its project.
#include "tests/models/checker/repro.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {
constexpr std::uint32_t kBuffer = kArea + 0x1000;
constexpr std::uint32_t kOther = kArea + 0x4000;
}  // namespace

TEST_CASE("C03-03 NuttX sdmmc: a dirty line is evicted over what the card delivered",
          "[checker][repro]") {
  play({"lost_device_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 0xD1D1U);
    if (fixed) b.invalidate(kBuffer, 512);
    b.ring();
    b.device_write(kBuffer, 0xCAFE);
    b.evict(kBuffer);
    if (!fixed) CHECK(b.first(FindingKind::kLostDeviceWrite)->cause == "eviction");
    return {b.load(kBuffer), 0xCAFE};
  });
}

// The linear alias of remapped memory stays, and may be fetched; the pages' next owner writes a
// part.
TEST_CASE("checker: what freed coherent memory held may be lost", "[checker]") {
  CheckerBench b;
  const bool freed = GENERATE(true, false);
  Mapping allocation;
  allocation.type = Mapping::Type::kCoherent;
  allocation.address = kBuffer;
  allocation.size = 36;  // Of a page: the rest is nobody's, too.
  b.ledger.map(allocation);
  b.load(kBuffer + 64);
  b.ring();
  b.device_write(kBuffer + 64, 0xCAFE);
  if (freed) b.ledger.end(kBuffer, b.now(), b.now());
  b.store(kBuffer + 68, 1U);
  b.evict(kBuffer + 64);
  CHECK(b.kinds() ==
        (freed ? std::set<std::string>{} : std::set<std::string>{"lost_device_write"}));
}

TEST_CASE("checker: what a device writes into memory that was freed once is not lost",
          "[checker]") {
  CheckerBench b;
  Mapping allocation;
  allocation.type = Mapping::Type::kCoherent;
  allocation.address = kBuffer;
  allocation.size = 4096;
  b.ledger.map(allocation);
  b.load(kBuffer);
  b.ring();
  b.device_write(kBuffer, 0xCAFE);
  b.ledger.end(kBuffer, b.now(), b.now());
  b.ring();
  b.device_write(kBuffer, 0xD00D);
  b.store(kBuffer + 4, 1U);
  b.evict(kBuffer);
  CHECK(b.kinds() == std::set<std::string>{"lost_device_write"});
}

TEST_CASE("C03-04 Blackfin: cleaned and invalidated after the transfer, not before",
          "[checker][repro]") {
  play({"lost_device_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 1U);
    if (fixed) b.flush(kBuffer, 32);
    b.ring();
    b.device_write(kBuffer, 2);
    b.flush(kBuffer, 32);
    if (!fixed) CHECK(b.first(FindingKind::kLostDeviceWrite)->cause == "clean");
    return {b.load(kBuffer), 2};
  });
}

TEST_CASE("C03-05 U-Boot bcmgenet: a recycled buffer's checksum field is still dirty",
          "[checker][repro]") {
  play({"lost_device_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store<std::uint16_t>(kBuffer + 10, 0);
    if (fixed) b.clean(kBuffer, 64);
    b.ring();
    const std::array<std::uint8_t, 64> frame{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xCC, 0xCC};
    b.device_write(kBuffer, std::as_bytes(std::span{frame}), b.board.bell.rung);
    b.evict(kBuffer);
    return {b.load<std::uint16_t>(kBuffer + 10), 0xCCCC};
  });
}

TEST_CASE("C04-01 Linux l2x0: the outer cache drops a line that a buffer shares",
          "[checker][repro]") {
  play({"lost_cpu_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 0xABCDU);
    b.clean_l1(kBuffer);
    if (fixed) b.outer_flush(kBuffer);
    b.invalidate_l1(kBuffer + 12, 40);
    b.outer_invalidate(kBuffer + 12, 40);
    b.begin_mapping(kBuffer + 12, 40, DmaDirection::kFromDevice);
    b.ring();
    b.device_write(kBuffer + 12, 1);
    b.end_mapping(kBuffer + 12);
    return {b.load(kBuffer), 0xABCD};
  });
}

TEST_CASE("C04-03 AVR32: counters on both sides of a buffer", "[checker][repro]") {
  play({"lost_cpu_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 11U);
    b.store(kBuffer + 60, 22U);
    if (fixed) b.flush(kBuffer, 64);
    b.invalidate_l1(kBuffer + 20, 20);
    b.ring();
    b.device_write(kBuffer + 20, 1);
    return {b.load(kBuffer) + b.load(kBuffer + 60), 33};
  });
}

TEST_CASE("C04-06 Linux usb-storage: a sense buffer within a structure in use",
          "[checker][repro]") {
  play({"lost_cpu_write", "shared_line"}, [](CheckerBench& b, bool fixed) -> Seen {
    const std::uint32_t sense = fixed ? kOther : kBuffer + 32;
    b.map_from_device(sense, fixed ? 96 : 80);
    b.store(kBuffer + 116, 0x4E5U);
    b.ring();
    b.device_write(sense, 0x70);
    b.invalidate(sense, 80);
    b.end_mapping(sense);
    const Seen seen{b.load(kBuffer + 116), 0x4E5};
    if (!fixed) CHECK(b.first(FindingKind::kSharedLine)->severity == Severity::kError);
    return seen;
  });
}

TEST_CASE("C04-10 U-Boot macb: a clean of one descriptor overwrites its neighbour",
          "[checker][repro]") {
  play({"lost_device_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    if (fixed) {
      b.nc_store(kBuffer + 8, 0);
      b.ring();
      b.device_write(kBuffer + 16, 1);
      b.wmb();
    } else {
      b.load(kBuffer + 8);
      b.ring();
      b.device_write(kBuffer + 16, 1);
      b.store(kBuffer + 8, 0U);
      b.clean(kBuffer);
    }
    return {b.device_read(kBuffer + 16), 1};
  });
}

TEST_CASE("C04-13 U-Boot lantiq: an invalidate goes on past the buffer's end", "[checker][repro]") {
  play({"lost_cpu_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer + 0x600, 0x656D'616EU);
    b.ring();
    b.device_write(kBuffer, 1);
    b.invalidate(fixed ? kBuffer : kBuffer + 2, 0x600);
    return {b.load(kBuffer + 0x600), 0x656D'616E};
  });
}

TEST_CASE("C16-07 PL310: stored between a clean and an invalidate of the line",
          "[checker][repro]") {
  play({"lost_cpu_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 1U);
    b.flush_l1(kBuffer);
    if (!fixed) b.outer_clean(kBuffer);
    b.store(kBuffer, 2U);
    b.flush_l1(kBuffer);
    if (fixed) {
      b.outer_flush(kBuffer);
    } else {
      b.outer_invalidate(kBuffer);
    }
    return {b.load(kBuffer), 2};
  });
}

TEST_CASE("C18-02 Linux: kernel memory is mapped again without its cache", "[checker][repro]") {
  play({"stale_cpu_read"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.load(kBuffer);
    if (fixed) b.flush(kBuffer);
    b.nc_store(kBuffer, 0x10U);
    b.wmb();
    return {b.load(kBuffer), 0x10};
  });
}

TEST_CASE("C18-07 barebox: memory becomes uncached while its lines are dirty", "[checker][repro]") {
  play({"alias_mismatch"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer, 0x01DU);
    if (fixed) b.flush(kBuffer);
    const std::uint32_t first = b.nc_load(kBuffer);
    b.nc_store(kBuffer + 4, 0x2E0U);
    b.wmb();
    b.evict(kBuffer);
    return {first + b.nc_load(kBuffer + 4), 0x01D + 0x2E0};
  });
}

TEST_CASE("C24-08 Xilinx lwip: dirty lines of a receive buffer are flushed after reception",
          "[checker][repro]") {
  play({"lost_device_write"}, [](CheckerBench& b, bool fixed) -> Seen {
    b.store(kBuffer + 64, 0U);
    if (fixed) b.invalidate(kBuffer, 128);
    b.ring();
    b.device_write(kBuffer + 64, 0x4500);
    b.flush(kBuffer, 128);
    return {b.load(kBuffer + 64), 0x4500};
  });
}
