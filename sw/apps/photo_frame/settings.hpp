// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace guest {

/// The classic mistakes photo_frame can make, one at a time. cases.tsv explains them.
enum class Mistake : std::uint8_t {
  kNone,
  kNoMapClean,
  kNoUnmapInvalidate,
  kNoMapInvalidate,
  kNoOuter,
  kCachedFramebuffer,
  kNoBarrier,
  kSharedLine,
};

/// The mistake of a name as in `break=no-map-clean`; nothing for other words.
std::optional<Mistake> mistake_named(std::string_view name);

/// What the kernel command line asks for.
struct Settings {
  Mistake mistake = Mistake::kNone;
  bool caption = false;
};

}  // namespace guest
