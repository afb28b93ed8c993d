// SPDX-License-Identifier: Apache-2.0
#include "models/checker/remedy.hpp"

#include "tests/support/catch.hpp"

using namespace linefill;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Mapping ended_mapping() {
  Mapping mapping;
  mapping.function = "dma_map_sg_attrs";
  mapping.address = 0x1000;
  mapping.size = 0x100;
  mapping.direction = DmaDirection::kFromDevice;
  mapping.owner = Mapping::Owner::kEnded;
  mapping.unmap_entered = Time{1000};
  return mapping;
}

Finding device_wrote(FindingKind kind, const char* cause, Time at) {
  Finding finding;
  finding.kind = kind;
  finding.cause = cause;
  finding.address = 0x1040;
  finding.length = 32;
  finding.writer.time = at;
  return finding;
}

}  // namespace

TEST_CASE("A buffer unmapped before the device had written it lacks the unmap", "[checker]") {
  const Finding late = device_wrote(FindingKind::kStaleCpuRead, "not_invalidated", Time{1001});
  const Mapping mapping = ended_mapping();
  CHECK(remedy_for(late, &mapping) ==
        "dma_unmap_sg(dev, sg, nents, DMA_FROM_DEVICE) after the transfer has ended");
}

TEST_CASE("A buffer unmapped after the transfer, and yet stale, lacks what unmap does to L1",
          "[checker]") {
  const Finding finding = device_wrote(FindingKind::kStaleCpuRead, "not_invalidated", Time{999});
  const Mapping mapping = ended_mapping();
  CHECK_THAT(
      remedy_for(finding, &mapping),
      StartsWith("the L1 invalidate of (0x00001000, 0x00001100)") && Contains("in dma_unmap_sg("));
}

TEST_CASE("A dirty line that came over a device's data names the invalidates of both levels",
          "[checker]") {
  const Finding finding = device_wrote(FindingKind::kLostDeviceWrite, "eviction", Time{999});
  Mapping mapping = ended_mapping();
  mapping.owner = Mapping::Owner::kDevice;
  CHECK_THAT(remedy_for(finding, &mapping),
             Contains("L1 (dmac_map_area)") && Contains("L2 (outer_inv_range)"));
}

TEST_CASE("What waits in the outer cache's eviction buffers lacks a sync", "[checker]") {
  const FindingKind kind = GENERATE(FindingKind::kWriteNotDrained, FindingKind::kLostDeviceWrite);
  const Finding finding = device_wrote(kind, "l2_eviction_buffer", Time{999});
  const Mapping mapping = ended_mapping();
  CHECK_THAT(remedy_for(finding, &mapping), StartsWith("outer_sync() after"));
}
