// SPDX-License-Identifier: Apache-2.0
// What is said of accesses through an IOMMU, in the device's own addresses.
#include "models/checker/checker.hpp"
#include "tests/models/checker/judge.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr MasterId kDma{1};
constexpr std::uint32_t kIo = 0x0000'2000;
constexpr std::uint32_t kMemory = 0x6000'5000;

/// A device behind an IOMMU, with one mapping of 256 bytes.
struct Behind : test::Judge {
  Behind() {
    checker.name_master(kDma, "/dma");
    Mapping mapping;
    mapping.address = kIo;
    mapping.size = 256;
    mapping.direction = DmaDirection::kFromDevice;
    mapping.function = "dma_map_page_attrs";
    mapping.device = "/dma";
    mapping.site = 0x9000;
    ledger.io_space("/dma").map(mapping);
  }
  static Attributes attributes(std::uint32_t io) {
    Attributes all;
    all.origin = {kDma, 0xD000, 7};
    all.translated = true;
    all.io_address = io;
    return all;
  }
  static IommuAccess access(std::uint32_t io, bool write) {
    return {io, 4, write, attributes(io), MasterId{9}};
  }
  void read(std::uint32_t io, std::uint32_t size) {
    checker.device_read(PhysicalAddress{kMemory + (io - kIo)}, size, attributes(io), Time{50});
  }
  void write(std::uint32_t io, std::uint32_t size) {
    checker.device_wrote(PhysicalAddress{kMemory + (io - kIo)}, size, attributes(io), Time{50});
  }
  void unmap() { ledger.find_io_space("/dma")->end(kIo, Time{10}, Time{11}); }
};

}  // namespace

TEST_CASE_METHOD(Behind, "iommu: a refused access is explained by what was mapped there",
                 "[checker]") {
  struct Row {
    std::uint32_t io;
    bool ended;
    IommuFault fault;
    const char* cause;
  };
  const Row row = GENERATE(values<Row>({
      {0x8000, false, IommuFault::kTranslation, "never_mapped"},
      {kIo, false, IommuFault::kTranslation, "in_mapping"},
      {kIo, true, IommuFault::kTranslation, "unmapped"},
      {kIo, false, IommuFault::kOther, "tables"},
      {kIo, false, IommuFault::kStream, "stream"},
  }));
  if (row.ended) unmap();
  checker.iommu_refused(access(row.io, true), row.fault, Time{50});
  const Finding* found = only(FindingKind::kIommuTranslationFault);
  REQUIRE(found != nullptr);
  CHECK(found->cause == row.cause);
  CHECK(found->reader.io_address == row.io);
  CHECK_FALSE(found->missing.empty());
}

TEST_CASE_METHOD(Behind, "iommu: a permission fault names the access", "[checker]") {
  const auto [write_it, fetch, cause] = GENERATE(table<bool, bool, const char*>(
      {{true, false, "write"}, {false, false, "read"}, {false, true, "fetch"}}));
  IommuAccess refused = access(kIo, write_it);
  refused.attributes.instruction = fetch;
  checker.iommu_refused(refused, IommuFault::kPermission, Time{50});
  const Finding* found = only(FindingKind::kIommuPermissionFault);
  REQUIRE(found != nullptr);
  CHECK(found->cause == cause);
  CHECK(found->mapping_site == 0x9000);
}

TEST_CASE_METHOD(Behind, "iommu: what a stale entry lets pass is one finding, not two",
                 "[checker]") {
  unmap();
  checker.iommu_stale(access(kIo, true), kMemory, true, Time{49});
  write(kIo, 4);
  const Finding* found = only(FindingKind::kIotlbStale);
  REQUIRE(found != nullptr);
  CHECK(found->address == kMemory);
  CHECK(found->writer.agent == "unmapped");
}

TEST_CASE_METHOD(Behind, "iommu: within its mapping a device may write", "[checker]") {
  write(kIo, 256);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Behind, "iommu: in the rest of a mapped page a device is outside", "[checker]") {
  write(kIo + 252, 8);
  const Finding* found = only(FindingKind::kDmaOutsideMapping);
  REQUIRE(found != nullptr);
  CHECK(found->reader.io_address == kIo + 259);
  CHECK(found->address == kMemory + 259);
}

TEST_CASE_METHOD(Behind, "iommu: a page without any DMA mapping is another's business",
                 "[checker]") {
  write(kIo + 0x4000, 4);
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Behind, "iommu: a page that is still mapped for the device after the unmap",
                 "[checker]") {
  unmap();
  write(kIo, 4);
  CHECK(only(FindingKind::kDmaAfterUnmap) != nullptr);
}

TEST_CASE_METHOD(Behind, "iommu: a read of what is mapped FROM_DEVICE passes many an IOMMU",
                 "[checker]") {
  read(kIo, 4);
  CHECK(only(FindingKind::kDmaWrongDirection) != nullptr);
}

TEST_CASE_METHOD(Behind, "iommu: a bus that moves addresses maps nothing by itself", "[checker]") {
  Mapping piece;
  piece.address = kMemory;
  piece.size = 256;
  piece.device = "/dma";
  piece.io_address = kIo;
  ledger.map(piece);
  checker.expect_bus_addresses(kDma);
  write(kIo, 256);
  CHECK(findings.all().empty());
  write(kIo + 0x4000, 4);
  CHECK(only(FindingKind::kDmaOutsideMapping) != nullptr);
}

TEST_CASE_METHOD(Behind, "iommu: what is mapped for a client is its controller's to use",
                 "[checker]") {
  Mapping mapping;
  mapping.address = kIo + 0x200;
  mapping.size = 64;
  mapping.direction = DmaDirection::kFromDevice;
  mapping.device = "/mmci";
  ledger.io_space("/mmci").map(mapping);
  write(kIo + 0x200, 64);
  CHECK(only(FindingKind::kDmaOutsideMapping) != nullptr);
  checker.name_client(kDma, "/mmci");
  write(kIo + 0x200, 64);
  CHECK(findings.all()[0].count == 1);
  read(kIo + 0x200, 64);
  CHECK(findings.all().back().kind == FindingKind::kDmaWrongDirection);
}
