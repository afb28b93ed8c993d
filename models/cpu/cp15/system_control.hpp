// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "models/cache/set_associative.hpp"
#include "models/core/address.hpp"
#include "models/core/log.hpp"
#include "models/cpu/cp15/cache_operations.hpp"
#include "models/cpu/cp15/performance_monitors.hpp"
#include "models/cpu/memory_interface.hpp"
#include "models/cpu/system_interface.hpp"
#include "models/translation/mmu.hpp"

namespace linefill {

struct SystemControlTable;

/// CP15 of a core (Cortex-A9: TRM chapter 4; ARM ARM B3.17, B4.1), and the few CP14 registers that
/// tell that there is no debug unit. Registers of the translation live in the `Mmu`; TLB operations
/// are performed here and then told to `CacheOperations`. What is written in the core's table
/// exists; all else is undefined.
class SystemControl {
 public:
  /// What an instance differs in from the next.
  struct Configuration {
    CacheGeometry instruction_cache{};
    CacheGeometry data_cache{};
    std::uint32_t periphbase = 0x1E00'0000;  ///< CBAR after reset.
    std::uint32_t mpidr = 0x8000'0000;
    const SystemControlTable* registers = nullptr;  ///< Null: the Cortex-A9's.
  };

  SystemControl(const Configuration& configuration, Mmu& mmu, CacheOperations& operations,
                const CoreClock& clock, Log& log);
  SystemControl(const SystemControl&) = delete;
  SystemControl& operator=(const SystemControl&) = delete;

  void reset();
  /// What a core does that is told to wait by a register; by default nothing.
  void set_wait_for_interrupt(std::function<void()> wait) { wait_ = std::move(wait); }

  /// As in `SystemInterface`. False: undefined at this privilege.
  bool read_coprocessor(const CoprocessorRegister& which, bool privileged, std::uint32_t& value);
  bool write_coprocessor(const CoprocessorRegister& which, bool privileged, std::uint32_t value);
  bool take_coprocessor_abort();

  std::uint32_t sctlr() const { return mmu_.registers().sctlr; }
  std::uint32_t actlr() const { return actlr_; }
  std::uint32_t cpacr() const { return cpacr_; }
  std::uint32_t scr() const { return scr_; }
  PerformanceMonitors& monitors() { return monitors_; }
  std::uint64_t context_writes() const { return context_writes_; }
  std::uint32_t vector_base() const;
  std::uint32_t monitor_vector_base() const { return mvbar_; }
  /// An exception taken from Monitor mode clears SCR.NS (ARM ARM B1.8.1).
  void leave_non_secure() { scr_ &= ~1U; }
  /// ACTLR.SMP: without it, Shareable Normal memory is not held in the L1D.
  bool coherent() const { return (actlr_ & kActlrSmp) != 0; }

  /// Fill in DFSR and DFAR, IFSR and IFAR, before the abort is taken. A cache operation is a write.
  void set_data_fault(const Fault& fault, VirtualAddress va, bool write);
  void set_prefetch_fault(const Fault& fault, VirtualAddress va);
  /// A write that was already past the core failed: DFSR only.
  void set_asynchronous_fault(bool slave_error);
  /// What ISR shows of the interrupt inputs.
  void set_interrupt_lines(bool irq, bool fiq) {
    pending_ = (irq ? 0x80U : 0U) | (fiq ? 0x40U : 0U);
  }

  static constexpr std::uint32_t kActlrSmp = 1U << 6;

 private:
  friend class SystemControlRegister;
  friend struct SystemControlTable;
  using Changed = CacheOperations::Changed;

  /// Now, or, where effects are late, at the next ISB or exception (`needs_dsb`: after a DSB).
  template <class Effect>
  void when_synchronized(bool needs_dsb, Effect effect) {
    if (!operations_.effects_are_late()) return effect();
    operations_.add_late_effect(effect, needs_dsb);
  }
  void change(std::uint32_t TranslationRegisters::*word, std::uint32_t value, Changed what);
  /// A cache operation's or address translation's failure: to be taken as a Data Abort.
  void abort(const Fault& fault, VirtualAddress va);

