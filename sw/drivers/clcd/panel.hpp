// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/lib/fdt.hpp"
#include "sw/lib/result.hpp"

namespace guest {

/// The timing of a display panel: Devicetree binding display/panel/panel-timing.yaml.
struct PanelTiming {
  std::uint32_t clock_hz = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t horizontal_front_porch = 0;
  std::uint32_t horizontal_sync = 0;
  std::uint32_t horizontal_back_porch = 0;
  std::uint32_t vertical_front_porch = 0;
  std::uint32_t vertical_sync = 0;
  std::uint32_t vertical_back_porch = 0;

  std::uint32_t frame_us() const;  ///< How long one frame lasts.
};

/// The panel at the other end of a display controller's first port; kNotFound without one.
Result<PanelTiming> panel_of(FdtNode controller);

}  // namespace guest
