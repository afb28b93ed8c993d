// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/memory_to_memory/mistake.hpp"

#include <array>

namespace guest {

std::optional<Mistake> mistake_named(std::string_view name) {
  static constexpr std::array<Mistake, 6> kMistakes{{
      {.name = "no-map-clean", .no_map_clean = true},
      {.name = "no-map-invalidate", .no_map_invalidate = true},
      {.name = "no-unmap-invalidate", .no_unmap_invalidate = true},
      {.name = "no-outer", .no_outer = true},
      {.name = "no-barrier", .no_barrier = true},
      {.name = "shared-line", .shared_line = true},
  }};
  for (const Mistake& mistake : kMistakes) {
    if (mistake.name == name) return mistake;
  }
  return {};
}

}  // namespace guest
