// SPDX-License-Identifier: Apache-2.0
// Accesses of bus masters, judged by what software has mapped for them: the definitions of
// dma_outside_mapping, dma_after_unmap, dma_wrong_direction and of what bounces.
#include "models/checker/checker.hpp"
#include "tests/models/checker/judge.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr MasterId kDma{1};
constexpr MasterId kOther{2};
constexpr std::uint32_t kBuffer = 0x6000'1000;
constexpr std::uint32_t kSize = 256;

/// A checker of a board without caches, whose DMA controller serves a card.
struct Accesses : test::Judge {
  Accesses() {
    checker.name_master(kDma, "/dma");
    checker.name_client(kDma, "/card");
    checker.name_master(kOther, "/other");
  }
  Mapping& map(DmaDirection direction, const char* device = "/dma", std::uint32_t at = kBuffer) {
    Mapping mapping;
    mapping.address = at;
    mapping.size = kSize;
    mapping.direction = direction;
    mapping.function = "dma_map_page_attrs";
    mapping.device = device;
    mapping.site = 0x9000;
    return ledger.map(std::move(mapping));
  }
  Mapping& allocate(std::uint32_t at) {
    Mapping mapping;
    mapping.type = Mapping::Type::kCoherent;
    mapping.address = at;
    mapping.size = 0x1000;
    mapping.function = "dma_alloc_attrs";
    mapping.device = "/dma";
    return ledger.map(std::move(mapping));
  }
  void read(std::uint32_t at, std::uint32_t size, MasterId master = kDma) {
    checker.device_read(PhysicalAddress{at}, size, by(master), Time{50});
  }
  void write(std::uint32_t at, std::uint32_t size, MasterId master = kDma) {
    checker.device_wrote(PhysicalAddress{at}, size, by(master), Time{50});
  }
  static Attributes by(MasterId master) {
    Attributes attributes;
    attributes.origin = {master, 0xD000, 7};
    return attributes;
  }
};

}  // namespace

TEST_CASE_METHOD(Accesses, "device access: within a mapping, as it was made, is right",
                 "[checker]") {
  const auto direction =
      GENERATE(DmaDirection::kToDevice, DmaDirection::kFromDevice, DmaDirection::kBidirectional);
  map(direction);
  if (direction != DmaDirection::kFromDevice) read(kBuffer, kSize);
  if (direction != DmaDirection::kToDevice) write(kBuffer + kSize - 4, 4);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Accesses, "device access: a controller uses what its client has mapped",
                 "[checker]") {
  map(DmaDirection::kToDevice, "/card");
  read(kBuffer, 4);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Accesses, "device access: what is mapped for no device of the board is anybody's",
                 "[checker]") {
  map(DmaDirection::kToDevice, "/dma", kBuffer + 0x1000);
  map(DmaDirection::kToDevice, "no device");
  read(kBuffer, 4);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Accesses, "device access: who never had a mapping needs none", "[checker]") {
  map(DmaDirection::kToDevice);
  read(kBuffer, 4, kOther);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Accesses, "device access: another's mapping does not count", "[checker]") {
  map(DmaDirection::kToDevice);
  map(DmaDirection::kToDevice, "/other", kBuffer + 0x1000);
  read(kBuffer, 4, kOther);
  CHECK(only(FindingKind::kDmaOutsideMapping) != nullptr);
}

TEST_CASE_METHOD(Accesses, "device access: over the end of the buffer is outside of it",
                 "[checker]") {
  map(DmaDirection::kFromDevice);
  write(kBuffer + kSize - 4, 8);
  const Finding* found = only(FindingKind::kDmaOutsideMapping);
  REQUIRE(found != nullptr);
  CHECK(found->cause == "write");
  CHECK(found->mapping_site == 0x9000);
  CHECK(found->reader.agent == "/dma");
  write(kBuffer + kSize, 4);
  CHECK(only(FindingKind::kDmaOutsideMapping) != nullptr);
}

TEST_CASE_METHOD(Accesses, "device access: after the unmap the memory is not the device's",
                 "[checker]") {
  map(DmaDirection::kFromDevice);
  ledger.end(kBuffer, Time{10}, Time{11});
  write(kBuffer, 4);
  const Finding* found = only(FindingKind::kDmaAfterUnmap);
  REQUIRE(found != nullptr);
  CHECK(found->writer.agent == "unmapped");
  CHECK(found->writer.time == Time{11});
}

