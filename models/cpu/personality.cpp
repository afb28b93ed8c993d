// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/personality.hpp"

#include <array>
#include <string>

#include "models/core/model_registry.hpp"

namespace linefill {

namespace {

const DescribeModel kCortexA9{"arm,cortex-a9",
                              "Cortex-A9 processor with L1 caches, MMU and store buffer"};
const DescribeModel kMohawk{"marvell,mohawk", "PJ1 processor: ARMv5TE, its L2 operated by CP15"};
const DescribeModel kPj4{"marvell,pj4", "PJ4 processor in its ARMv7 personality"};

}  // namespace

std::span<const Personality* const> personalities() {
  static const Personality kA9{"arm,cortex-a9", armv7a(), SystemControlTable::cortex_a9()};
  static const Personality kPj1{"marvell,mohawk",
                                armv5te(),
                                SystemControlTable::mohawk(),
                                TranslationRegisters::Format::kArmv5,
                                true,
                                false};
  static const Personality kPj4Core{"marvell,pj4", armv7a(), SystemControlTable::pj4()};
  static const std::array kAll{&kA9, &kPj1, &kPj4Core};
  return kAll;
}

const Personality& personality_of(const DeviceNode& node) {
  std::string known;
  for (const Personality* personality : personalities()) {
    if (node.compatible_with(personality->compatible)) return *personality;
    known += (known.empty() ? "\"" : ", \"") + std::string{personality->compatible} + '"';
  }
  node.fail("compatible", known);
}

}  // namespace linefill
