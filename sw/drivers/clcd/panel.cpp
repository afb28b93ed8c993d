// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/clcd/panel.hpp"

namespace guest {

std::uint32_t PanelTiming::frame_us() const {
  const std::uint64_t columns =
      std::uint64_t{width} + horizontal_front_porch + horizontal_sync + horizontal_back_porch;
  const std::uint64_t lines =
      std::uint64_t{height} + vertical_front_porch + vertical_sync + vertical_back_porch;
  constexpr std::uint32_t kUsPerSecond = 1'000'000;
  return clock_hz == 0 ? 0
                       : static_cast<std::uint32_t>(columns * lines * kUsPerSecond / clock_hz + 1);
}

Result<PanelTiming> panel_of(FdtNode controller) {
  const FdtNode endpoint = controller.child("port").child("endpoint");
  if (!endpoint) return Error::kNotFound;
  const FdtNode remote = endpoint.reference("remote-endpoint");
  if (!remote) return Error::kNotFound;
  const FdtNode node = remote.parent().parent().child("panel-timing");
  if (!node) return Error::kNotFound;
  PanelTiming timing;
  timing.clock_hz = node.cell("clock-frequency", 0);
  timing.width = node.cell("hactive", 0);
  timing.height = node.cell("vactive", 0);
  timing.horizontal_front_porch = node.cell("hfront-porch", 0);
  timing.horizontal_sync = node.cell("hsync-len", 0);
  timing.horizontal_back_porch = node.cell("hback-porch", 0);
  timing.vertical_front_porch = node.cell("vfront-porch", 0);
  timing.vertical_sync = node.cell("vsync-len", 0);
  timing.vertical_back_porch = node.cell("vback-porch", 0);
  if (timing.clock_hz == 0 || timing.width == 0 || timing.height == 0) return Error::kInvalid;
  return timing;
}

}  // namespace guest
