// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace guest {

/// What is left out of a copy by DMA, or done wrong. cases.tsv explains each.
struct Mistake {
  std::string_view name;
  bool no_map_clean = false;
  bool no_map_invalidate = false;
  bool no_unmap_invalidate = false;
  bool no_outer = false;
  bool no_barrier = false;
  bool shared_line = false;
};

/// The mistake of a name as in `break=no-map-clean`; nothing for other words.
std::optional<Mistake> mistake_named(std::string_view name);

}  // namespace guest
