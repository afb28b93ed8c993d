// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/core/log.hpp"
#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/interrupt/gic_distributor.hpp"

namespace linefill {

/// The CPU interface of a Cortex-A9's interrupt controller: GIC architecture 1.0 (IHI 0048A)
/// chapters 3 and 4.4. 32 priority levels. Seen by Secure accesses: both groups, FIQEn and AckCtl.
class GicCpuInterface {
 public:
  GicCpuInterface(GicDistributor& distributor, Statistics& statistics, Log& log)
      : distributor_{distributor},
        log_{log},
        acknowledged_{statistics, "acknowledged", "interrupts"},
        spurious_{statistics, "spurious", "interrupts"} {
    reset();
  }

  static const RegisterTable<GicCpuInterface>& registers();
  void reset();

  bool irq() const;
  bool fiq() const;

 private:
  using Context = RegisterContext;
  using Candidate = GicDistributor::Candidate;
  struct Active {
    unsigned id = 0;
    std::uint8_t priority = 0;
  };

  void write_bpr(std::uint32_t value, const Context&);
  void write_abpr(std::uint32_t value, const Context&);
  std::uint32_t read_iar(const Context&);
  std::uint32_t peek_iar() const;
  void write_eoir(std::uint32_t value, const Context&);
  std::uint32_t peek_rpr() const { return active_.empty() ? 0xFFU : active_.back().priority; }
  std::uint32_t peek_hppir() const;

  bool enabled(bool group1) const { return (control_ >> (group1 ? 1 : 0) & 1U) != 0; }
  /// The highest pending interrupt, if mask and running priority let it through to the processor.
  std::optional<Candidate> signalled() const;
  bool preempts(const Candidate& candidate) const;
  /// The number under which a Secure read sees it: 1022 for group 1 without AckCtl.
  unsigned number_of(const Candidate& candidate) const;

  GicDistributor& distributor_;
  Log& log_;
  std::uint32_t control_ = 0;
  std::uint32_t priority_mask_ = 0;
  std::uint32_t binary_point_ = 0;
  std::uint32_t aliased_binary_point_ = 0;
  std::vector<Active> active_;  ///< Acknowledged and not ended, latest last.
  Counter acknowledged_;
  Counter spurious_;
};

}  // namespace linefill
