// SPDX-License-Identifier: Apache-2.0
// What is said of mappings that are not ended as they were made: Linux,
// Documentation/core-api/dma-api.rst.
#include "tests/models/checker/rules_bench.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

using test::Rules;
using Kinds = std::vector<FindingKind>;

TEST_CASE_METHOD(Rules, "mapping rules: what is ended as it was made is right", "[checker]") {
  for (unsigned again = 0; again < 2; ++again) {
    map(call("dma_map_page_attrs"));
    rules.synced(call("dma_sync_single_for_cpu"));
    rules.ended(call("dma_unmap_page_attrs"));
  }
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Rules, "mapping rules: an unmap must fit in each argument", "[checker]") {
  struct Row {
    FindingKind kind;
    void (*change)(MappingCall&);
  };
  const Row row = GENERATE(values<Row>({
      {FindingKind::kApiSizeMismatch, [](MappingCall& c) { c.size = 4095; }},
      {FindingKind::kApiDirectionMismatch,
       [](MappingCall& c) { c.direction = DmaDirection::kBidirectional; }},
      {FindingKind::kApiWrongDevice, [](MappingCall& c) { c.device += 8; }},
      {FindingKind::kApiWrongFunction, [](MappingCall& c) { c.family = MappingFamily::kList; }},
      {FindingKind::kApiUnmapUnknown, [](MappingCall& c) { c.address += 32; }},
  }));
  map(call("dma_map_page_attrs"));
  MappingCall unmap = call("dma_unmap_page_attrs");
  row.change(unmap);
  rules.ended(unmap);
  REQUIRE(kinds() == Kinds{row.kind});
  CHECK(findings.all()[0].severity == Severity::kError);
  CHECK(findings.all()[0].cause == "dma_unmap_page_attrs");
  CHECK(findings.all()[0].device == "dma");
  CHECK(findings.all()[0].reader.pc == 0x9000);
  CHECK_FALSE(findings.all()[0].missing.empty());
}

TEST_CASE_METHOD(Rules, "mapping rules: an unmap without a direction ends nothing", "[checker]") {
  map(call("dma_map_page_attrs"));
  MappingCall unmap = call("dma_unmap_page_attrs");
  unmap.direction = DmaDirection::kNone;
  CHECK_FALSE(rules.ended(unmap));
  CHECK(rules.ended(call("dma_unmap_page_attrs")));
  CHECK(kinds() == Kinds{FindingKind::kApiDirectionMismatch});
}

TEST_CASE_METHOD(Rules, "mapping rules: the second unmap is one too many", "[checker]") {
  map(call("dma_map_page_attrs"));
  rules.ended(call("dma_unmap_page_attrs"));
  rules.ended(call("dma_unmap_page_attrs"));
  CHECK(kinds() == Kinds{FindingKind::kApiDoubleUnmap});
}

TEST_CASE_METHOD(Rules,
                 "mapping rules: a second unmap does not end the memory below a bounce buffer",
                 "[checker]") {
  map(call("dma_alloc_attrs", MappingFamily::kCoherent));
  map(call("dma_map_page_attrs"));
  rules.ended(call("dma_unmap_page_attrs"));
  rules.ended(call("dma_unmap_page_attrs"));
  CHECK(kinds() == Kinds{FindingKind::kApiDoubleUnmap});
  rules.ended(call("dma_free_attrs", MappingFamily::kCoherent));
  CHECK(findings.all().size() == 1);
}

TEST_CASE_METHOD(Rules, "mapping rules: a list wants the entries that were mapped", "[checker]") {
  MappingCall list = call("dma_map_sg_attrs", MappingFamily::kList);
  list.entries = 3;
  rules.mapped(list, {{kHandle, 8192}, {0x6000'0000, 512}});  // Merged into two.
  MappingCall sync = call("dma_sync_sg_for_cpu", MappingFamily::kList);
  rules.synced(sync);
  sync.address = 0x6000'0000;
  sync.size = 512;
  rules.synced(sync);
  CHECK(findings.all().empty());
  list.entries = 2;
  rules.ended(list);
  CHECK(kinds() == Kinds{FindingKind::kApiEntryCountMismatch});
}

TEST_CASE_METHOD(Rules, "mapping rules: a sync lies inside its mapping", "[checker]") {
  map(call("dma_map_page_attrs"));
  MappingCall sync = call("dma_sync_single_for_device");
  sync.address += 4000;
  sync.size = 96;
  rules.synced(sync);
  CHECK(findings.all().empty());
  sync.size = 97;
  rules.synced(sync);
  CHECK(kinds() == Kinds{FindingKind::kApiSyncOutsideMapping});
}

TEST_CASE_METHOD(Rules, "mapping rules: bytes a device may write are mapped once at a time",
                 "[checker]") {
  map(call("dma_map_page_attrs"));
  MappingCall other = call("dma_map_page_attrs");
  other.address += 4096;
  map(other);  // Beside it.
  other.device += 8;
  other.address = kHandle;
  map(other);  // Another device: perhaps other memory.
  other = call("dma_map_page_attrs");
  other.cpu_sync_skipped = true;
  map(other);
  CHECK(findings.all().empty());
  other = call("dma_map_page_attrs");
  other.address += 4095;
  other.size = 1;
  other.direction = DmaDirection::kToDevice;
  map(other);
  CHECK(kinds() == Kinds{FindingKind::kApiOverlap});
}

TEST_CASE_METHOD(Rules, "mapping rules: bytes that are only read may be mapped twice",
                 "[checker]") {
  MappingCall read = call("dma_map_page_attrs");
  read.direction = DmaDirection::kToDevice;
  map(read);
  map(read);
  rules.ended(read);
  rules.ended(read);
  CHECK(findings.all().empty());
}
