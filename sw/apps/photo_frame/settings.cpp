// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/settings.hpp"

#include <array>

namespace guest {

std::optional<Mistake> mistake_named(std::string_view name) {
  struct Row {
    std::string_view name;
    Mistake mistake;
  };
  static constexpr std::array<Row, 7> kRows{{
      {"no-map-clean", Mistake::kNoMapClean},
      {"no-unmap-invalidate", Mistake::kNoUnmapInvalidate},
      {"no-map-invalidate", Mistake::kNoMapInvalidate},
      {"no-outer", Mistake::kNoOuter},
      {"cached-framebuffer", Mistake::kCachedFramebuffer},
      {"no-barrier", Mistake::kNoBarrier},
      {"shared-line", Mistake::kSharedLine},
  }};
  for (const Row& row : kRows) {
    if (row.name == name) return row.mistake;
  }
  return {};
}

}  // namespace guest
