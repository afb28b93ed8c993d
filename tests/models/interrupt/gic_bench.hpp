// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/interrupt/gic_cpu_interface.hpp"
#include "models/interrupt/gic_distributor.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

// Offsets, typed from the Cortex-A9 MPCore TRM.
inline constexpr std::uint32_t kICDDCR = 0x000, kICDICTR = 0x004, kICDIIDR = 0x008, kICDISR = 0x080,
                               kICDISER = 0x100, kICDICER = 0x180, kICDISPR = 0x200,
                               kICDICPR = 0x280, kICDABR = 0x300, kICDIPR = 0x400, kICDIPTR = 0x800,
                               kICDICFR = 0xC00, kICPPISR = 0xD00, kICSPISR = 0xD04,
                               kICDSGIR = 0xF00;
inline constexpr std::uint32_t kICCICR = 0x00, kICCPMR = 0x04, kICCBPR = 0x08, kICCIAR = 0x0C,
                               kICCEOIR = 0x10, kICCRPR = 0x14, kICCHPIR = 0x18, kICCABPR = 0x1C,
                               kICCIDR = 0xFC;

/// Distributor and CPU interface without a kernel, enabled as Linux leaves them.
struct GicBench {
  Log log{"gic"};
  Statistics statistics;
  GicDistributor distributor{96, log};
  GicCpuInterface cpu{distributor, statistics, log};

  GicBench() {
    write(kICDDCR, 1);
    write_cpu(kICCPMR, 0xF0);
    write_cpu(kICCICR, 1);
  }
  std::uint32_t read(std::uint32_t offset) const {
    std::uint32_t value = 0;
    distributor.read(offset, value);
    return value;
  }
  void write(std::uint32_t offset, std::uint32_t value, std::uint32_t lanes = 0xFFFF'FFFF) {
    distributor.write(offset, value, lanes);
  }
  std::uint32_t read_cpu(std::uint32_t offset) {
    std::uint32_t value = 0;
    GicCpuInterface::registers().read(cpu, offset, value, {});
    return value;
  }
  void write_cpu(std::uint32_t offset, std::uint32_t value) {
    GicCpuInterface::registers().write(cpu, offset, value, {});
  }
  /// Enables an SPI or PPI at a priority.
  void enable(unsigned id, std::uint32_t priority = 0xA0) {
    write(kICDISER + id / 32 * 4, 1U << id % 32);
    write(kICDIPR + id / 4 * 4, priority << (8 * (id % 4)), 0xFFU << (8 * (id % 4)));
  }
  void make_edge(unsigned id) {
    const std::uint32_t at = kICDICFR + id / 16 * 4;
    write(at, read(at) | 2U << (id % 16 * 2));
  }
  void pulse(unsigned id) {
    distributor.set_line(id, true);
    distributor.set_line(id, false);
  }
};

}  // namespace linefill::test
