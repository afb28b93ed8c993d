// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/arch/mmio.hpp"
#include "sw/dma/mapping.hpp"
#include "sw/drivers/clcd/panel.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/interrupt.hpp"

namespace guest {

/// PrimeCell Color LCD Controller PL111 (DDI 0293), chapter 3.
struct ClcdRegisters {
  std::uint32_t timing0;
  std::uint32_t timing1;
  std::uint32_t timing2;
  std::uint32_t timing3;
  std::uint32_t upper_base;
  std::uint32_t lower_base;
  std::uint32_t control;
  std::uint32_t interrupt_mask;
  std::uint32_t raw_interrupt;
  std::uint32_t masked_interrupt;
  std::uint32_t interrupt_clear;
  std::uint32_t upper_current;
  std::uint32_t lower_current;
};
static_assert(offsetof(ClcdRegisters, control) == 0x018);
static_assert(offsetof(ClcdRegisters, lower_current) == 0x030);

/// WATERMARK: how many of the 32 locations of 8 bytes in the display's FIFO are empty when it asks
/// for a burst that fills them.
enum class ClcdBurst : std::uint8_t { k32Bytes, k64Bytes };

/// The driver of a PL111: one framebuffer of 32 bits a pixel, 0x00RRGGBB, scanned out all the time.
class Clcd {
 public:
  Clcd() = default;
  Clcd(const Clcd&) = delete;
  Clcd& operator=(const Clcd&) = delete;

  /// kNoDevice if there is none at the address; kNotFound without a panel.
  Result<void> probe(device& dev);

  bool present() const { return registers_.base() != nullptr; }
  device& dev() const { return *dev_; }
  const PanelTiming& panel() const { return panel_; }
  std::size_t frame_bytes() const {
    return std::size_t{panel_.width} * panel_.height * sizeof(std::uint32_t);
  }

  /// Switches the display on. `framebuffer` is `frame_bytes()` long, contiguous, and stays.
  Result<void> enable(DmaAddress framebuffer, ClcdBurst burst = ClcdBurst::k64Bytes);
  void disable();

  /// Returns when a frame that began after the call has been sent to the panel from its first pixel
  /// to its last. kTimeout if the controller does not go on to new frames.
  Result<void> wait_for_whole_frame();

  /// In how many frames its FIFO ran empty, and how often a bus access failed.
  unsigned underflows() const { return underflows_; }
  unsigned bus_errors() const { return bus_errors_; }

 private:
  static irqreturn_t on_interrupt(int irq, void* self);
  void serve_interrupt();
  std::uint32_t pixel_clock_control() const;

  device* dev_ = nullptr;
  Mmio<ClcdRegisters> registers_;
  std::uint32_t source_hz_ = 0;
  PanelTiming panel_;
  completion frame_start_;
  volatile unsigned underflows_ = 0;
  volatile unsigned bus_errors_ = 0;
};

/// The first display controller that has a panel; null if there is none.
Clcd* clcd();

}  // namespace guest
