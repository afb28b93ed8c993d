// SPDX-License-Identifier: Apache-2.0
// CP15 of Marvell's PJ1 (Mohawk) and PJ4, as Linux uses it: arch/arm/mm/proc-mohawk.S and
// cache-tauros2.c of 6.1; what they share with other cores from ARM DDI 0100I, B3 and B4.
#include "models/cpu/cp15/system_control_register.hpp"

namespace linefill {

// ARMv5TE. Columns: coprocessor, CRn, opc1, CRm, opc2, name, type, reset.
const SystemControlTable& SystemControlTable::mohawk() {
  using enum Access;
  using enum CacheOperations::Changed;
  using enum Maintenance::Action;
  using R = SystemControlRegister;
  using S = SystemControl;
  using T = TranslationRegisters;
  static constexpr std::uint32_t kPxa910 = 0x5615'8400;
  static constexpr R kRows[]{
      R{15, 0, 0, 0, 0, "Main ID", kReadOnly, kPxa910},
      R{15, 0, 0, 0, 1, "Cache Type", kReadOnly}.computed(&S::read_cache_type),
      R{15, 0, 0, 0, 2, "Main ID", kReadOnly, kPxa910},
      R{15, 0, 0, 0, 3, "Main ID", kReadOnly, kPxa910},
      R{15, 0, 0, 0, 4, "Main ID", kReadOnly, kPxa910},
      R{15, 0, 0, 0, 5, "Main ID", kReadOnly, kPxa910},
      R{15, 0, 0, 0, 6, "Main ID", kReadOnly, kPxa910},
      R{15, 0, 0, 0, 7, "Main ID", kReadOnly, kPxa910},

      // M, A, C, S, R, Z, I, V, RR and, bit 26, the L2. W, P, D, L are fixed to 1.
      R{15, 1, 0, 0, 0, "Control", kReadWrite, 0x0400'0078}
          .translates(&T::sctlr, kControl, 0x0400'7B07)
          .on_write(&S::mohawk_outer_changed),
      R{15, 1, 0, 0, 1, "Auxiliary Control", kReadWrite, 0}.no_effect(),
      R{15, 2, 0, 0, 0, "Translation Table Base", kReadWrite, 0}.translates(
          &T::ttbr0, kTranslationTable, 0xFFFF'C018),
      R{15, 3, 0, 0, 0, "Domain Access Control", kReadWrite, 0}.translates(&T::dacr, kDomains),
      R{15, 5, 0, 0, 0, "Fault Status", kReadWrite, 0}
          .stores(&S::dfsr_, 0xFF)
          .computed(&S::read_armv5_fault_status),
      R{15, 6, 0, 0, 0, "Fault Address", kReadWrite, 0}.stores(&S::dfar_),

      R{15, 7, 0, 0, 4, "Wait for interrupt", kWriteOnly}.on_write(&S::wait_for_interrupt),
      R{15, 7, 0, 5, 0, "Invalidate I", kWriteOnly}.on_write(&S::invalidate_instructions),
      R{15, 7, 0, 5, 1, "Invalidate I line", kWriteOnly}.on_write(
          &S::invalidate_instructions_by_address),
      R{15, 7, 0, 5, 4, "Flush prefetch buffer", kWriteOnly}.on_write(&S::synchronize_instructions),
      R{15, 7, 0, 5, 6, "Invalidate BTB", kWriteOnly}.no_effect(),
      R{15, 7, 0, 6, 0, "Invalidate D", kWriteOnly}.on_write(&S::operate_on_all_data<kInvalidate>),
      R{15, 7, 0, 6, 1, "Invalidate D line", kWriteOnly}.on_write(
          &S::operate_by_address<kInvalidate>),
      R{15, 7, 0, 7, 0, "Invalidate I and D", kWriteOnly}.on_write(&S::invalidate_both_caches),
      R{15, 7, 0, 10, 0, "Drain write buffer", kWriteOnly}.on_write(&S::synchronize_data),
      R{15, 7, 0, 10, 1, "Clean D line", kWriteOnly}.on_write(&S::operate_by_address<kClean>),
      R{15, 7, 0, 10, 4, "Drain write buffer", kWriteOnly}.on_write(&S::synchronize_data),
      R{15, 7, 0, 13, 1, "Prefetch I line", kWriteOnly}.no_effect(),
      R{15, 7, 0, 14, 0, "Clean and invalidate D", kWriteOnly}.on_write(
          &S::operate_on_all_data<kCleanInvalidate>),
      R{15, 7, 0, 14, 1, "Clean and invalidate D line", kWriteOnly}.on_write(
          &S::operate_by_address<kCleanInvalidate>),
      R{15, 7, 1, 7, 0, "Invalidate L2", kWriteOnly}.on_write(
          &S::operate_on_all_outer<kInvalidate>),
      R{15, 7, 1, 7, 3, "Invalidate L2 line", kWriteOnly}.on_write(
          &S::operate_on_outer<kInvalidate>),
      R{15, 7, 1, 11, 0, "Clean L2", kWriteOnly}.on_write(&S::operate_on_all_outer<kClean>),
      R{15, 7, 1, 11, 3, "Clean L2 line", kWriteOnly}.on_write(&S::operate_on_outer<kClean>),
      R{15, 7, 1, 15, 3, "Clean and invalidate L2 line", kWriteOnly}.on_write(
          &S::operate_on_outer<kCleanInvalidate>),

      R{15, 8, 0, 5, 0, "Invalidate I TLB", kWriteOnly}.on_write(&S::invalidate_translations),
      R{15, 8, 0, 5, 1, "Invalidate I TLB entry", kWriteOnly}.on_write(
          &S::invalidate_translation_of_all),
      R{15, 8, 0, 6, 0, "Invalidate D TLB", kWriteOnly}.on_write(&S::invalidate_translations),
      R{15, 8, 0, 6, 1, "Invalidate D TLB entry", kWriteOnly}.on_write(
          &S::invalidate_translation_of_all),
      R{15, 8, 0, 7, 0, "Invalidate TLB", kWriteOnly}.on_write(&S::invalidate_translations),
      R{15, 8, 0, 7, 1, "Invalidate TLB entry", kWriteOnly}.on_write(
          &S::invalidate_translation_of_all),

      R{15, 13, 0, 0, 0, "Process ID", kReadWrite, 0}.no_effect(),
      R{15, 15, 0, 1, 0, "Coprocessor Access", kReadWrite, 0}.no_effect(),
      R{15, 15, 1, 1, 0, "Extra Features", kReadWrite, 0}
          .stores(&S::extra_features_)
          .on_write(&S::mohawk_outer_changed),
  };
  static_assert(sorted_and_alive(kRows));
  static const SystemControlTable kTable{kRows, {}};
  return kTable;
}

// ARMv7: the Cortex-A9's, but for the identification and what reaches the L2.
const SystemControlTable& SystemControlTable::pj4() {
  using enum Access;
  using enum Maintenance::Action;
  using R = SystemControlRegister;
  using S = SystemControl;
  static constexpr std::uint32_t kMmp2 = 0x560F'5811;
  static constexpr R kRows[]{
      R{15, 0, 0, 0, 0, "MIDR", kReadOnly, kMmp2},
      R{15, 0, 0, 0, 4, "MIDR", kReadOnly, kMmp2},
      R{15, 0, 0, 0, 7, "MIDR", kReadOnly, kMmp2},
      R{15, 0, 1, 0, 1, "CLIDR", kReadOnly}.computed(&S::read_clidr_with_outer),
      R{15, 1, 0, 0, 1, "ACTLR", kReadWrite, 0}.computed(&S::actlr).on_write(&S::write_pj4_actlr),
      R{15, 7, 0, 6, 1, "DCIMVAC", kWriteOnly}.on_write(&S::operate_to_coherency<kInvalidate>),
      R{15, 7, 0, 10, 1, "DCCMVAC", kWriteOnly}.on_write(&S::operate_to_coherency<kClean>),
      R{15, 7, 0, 14, 1, "DCCIMVAC", kWriteOnly}.on_write(
          &S::operate_to_coherency<kCleanInvalidate>),
      R{15, 15, 1, 1, 0, "Extra Features", kReadWrite, 0}
          .stores(&S::extra_features_)
          .on_write(&S::pj4_outer_changed),
  };
  static_assert(sorted_and_alive(kRows));
  static const SystemControlTable kTable{kRows, cortex_a9().shared};
  return kTable;
}

}  // namespace linefill