  // Hooks of the table.
  std::uint32_t read_mpidr() const { return configuration_.mpidr; }
  std::uint32_t read_ccsidr() const;
  std::uint32_t read_isr() const { return pending_; }
  std::uint32_t read_cache_type() const;
  std::uint32_t read_clidr_with_outer() const;
  std::uint32_t read_armv5_fault_status() const { return dfsr_ & 0xFFU; }
  void write_actlr(std::uint32_t value);
  void count_context_write(std::uint32_t) { ++context_writes_; }

  template <Maintenance::Action kAction>
  void operate_by_address(std::uint32_t va);
  template <Maintenance::Action kAction>
  void operate_by_set_way(std::uint32_t operand);
  template <Maintenance::Action kAction>
  void operate_on_all_data(std::uint32_t);
  template <Maintenance::Action kAction>
  void operate_on_outer(std::uint32_t pa);
  template <Maintenance::Action kAction>
  void operate_on_all_outer(std::uint32_t);
  /// In the L1D and in the outer cache.
  template <Maintenance::Action kAction>
  void operate_to_coherency(std::uint32_t va);
  void invalidate_both_caches(std::uint32_t);
  void mohawk_outer_changed(std::uint32_t);
  void write_pj4_actlr(std::uint32_t value);
  void pj4_outer_changed(std::uint32_t);
  void wait_for_interrupt(std::uint32_t) {
    if (wait_) wait_();
  }
  void invalidate_instructions(std::uint32_t) { operations_.invalidate_instructions(); }
  void invalidate_instructions_by_address(std::uint32_t va);
  void synchronize_instructions(std::uint32_t) {
    operations_.instruction_synchronization_barrier();
  }
  void synchronize_data(std::uint32_t) { operations_.data_synchronization_barrier(); }
  void order_data(std::uint32_t) { operations_.data_memory_barrier(); }
  void invalidate_translations(std::uint32_t);
  void invalidate_translation(std::uint32_t operand);
  void invalidate_translation_of_all(std::uint32_t operand);
  void invalidate_address_space(std::uint32_t asid);
  void set_par(std::uint32_t value);
  template <AccessType kType, bool kPrivileged>
  void translate_to_par(std::uint32_t va);

  Configuration configuration_;
  Mmu& mmu_;
  CacheOperations& operations_;
  Log& log_;
  const SystemControlTable& registers_;
  PerformanceMonitors monitors_;
  std::function<void()> wait_;
  std::uint64_t context_writes_ = 0;
  bool abort_ = false;
  std::uint32_t pending_ = 0;

  // Words of the table.
  std::uint32_t csselr_ = 0;
  std::uint32_t actlr_ = 0;
  std::uint32_t cpacr_ = 0;
  std::uint32_t scr_ = 0;
  std::uint32_t sder_ = 0;
  std::uint32_t nsacr_ = 0;
  std::uint32_t vcr_ = 0;
  std::uint32_t dfsr_ = 0;
  std::uint32_t ifsr_ = 0;
  std::uint32_t dfar_ = 0;
  std::uint32_t ifar_ = 0;
  std::uint32_t par_ = 0;
  std::uint32_t pmuserenr_ = 0;
  std::uint32_t vbar_ = 0;
  std::uint32_t mvbar_ = 0;
  std::uint32_t tpidrurw_ = 0;
  std::uint32_t tpidruro_ = 0;
  std::uint32_t tpidrprw_ = 0;
  std::uint32_t tlb_lockdown_ = 0;
  std::uint32_t power_control_ = 0;
  std::uint32_t cbar_ = 0;
  std::uint32_t diagnostic_ = 0;
  std::uint32_t teecr_ = 0;
  std::uint32_t teehbr_ = 0;
  std::uint32_t extra_features_ = 0;
};

}  // namespace linefill
