// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "sw/arch/mmio.hpp"
#include "sw/dma/mapping.hpp"
#include "sw/dmaengine/pl330/microcode.hpp"
#include "sw/dmaengine/pl330/pl330_registers.hpp"
#include "sw/lib/result.hpp"

namespace guest {

/// A thread of the PL330 driven by its debug registers, without the driver: for what no driver
/// lets one choose, such as the length of bursts, or a doorbell without a barrier. The driver's
/// channels must be idle while a doorbell is prepared. Uses the last thread, which the driver gives
/// out last.
class BareDma {
 public:
  /// kNoDevice without a PL330.
  static Result<BareDma> find();

  device& dev() const { return *dev_; }
  /// Where microcode is written: coherent memory.
  pl330::Assembler code() const { return pl330::Assembler{program_.bytes()}; }
  /// All of a start but the doorbell; what was stored before is made visible.
  Result<void> prepare() const;
  /// The doorbell: one store to a device, with no barrier.
  void ring() const { registers_.write_relaxed(&pl330::Registers::dbgcmd, 0); }
  /// Until the thread has stopped; kIo if it faulted (then it is killed), kTimeout after a second.
  Result<void> wait() const;
  /// Moves one segment in bursts of `shape`, and waits.
  Result<void> run(const pl330::Shape& shape, const pl330::Segment& segment) const;

 private:
  BareDma(device& dev, volatile void* registers, unsigned thread, CoherentMemory&& program)
      : dev_{&dev}, registers_{registers}, thread_{thread}, program_{std::move(program)} {}
  std::uint32_t state() const;
  void kill() const;

  device* dev_;
  Mmio<pl330::Registers> registers_;
  unsigned thread_;
  CoherentMemory program_;
};

}  // namespace guest
