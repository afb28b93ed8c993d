// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sw/arch/mmio.hpp"
#include "sw/dmaengine/pl330/microcode.hpp"
#include "sw/dmaengine/pl330/pl330_registers.hpp"
#include "sw/kernel/device.hpp"

namespace guest::test {

/// Coherent memory, freed by the destructor.
struct Coherent {
  Coherent(device& dev, std::size_t size);
  Coherent(const Coherent&) = delete;
  Coherent& operator=(const Coherent&) = delete;
  ~Coherent();

  device& dev;
  std::size_t size;
  std::byte* at;
  phys_addr_t address;
};

/// A PL330 channel thread driven by its debug registers, without the driver: microcode of one's
/// own, and a doorbell that is a single store. The controller's interrupts are off while it is
/// used.
class BarePl330 {
 public:
  using Assembler = pl330::Assembler;
  static constexpr unsigned kThread = 7;  ///< The driver gives out the first ones.

  BarePl330();

  /// Writes microcode from the start of its coherent memory, over what was there.
  Assembler code() const { return Assembler{{program_->at, program_->size}}; }
  /// Instructions as bytes, from `offset` on; which is behind them.
  std::size_t put_code(std::size_t offset, std::span<const std::uint8_t> bytes) const;
  phys_addr_t program_address() const { return program_->address; }

  /// All of a DMAGO but the doorbell; what was stored before is made visible.
  void prepare(phys_addr_t program) const;
  void prepare() const { prepare(program_address()); }
  /// The doorbell: one store to a device, with no barrier.
  void ring() const { registers_.write_relaxed(&pl330::Registers::dbgcmd, 0); }
  void start() const {
    prepare();
    ring();
  }
  /// Whether the thread stopped by itself, within 10 ms.
  bool stops() const { return reaches(pl330::kStateStopped); }
  bool reaches(std::uint32_t state) const;
  /// DMAKILL, by the debug interface.
  void kill() const;

  std::uint32_t state() const;
  std::uint32_t fault_type() const {
    return registers_.read_relaxed(&pl330::Registers::ftr, kThread);
  }
  bool faulted() const {
    return (registers_.read_relaxed(&pl330::Registers::fsrc) >> kThread & 1U) != 0;
  }
  std::uint32_t source() const {
    return registers_.read_relaxed(&pl330::Registers::channel, 8 * kThread);
  }
  std::uint32_t destination() const {
    return registers_.read_relaxed(&pl330::Registers::channel, 8 * kThread + 1);
  }
  const Mmio<pl330::Registers>& registers() const { return registers_; }
  device& dev() const { return *dev_; }

 private:
  device* dev_ = nullptr;
  Mmio<pl330::Registers> registers_;
  std::optional<Coherent> program_;
};

/// CCR of bursts of words, both addresses counting.
std::uint32_t word_bursts(unsigned beats);
}  // namespace guest::test
