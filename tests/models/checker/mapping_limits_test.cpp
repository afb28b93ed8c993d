// SPDX-License-Identifier: Apache-2.0
// Failure that nobody asks for, masks, segments and leaks: Linux 6.1, kernel/dma/debug.c and
// Documentation/core-api/dma-api.rst.
#include "tests/models/checker/rules_bench.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using test::Rules;
using Kinds = std::vector<FindingKind>;

namespace {

constexpr std::uint32_t kSetter = 0xA000;  // Where a setter is called.

MappingCall setter(const char* function) {
  return {.function = function, .device = Rules::kDevice, .device_name = "dma", .site = kSetter};
}

}  // namespace

TEST_CASE_METHOD(Rules, "mapping rules: a handle is checked before it is used", "[checker]") {
  rules.expect_checks();
  map(call("dma_map_page_attrs"));
  rules.checked(kDevice, kHandle);
  rules.synced(call("dma_sync_single_for_cpu"));
  rules.ended(call("dma_unmap_page_attrs"));
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Rules, "mapping rules: an unchecked handle is a warning, once a mapping",
                 "[checker]") {
  rules.expect_checks();
  map(call("dma_map_page_attrs"));
  rules.checked(kDevice + 8, kHandle);  // Another device's.
  rules.synced(call("dma_sync_single_for_cpu"));
  rules.ended(call("dma_unmap_page_attrs"));
  REQUIRE(kinds() == Kinds{FindingKind::kApiUncheckedError});
  CHECK(findings.all()[0].severity == Severity::kWarning);
  CHECK(findings.all()[0].cause == "dma_sync_single_for_cpu");
}

TEST_CASE_METHOD(Rules, "mapping rules: where no check can be seen none is missed", "[checker]") {
  map(call("dma_map_page_attrs"));
  rules.ended(call("dma_unmap_page_attrs"));
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Rules, "mapping rules: lists and allocations say themselves that they failed",
                 "[checker]") {
  rules.expect_checks();
  const auto family = GENERATE(MappingFamily::kList, MappingFamily::kCoherent,
                               MappingFamily::kPages, MappingFamily::kTable);
  map(call("made", family));
  rules.ended(call("ended", family));
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Rules, "mapping rules: the use of a failed handle is an error", "[checker]") {
  rules.used_failed(call("dma_unmap_page_attrs"));
  REQUIRE(kinds() == Kinds{FindingKind::kApiUncheckedError});
  CHECK(findings.all()[0].severity == Severity::kError);
}

TEST_CASE_METHOD(Rules, "mapping rules: a mapping ends within the device's mask", "[checker]") {
  const auto [mask, found] = GENERATE(table<std::uint64_t, bool>(
      {{kHandle + 4095, false}, {kHandle + 4094, true}, {~std::uint64_t{0}, false}}));
  rules.set_mask(setter("dma_set_mask"), mask, false);
  map(call("dma_map_page_attrs"));
  CHECK(kinds() == (found ? Kinds{FindingKind::kApiMaskViolation} : Kinds{}));
}

