// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/clcd/clcd.hpp"

#include <algorithm>

#include "sw/kernel/time.hpp"

namespace guest {

namespace {

using R = ClcdRegisters;

constexpr std::uint32_t kPartNumber = 0x111;
constexpr std::uint32_t kUsualSource = 25'175'000;

// LCDTiming2.
constexpr std::uint32_t kBypassDivider = 1U << 26;
constexpr unsigned kClocksPerLineShift = 16;
constexpr std::uint32_t kInvertHorizontalSync = 1U << 12;
constexpr std::uint32_t kInvertVerticalSync = 1U << 11;
constexpr std::uint32_t kDividerLow = 0x1F;
constexpr unsigned kDividerHighShift = 27;
// LCDControl.
constexpr std::uint32_t kEnable = 1U << 0;
constexpr std::uint32_t k24BitsPerPixel = 5U << 1;
constexpr std::uint32_t kTft = 1U << 5;
constexpr std::uint32_t kBgr = 1U << 8;
constexpr std::uint32_t kPower = 1U << 11;
constexpr std::uint32_t kEightEmpty = 1U << 16;  // WATERMARK.
// Interrupts. The base address is taken over, and this one raised, at each start of a frame.
constexpr std::uint32_t kFifoUnderflow = 1U << 1;
constexpr std::uint32_t kNextBase = 1U << 2;
constexpr std::uint32_t kBusError = 1U << 4;
constexpr std::uint32_t kServed = kFifoUnderflow | kNextBase | kBusError;

Clcd controller;

Result<void> probe_clcd(device& dev) {
  if (controller.present()) return Error::kBusy;
  const Result<void> result = controller.probe(dev);
  if (result) dev.driver_data = &controller;
  return result;
}

Driver driver{"arm,pl111", Stage::kDevice, probe_clcd};

}  // namespace

Clcd* clcd() { return controller.present() ? &controller : nullptr; }

Result<void> Clcd::probe(device& dev) {
  const Result<volatile void*> registers = device_iomap(dev);
  if (!registers) return registers.error();
  if ((primecell_id(*registers) & 0xFFF) != kPartNumber) return Error::kNoDevice;
  const Result<PanelTiming> panel = panel_of(dev.of_node);
  if (!panel) return panel.error();
  const Mmio<R> mmio{*registers};
  mmio.write(&R::interrupt_mask, 0);
  mmio.write(&R::control, 0);
  const Result<unsigned> irq = device_irq(dev);
  if (!irq) return irq.error();
  if (request_irq(*irq, on_interrupt, 0, dev_name(&dev), this) != 0) return Error::kBusy;
  dev_ = &dev;
  panel_ = *panel;
  source_hz_ = clock_rate(dev, 0, kUsualSource);
  registers_ = mmio;
  return {};
}

std::uint32_t Clcd::pixel_clock_control() const {
  // The nearest clock that is not faster than the panel's: source / (PCD + 2), or the source
  // itself.
  const std::uint32_t ratio = (source_hz_ + panel_.clock_hz - 1) / panel_.clock_hz;
  if (ratio <= 1) return kBypassDivider;
  constexpr std::uint32_t kMaxDivider = 0x3FF;
  const std::uint32_t divider = std::min(ratio - 2, kMaxDivider);
  return (divider & kDividerLow) | divider >> 5 << kDividerHighShift;
}

Result<void> Clcd::enable(DmaAddress framebuffer, ClcdBurst burst) {
  const PanelTiming& p = panel_;
  constexpr std::uint32_t kPixelsPerUnit = 16;
  if (p.width % kPixelsPerUnit != 0 || p.width > 1024 || p.height > 1024)
    return Error::kUnsupported;
  registers_.write(&R::timing0, (p.width / kPixelsPerUnit - 1) << 2 | (p.horizontal_sync - 1) << 8 |
                                    (p.horizontal_front_porch - 1) << 16 |
                                    (p.horizontal_back_porch - 1) << 24);
  registers_.write(&R::timing1, (p.height - 1) | (p.vertical_sync - 1) << 10 |
                                    p.vertical_front_porch << 16 | p.vertical_back_porch << 24);
  registers_.write(&R::timing2, (p.width - 1) << kClocksPerLineShift | kInvertHorizontalSync |
                                    kInvertVerticalSync | pixel_clock_control());
  registers_.write(&R::timing3, 0);
  registers_.write(&R::upper_base, raw(framebuffer));
  registers_.write(&R::lower_base, 0);
  registers_.write(&R::interrupt_clear, kServed);
  registers_.write(&R::interrupt_mask, kServed);
  // Linux, pl111_display_enable: signals first, the panel's power when they are stable.
  const std::uint32_t mode =
      (burst == ClcdBurst::k64Bytes ? kEightEmpty : 0) | k24BitsPerPixel | kTft | kBgr | kEnable;
  registers_.write(&R::control, mode);
  constexpr std::uint32_t kStableMs = 1;
  msleep(kStableMs);
  registers_.write(&R::control, mode | kPower);
  return {};
}

void Clcd::disable() {
  registers_.write(&R::control, 0);
  registers_.write(&R::interrupt_mask, 0);
}

Result<void> Clcd::wait_for_whole_frame() {
  constexpr unsigned kPatience = 4;  // Frames.
  reinit_completion(&frame_start_);
  // From the next start of a frame to the one after it.
  for (unsigned starts = 0; starts < 2; ++starts) {
    if (wait_for_completion_timeout(&frame_start_, kPatience * panel_.frame_us()) == 0)
      return Error::kTimeout;
  }
  return {};
}

irqreturn_t Clcd::on_interrupt(int /*irq*/, void* self) {
  static_cast<Clcd*>(self)->serve_interrupt();
  return IRQ_HANDLED;
}

void Clcd::serve_interrupt() {
  const std::uint32_t status = registers_.read(&R::masked_interrupt);
  registers_.write(&R::interrupt_clear, status);
  // One a frame is enough to know.
  if ((status & kFifoUnderflow) != 0) {
    underflows_ = underflows_ + 1;
    registers_.write(&R::interrupt_mask, kServed & ~kFifoUnderflow);
  } else if ((status & kNextBase) != 0) {
    registers_.write(&R::interrupt_mask, kServed);
  }
  if ((status & kBusError) != 0) bus_errors_ = bus_errors_ + 1;
  if ((status & kNextBase) != 0) complete(&frame_start_);
}

}  // namespace guest
