// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/apps/photo_frame/pattern_filler.hpp"
#include "sw/apps/photo_frame/settings.hpp"
#include "sw/apps/photo_frame/surface.hpp"
#include "sw/drivers/clcd/clcd.hpp"

namespace guest {

/// What a person sees: a cached back buffer to draw in, and the write-combining framebuffer that
/// the LCD shows and that PL330 copies the back buffer to (without a PL330, the CPU).
class Screen {
 public:
  Screen(Clcd& lcd, PatternFiller& filler, const Settings& settings)
      : lcd_{lcd}, filler_{filler}, settings_{settings} {}

  /// Allocates both buffers and switches the LCD on; both stay.
  Result<void> start();
  /// Who copies from now on; null, and at first: the CPU.
  void copy_by(DmaChannel* channel) { channel_ = channel; }

  /// Where the next picture is drawn. Its memory has been filled with a pattern; draw all of it.
  Result<Surface> begin();
  /// Shows what was drawn, with `caption` if captions are on; returns when the LCD has shown it for
  /// a whole frame.
  Result<void> present(std::string_view caption);
  /// Of the pixels last drawn, as the CPU sees them.
  std::uint32_t back_buffer_crc() const;

  /// Lets the LCD go on showing the picture for one more frame.
  Result<void> hold() { return lcd_.wait_for_whole_frame(); }

 private:
  Result<void> allocate_framebuffer();
  Result<void> blit();
  Surface surface_of(std::span<std::byte> memory) const;

  Clcd& lcd_;
  DmaChannel* channel_ = nullptr;
  PatternFiller& filler_;
  const Settings& settings_;
  std::span<std::byte> back_buffer_;
  std::span<std::byte> framebuffer_;  ///< As the CPU addresses it.
  DmaAddress framebuffer_address_{};  ///< As the LCD controller does.
};

}  // namespace guest