TEST_CASE_METHOD(Rules, "mapping rules: coherent memory has a mask of its own", "[checker]") {
  rules.set_mask(setter("dma_set_mask"), 0x00FF'FFFF, false);
  map(call("dma_alloc_attrs", MappingFamily::kCoherent));
  CHECK(findings.all().empty());
  rules.set_mask(setter("dma_set_coherent_mask"), 0x00FF'FFFF, true);
  REQUIRE(kinds() == Kinds{FindingKind::kApiMaskViolation});
  CHECK(findings.all()[0].reader.pc == kSetter);
  CHECK(findings.all()[0].mapping_site == 0x9000);
}

TEST_CASE_METHOD(Rules, "mapping rules: segments are as long as the device declared, at most",
                 "[checker]") {
  const auto [longest, found] = GENERATE(table<std::uint32_t, bool>({{4096, false}, {4095, true}}));
  rules.set_longest_segment(kDevice, longest);
  map(call("dma_map_page_attrs"));
  CHECK(findings.all().empty());  // A limit of lists.
  rules.ended(call("dma_unmap_page_attrs"));
  map(call("dma_map_sg_attrs", MappingFamily::kList));
  CHECK(kinds() == (found ? Kinds{FindingKind::kApiSegmentLimit} : Kinds{}));
  if (found) CHECK(findings.all()[0].cause == "length");
}

// Linux's own case: 0x40 bytes from 0xfff0 on cross a boundary of 64 KiB.
TEST_CASE_METHOD(Rules, "mapping rules: no segment crosses the device's boundary", "[checker]") {
  const auto [address, found] =
      GENERATE(table<std::uint32_t, bool>({{0xFFF0, true}, {0xFFC0, false}, {0x1'0000, false}}));
  rules.set_segment_boundary(kDevice, 0xFFFF);
  rules.mapped(call("dma_map_sg_attrs", MappingFamily::kList), {{address, 0x40}});
  CHECK(kinds() == (found ? Kinds{FindingKind::kApiSegmentLimit} : Kinds{}));
  if (found) CHECK(findings.all()[0].cause == "boundary");
}

TEST_CASE_METHOD(Rules, "mapping rules: what streams at the program's end is a leak", "[checker]") {
  map(call("dma_map_page_attrs"));
  MappingCall other = call("dma_map_page_attrs");
  other.address += 0x1000;
  map(other);
  rules.run_ended(true, Time{7});
  REQUIRE(kinds() == Kinds{FindingKind::kApiLeak});
  CHECK(findings.all()[0].cause == "guest_ended");
  CHECK(findings.all()[0].count == 2);
  CHECK(findings.all()[0].reader.pc == 0x9000);
}

TEST_CASE_METHOD(Rules, "mapping rules: a run that is cut off has not leaked yet", "[checker]") {
  map(call("dma_map_page_attrs"));
  rules.run_ended(false, Time{7});
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Rules, "mapping rules: allocations and resources may stay, but not grow for ever",
                 "[checker]") {
  const auto family = GENERATE(MappingFamily::kCoherent, MappingFamily::kResource,
                               MappingFamily::kPages, MappingFamily::kTable);
  const auto [count, ended, found] = GENERATE(
      table<std::uint32_t, bool, bool>({{63, false, false}, {64, false, true}, {65, true, false}}));
  for (std::uint32_t i = 0; i < count; ++i) {
    MappingCall each = call("made", family);
    each.address += 0x1000 * i;
    map(each);
  }
  if (ended) rules.ended(call("ended", family));
  rules.run_ended(true, Time{7});
  CHECK(kinds() == (found ? Kinds{FindingKind::kApiLeak} : Kinds{}));
  if (found) CHECK(findings.all()[0].cause == "growing");
}

TEST_CASE_METHOD(Rules, "mapping rules: a pool's block goes back once, to its own pool",
                 "[checker]") {
  const MappingCall block = call("dma_pool_alloc", MappingFamily::kPool);
  MappingCall other = block;
  other.device += 8;
  map(block);
  CHECK_FALSE(rules.ended(other));
  CHECK(rules.ended(block));
  CHECK_FALSE(rules.ended(block));
  CHECK(kinds() == Kinds{FindingKind::kApiWrongDevice, FindingKind::kApiDoubleUnmap});
}

TEST_CASE_METHOD(Rules, "mapping rules: the page of a pool's first block is not that block",
                 "[checker]") {
  map(call("dma_alloc_attrs", MappingFamily::kCoherent));
  MappingCall block = call("dma_pool_alloc", MappingFamily::kPool);
  block.device += 8;
  block.size = 64;
  map(block);
  CHECK(rules.ended(block));
  CHECK(rules.ended(call("dma_free_attrs", MappingFamily::kCoherent)));
  CHECK(findings.all().empty());
}

TEST_CASE_METHOD(Rules, "mapping rules: no block outlives its pool", "[checker]") {
  const MappingCall block = call("dma_pool_alloc", MappingFamily::kPool);
  map(block);
  rules.pool_destroyed(block);
  REQUIRE(kinds() == Kinds{FindingKind::kApiLeak});
  CHECK(findings.all()[0].cause == "pool_destroyed");
  rules.pool_destroyed(block);
  CHECK(findings.all()[0].count == 1);
}

TEST_CASE_METHOD(Rules, "mapping rules: nothing of a device outlives its driver", "[checker]") {
  map(call("dma_alloc_attrs", MappingFamily::kCoherent));
  MappingCall other = setter("devres_release_all");
  other.device += 8;
  rules.device_gone(other);
  CHECK(findings.all().empty());
  rules.device_gone(setter("devres_release_all"));
  REQUIRE(kinds() == Kinds{FindingKind::kApiLeak});
  CHECK(findings.all()[0].cause == "device_gone");
}