TEST_CASE_METHOD(Accesses, "device access: mapped twice, the memory stays with the second",
                 "[checker]") {
  map(DmaDirection::kToDevice);
  map(DmaDirection::kToDevice, "/card");
  ledger.end(kBuffer, Time{10}, Time{11});
  read(kBuffer, 4);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Accesses, "device access: against the mapping's direction", "[checker]") {
  const auto write_it = GENERATE(false, true);
  map(write_it ? DmaDirection::kToDevice : DmaDirection::kFromDevice);
  if (write_it) {
    write(kBuffer, 4);
  } else {
    read(kBuffer, 4);
  }
  CHECK(only(FindingKind::kDmaWrongDirection) != nullptr);
}

TEST_CASE_METHOD(Accesses, "device access: a pool's block is the device's while it is taken",
                 "[checker]") {
  allocate(0x6000'4000);
  ledger.take_block(0x6000'4000, 64);
  ledger.take_block(0x6000'4040, 64);
  read(0x6000'4000, 128);
  CHECK(findings.all().empty());
  ledger.free_block(0x6000'4040);
  read(0x6000'4000, 64);
  CHECK(findings.all().empty());
  read(0x6000'4040, 4);
  CHECK(only(FindingKind::kDmaAfterUnmap) != nullptr);
}

TEST_CASE_METHOD(Accesses, "device access: freed coherent memory leaves its first block's mapping",
                 "[checker]") {
  allocate(0x6000'4000);
  map(DmaDirection::kToDevice, "/dma", 0x6000'4000);  // A bounce buffer, out of a pool.
  ledger.end(*ledger.live_at(0x6000'4000, Mapping::Type::kStreaming, "/dma"), Time{1}, Time{2});
  write(0x6000'4000, 8);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Accesses, "device access: a fetch may run over the end of a program",
                 "[checker]") {
  map(DmaDirection::kToDevice);
  Attributes fetch = by(kDma);
  fetch.instruction = true;
  checker.device_read(PhysicalAddress{kBuffer + kSize - 4}, 32, fetch, Time{50});
  CHECK(findings.all().empty());
}

namespace {

/// A mapping whose bytes the device has in a bounce buffer.
struct Bounced : Accesses {
  static constexpr std::uint32_t kOriginal = 0x6010'0000;
  Mapping& bounce(DmaDirection direction) {
    Mapping mapping;
    mapping.address = kBuffer;
    mapping.size = kSize;
    mapping.direction = direction;
    mapping.function = "dma_map_page_attrs";
    mapping.device = "/dma";
    mapping.original = kOriginal;
    return ledger.map(std::move(mapping));
  }
  void cpu(std::uint32_t offset, bool store) {
    checker.watched_access(PhysicalAddress{kOriginal + offset}, 4, store, {{}, 0xC000, 5},
                           Time{40});
  }
};

}  // namespace

TEST_CASE_METHOD(Bounced, "bounced: the original's address is not the device's", "[checker]") {
  bounce(DmaDirection::kToDevice);
  read(kOriginal, 4);
  CHECK(only(FindingKind::kBounceWrongAddress) != nullptr);
}

TEST_CASE_METHOD(Bounced, "bounced: a store after the copy in does not reach the device",
                 "[checker]") {
  bounce(DmaDirection::kToDevice);
  cpu(64, true);
  read(kBuffer, 64);
  CHECK(findings.all().empty());
  read(kBuffer + 64, 64);
  const Finding* found = only(FindingKind::kBounceNotCopied);
  REQUIRE(found != nullptr);
  CHECK(found->cause == "in");
  CHECK(found->writer.pc == 0xC000);
}

TEST_CASE_METHOD(Bounced, "bounced: what the device wrote is not in the original yet",
                 "[checker]") {
  bounce(DmaDirection::kFromDevice);
  cpu(0, false);
  write(kBuffer, 64);
  cpu(64, false);
  CHECK(findings.all().empty());
  cpu(60, false);
  const Finding* found = only(FindingKind::kBounceNotCopied);
  REQUIRE(found != nullptr);
  CHECK(found->cause == "out");
  CHECK(found->reader.pc == 0xC000);
}

TEST_CASE_METHOD(Bounced, "bounced: the copy itself, and the CPU in its turn, may use both",
                 "[checker]") {
  Mapping& mapping = bounce(DmaDirection::kBidirectional);
  write(kBuffer, 64);
  mapping.being_copied = true;
  cpu(0, false);
  mapping.being_copied = false;
  mapping.owner = Mapping::Owner::kCpu;
  cpu(0, false);
  cpu(0, true);
  CHECK(findings.all().empty());
}
