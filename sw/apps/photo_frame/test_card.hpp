// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sw/apps/photo_frame/surface.hpp"

namespace guest {

/// Fills the surface with colour bars and a panel that says which file could not be shown, and why.
void draw_test_card(const Surface& surface, std::string_view name, std::string_view reason);

/// Draws a bar with the file's name along the lower edge.
void draw_caption(const Surface& surface, std::string_view name);
inline constexpr std::uint32_t kCaptionHeight = 28;

}  // namespace guest
