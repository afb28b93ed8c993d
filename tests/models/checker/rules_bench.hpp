// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "models/checker/mapping_rules.hpp"

namespace linefill::test {

/// The rules, called by hand: a mapping of 4 KiB at kHandle, FROM_DEVICE.
struct Rules {
  static constexpr std::uint32_t kHandle = 0x6000'1000;
  static constexpr std::uint32_t kDevice = 0x6010'0000;

  MappingCall call(const char* function, MappingFamily family = MappingFamily::kPage) const {
    return {.family = family,
            .function = function,
            .device = kDevice,
            .device_name = "dma",
            .address = kHandle,
            .size = 4096,
            .direction = DmaDirection::kFromDevice,
            .site = 0x9000};
  }
  void map(const MappingCall& mapping) { rules.mapped(mapping, {{mapping.address, mapping.size}}); }
  /// The kinds found, in order.
  std::vector<FindingKind> kinds() const {
    std::vector<FindingKind> all;
    for (const Finding& finding : findings.all()) all.push_back(finding.kind);
    return all;
  }
  FindingLog findings;
  MappingRules rules{findings};
};

}  // namespace linefill::test
