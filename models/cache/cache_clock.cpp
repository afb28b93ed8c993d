// SPDX-License-Identifier: Apache-2.0
#include "models/cache/cache_clock.hpp"

namespace linefill {

std::uint64_t cache_clock_hz(const DeviceNode& node) {
  constexpr std::uint64_t kDefaultHz = 400'000'000;
  const DeviceNode* root = &node;
  while (root->parent() != nullptr) root = root->parent();
  const DeviceNode* cpus = root->child("cpus");
  std::uint64_t core = kDefaultHz;
  if (cpus != nullptr && !cpus->children().empty()) {
    core = cpus->children().front()->u32_or("clock-frequency", kDefaultHz);
  }
  const std::uint64_t hz = node.clock_hz({}, core);
  if (hz == 0) node.fail("clock-frequency", "more than 0");
  return hz;
}

}  // namespace linefill
