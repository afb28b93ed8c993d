// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/cpu/cp15/system_control_register.hpp"

namespace linefill {

// Cortex-A9 TRM (DDI 0388), tables 4-1 to 4-33; ARM ARM B3.17. Columns: coprocessor, CRn, opc1,
// CRm, opc2, name, type, reset.
const SystemControlTable& SystemControlTable::cortex_a9() {
  using enum Access;
  using enum CacheOperations::Changed;
  using enum Maintenance::Action;
  using enum AccessType;
  using R = SystemControlRegister;
  using S = SystemControl;
  using T = TranslationRegisters;
  using P = PerformanceMonitors;
  using User = UserAccess;
  static constexpr R kRows[]{
      // CP14: no debug unit, ThumbEE's two registers, no Jazelle.
      R{14, 0, 0, 0, 0, "DBGDIDR", kReadOnly, 0x3514'1000}.user(User::kRead),
      R{14, 0, 0, 1, 0, "DBGDSCRint", kReadOnly, 0}.user(User::kRead),
      R{14, 0, 6, 0, 0, "TEECR", kReadWrite, 0}.stores(&S::teecr_, 1),
      R{14, 0, 7, 0, 0, "JIDR", kReadOnly, 0}.user(User::kRead),
      R{14, 1, 0, 0, 0, "DBGDRAR", kReadOnly, 0}.user(User::kRead),
      R{14, 1, 0, 0, 4, "DBGOSLAR", kWriteOnly}.no_effect(),
      R{14, 1, 0, 1, 4, "DBGOSLSR", kReadOnly, 0},
      R{14, 1, 0, 3, 4, "DBGOSDLR", kReadWrite, 0}.no_effect(),
      R{14, 1, 6, 0, 0, "TEEHBR", kReadWrite, 0}
          .user(User::kAsThumbEe)
          .stores(&S::teehbr_, 0xFFFF'FFFC),
      R{14, 1, 7, 0, 0, "JOSCR", kReadWrite, 0}.no_effect(),
      R{14, 2, 0, 0, 0, "DBGDSAR", kReadOnly, 0}.user(User::kRead),
      R{14, 2, 7, 0, 0, "JMCR", kReadWrite, 0}.no_effect(),

      // c0: identification.
      R{15, 0, 0, 0, 0, "MIDR", kReadOnly, 0x410F'C090},
      R{15, 0, 0, 0, 1, "CTR", kReadOnly, 0x8003'8003},
      R{15, 0, 0, 0, 2, "TCMTR", kReadOnly, 0},
      R{15, 0, 0, 0, 3, "TLBTR", kReadOnly, 0x0000'0002},
      R{15, 0, 0, 0, 4, "MIDR", kReadOnly, 0x410F'C090},
      R{15, 0, 0, 0, 5, "MPIDR", kReadOnly}.computed(&S::read_mpidr),
      R{15, 0, 0, 0, 6, "REVIDR", kReadOnly, 0},
      R{15, 0, 0, 0, 7, "MIDR", kReadOnly, 0x410F'C090},
      R{15, 0, 0, 1, 0, "ID_PFR0", kReadOnly, 0x0000'1031},
      R{15, 0, 0, 1, 1, "ID_PFR1", kReadOnly, 0x0000'0011},
      R{15, 0, 0, 1, 2, "ID_DFR0", kReadOnly, 0},
      R{15, 0, 0, 1, 3, "ID_AFR0", kReadOnly, 0},
      R{15, 0, 0, 1, 4, "ID_MMFR0", kReadOnly, 0x0010'0103},
      R{15, 0, 0, 1, 5, "ID_MMFR1", kReadOnly, 0x2000'0000},
      R{15, 0, 0, 1, 6, "ID_MMFR2", kReadOnly, 0x0123'0000},
      R{15, 0, 0, 1, 7, "ID_MMFR3", kReadOnly, 0x0000'2111},
      R{15, 0, 0, 2, 0, "ID_ISAR0", kReadOnly, 0x0010'1111},
      R{15, 0, 0, 2, 1, "ID_ISAR1", kReadOnly, 0x1311'2111},
      R{15, 0, 0, 2, 2, "ID_ISAR2", kReadOnly, 0x2123'2041},
      R{15, 0, 0, 2, 3, "ID_ISAR3", kReadOnly, 0x1111'2131},
      R{15, 0, 0, 2, 4, "ID_ISAR4", kReadOnly, 0x0011'1142},
      R{15, 0, 0, 2, 5, "ID_ISAR5", kReadOnly, 0},
      R{15, 0, 0, 2, 6, "ID_ISAR6", kReadOnly, 0},
      R{15, 0, 0, 2, 7, "ID_ISAR7", kReadOnly, 0},
      R{15, 0, 1, 0, 0, "CCSIDR", kReadOnly}.computed(&S::read_ccsidr),
      R{15, 0, 1, 0, 1, "CLIDR", kReadOnly, 0x0900'0003},
      R{15, 0, 1, 0, 7, "AIDR", kReadOnly, 0},
      R{15, 0, 2, 0, 0, "CSSELR", kReadWrite, 0}.stores(&S::csselr_, 0xF),

      // c1: control.
      R{15, 1, 0, 0, 0, "SCTLR", kReadWrite, 0x00C5'0078}.translates(&T::sctlr, kControl,
                                                                     0x7200'7C07),
      R{15, 1, 0, 0, 1, "ACTLR", kReadWrite, 0}.computed(&S::actlr).on_write(&S::write_actlr),
      R{15, 1, 0, 0, 2, "CPACR", kReadWrite, 0}.stores(&S::cpacr_, 0xC0F0'0000),
      R{15, 1, 0, 1, 0, "SCR", kReadWrite, 0}.stores(&S::scr_, 0x7F),
      R{15, 1, 0, 1, 1, "SDER", kReadWrite, 0}.stores(&S::sder_, 0x3),
      R{15, 1, 0, 1, 2, "NSACR", kReadWrite, 0}.stores(&S::nsacr_, 0x0007'CC00),
      R{15, 1, 0, 1, 3, "VCR", kReadWrite, 0}.stores(&S::vcr_, 0x1C0),

      // c2, c3, c5, c6: translation and its faults.
      R{15, 2, 0, 0, 0, "TTBR0", kReadWrite, 0}.translates(&T::ttbr0, kTranslationTable),
      R{15, 2, 0, 0, 1, "TTBR1", kReadWrite, 0}.translates(&T::ttbr1, kTranslationTable),
      R{15, 2, 0, 0, 2, "TTBCR", kReadWrite, 0}.translates(&T::ttbcr, kTranslationTable, 0x37),
      R{15, 3, 0, 0, 0, "DACR", kReadWrite, 0}.translates(&T::dacr, kDomains),
      R{15, 5, 0, 0, 0, "DFSR", kReadWrite, 0}.stores(&S::dfsr_, 0x1CFF),
      R{15, 5, 0, 0, 1, "IFSR", kReadWrite, 0}.stores(&S::ifsr_, 0x140F),
      R{15, 5, 0, 1, 0, "ADFSR", kReadWrite, 0}.no_effect(),
      R{15, 5, 0, 1, 1, "AIFSR", kReadWrite, 0}.no_effect(),
      R{15, 6, 0, 0, 0, "DFAR", kReadWrite, 0}.stores(&S::dfar_),
      R{15, 6, 0, 0, 2, "IFAR", kReadWrite, 0}.stores(&S::ifar_),

      // c7: cache and branch predictor maintenance, barriers, address translation.
      R{15, 7, 0, 0, 4, "NOP", kWriteOnly}.no_effect(),
      R{15, 7, 0, 1, 0, "ICIALLUIS", kWriteOnly}.on_write(&S::invalidate_instructions),
      R{15, 7, 0, 1, 6, "BPIALLIS", kWriteOnly}.no_effect(),
      R{15, 7, 0, 4, 0, "PAR", kReadWrite, 0}.stores(&S::par_),
      R{15, 7, 0, 5, 0, "ICIALLU", kWriteOnly}.on_write(&S::invalidate_instructions),
      R{15, 7, 0, 5, 1, "ICIMVAU", kWriteOnly}.on_write(&S::invalidate_instructions_by_address),
      R{15, 7, 0, 5, 4, "CP15ISB", kWriteOnly}
          .user(User::kReadWrite)
          .on_write(&S::synchronize_instructions),
      R{15, 7, 0, 5, 6, "BPIALL", kWriteOnly}.no_effect(),
      R{15, 7, 0, 5, 7, "BPIMVA", kWriteOnly}.no_effect(),
      R{15, 7, 0, 6, 1, "DCIMVAC", kWriteOnly}.on_write(&S::operate_by_address<kInvalidate>),
      R{15, 7, 0, 6, 2, "DCISW", kWriteOnly}.on_write(&S::operate_by_set_way<kInvalidate>),
      R{15, 7, 0, 8, 0, "ATS1CPR", kWriteOnly}.on_write(&S::translate_to_par<kRead, true>),
      R{15, 7, 0, 8, 1, "ATS1CPW", kWriteOnly}.on_write(&S::translate_to_par<kWrite, true>),
      R{15, 7, 0, 8, 2, "ATS1CUR", kWriteOnly}.on_write(&S::translate_to_par<kRead, false>),
      R{15, 7, 0, 8, 3, "ATS1CUW", kWriteOnly}.on_write(&S::translate_to_par<kWrite, false>),
      R{15, 7, 0, 8, 4, "ATS12NSOPR", kWriteOnly}.on_write(&S::translate_to_par<kRead, true>),
      R{15, 7, 0, 8, 5, "ATS12NSOPW", kWriteOnly}.on_write(&S::translate_to_par<kWrite, true>),
      R{15, 7, 0, 8, 6, "ATS12NSOUR", kWriteOnly}.on_write(&S::translate_to_par<kRead, false>),
      R{15, 7, 0, 8, 7, "ATS12NSOUW", kWriteOnly}.on_write(&S::translate_to_par<kWrite, false>),
      R{15, 7, 0, 10, 1, "DCCMVAC", kWriteOnly}.on_write(&S::operate_by_address<kClean>),
      R{15, 7, 0, 10, 2, "DCCSW", kWriteOnly}.on_write(&S::operate_by_set_way<kClean>),
      R{15, 7, 0, 10, 4, "CP15DSB", kWriteOnly}
          .user(User::kReadWrite)
          .on_write(&S::synchronize_data),
      R{15, 7, 0, 10, 5, "CP15DMB", kWriteOnly}.user(User::kReadWrite).on_write(&S::order_data),
      R{15, 7, 0, 11, 1, "DCCMVAU", kWriteOnly}.on_write(&S::operate_by_address<kClean>),
      R{15, 7, 0, 13, 1, "NOP", kWriteOnly}.no_effect(),
      R{15, 7, 0, 14, 1, "DCCIMVAC", kWriteOnly}.on_write(&S::operate_by_address<kCleanInvalidate>),
      R{15, 7, 0, 14, 2, "DCCISW", kWriteOnly}.on_write(&S::operate_by_set_way<kCleanInvalidate>),

      // c8: TLB maintenance. The TLB is unified: c5 and c6 do what c7 does.
      R{15, 8, 0, 3, 0, "TLBIALLIS", kWriteOnly}.on_write(&S::invalidate_translations),
      R{15, 8, 0, 3, 1, "TLBIMVAIS", kWriteOnly}.on_write(&S::invalidate_translation),
      R{15, 8, 0, 3, 2, "TLBIASIDIS", kWriteOnly}.on_write(&S::invalidate_address_space),
      R{15, 8, 0, 3, 3, "TLBIMVAAIS", kWriteOnly}.on_write(&S::invalidate_translation_of_all),
      R{15, 8, 0, 5, 0, "ITLBIALL", kWriteOnly}.on_write(&S::invalidate_translations),
      R{15, 8, 0, 5, 1, "ITLBIMVA", kWriteOnly}.on_write(&S::invalidate_translation),
      R{15, 8, 0, 5, 2, "ITLBIASID", kWriteOnly}.on_write(&S::invalidate_address_space),
      R{15, 8, 0, 6, 0, "DTLBIALL", kWriteOnly}.on_write(&S::invalidate_translations),
      R{15, 8, 0, 6, 1, "DTLBIMVA", kWriteOnly}.on_write(&S::invalidate_translation),
      R{15, 8, 0, 6, 2, "DTLBIASID", kWriteOnly}.on_write(&S::invalidate_address_space),
      R{15, 8, 0, 7, 0, "TLBIALL", kWriteOnly}.on_write(&S::invalidate_translations),
      R{15, 8, 0, 7, 1, "TLBIMVA", kWriteOnly}.on_write(&S::invalidate_translation),
      R{15, 8, 0, 7, 2, "TLBIASID", kWriteOnly}.on_write(&S::invalidate_address_space),
      R{15, 8, 0, 7, 3, "TLBIMVAA", kWriteOnly}.on_write(&S::invalidate_translation_of_all),

      // c9: performance monitors.
      R{15, 9, 0, 12, 0, "PMCR", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::control, &P::set_control),
      R{15, 9, 0, 12, 1, "PMCNTENSET", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::enabled, &P::enable),
      R{15, 9, 0, 12, 2, "PMCNTENCLR", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::enabled, &P::disable),
      R{15, 9, 0, 12, 3, "PMOVSR", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::overflows, &P::clear_overflows),
      R{15, 9, 0, 12, 4, "PMSWINC", kWriteOnly}
          .user(User::kAsMonitors)
          .monitors(nullptr, &P::increment),
      R{15, 9, 0, 12, 5, "PMSELR", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::selected, &P::select),
      R{15, 9, 0, 13, 0, "PMCCNTR", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::cycles, &P::set_cycles),
      R{15, 9, 0, 13, 1, "PMXEVTYPER", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::event_type, &P::set_event_type),
      R{15, 9, 0, 13, 2, "PMXEVCNTR", kReadWrite}
          .user(User::kAsMonitors)
          .monitors(&P::event_count, &P::set_event_count),
      R{15, 9, 0, 14, 0, "PMUSERENR", kReadWrite, 0}.user(User::kRead).stores(&S::pmuserenr_, 1),
      R{15, 9, 0, 14, 1, "PMINTENSET", kReadWrite}.monitors(&P::interrupts, &P::enable_interrupts),
      R{15, 9, 0, 14, 2, "PMINTENCLR", kReadWrite}.monitors(&P::interrupts, &P::disable_interrupts),

      // c10, c11, c12, c13.
      R{15, 10, 0, 0, 0, "TLB Lockdown", kReadWrite, 0}.stores(&S::tlb_lockdown_, 0x3000'0001),
      R{15, 10, 0, 2, 0, "PRRR", kReadWrite, 0x0009'8AA4}.translates(&T::prrr, kRemap),
      R{15, 10, 0, 2, 1, "NMRR", kReadWrite, 0x44E0'48E0}.translates(&T::nmrr, kRemap),
      R{15, 11, 0, 0, 0, "PLEIDR", kReadOnly, 0},
      R{15, 12, 0, 0, 0, "VBAR", kReadWrite, 0}.stores(&S::vbar_, 0xFFFF'FFE0),
      R{15, 12, 0, 0, 1, "MVBAR", kReadWrite, 0}.stores(&S::mvbar_, 0xFFFF'FFE0),
      R{15, 12, 0, 1, 0, "ISR", kReadOnly}.computed(&S::read_isr),
      R{15, 13, 0, 0, 0, "FCSEIDR", kReadWrite, 0}.no_effect(),
      R{15, 13, 0, 0, 1, "CONTEXTIDR", kReadWrite, 0}
          .translates(&T::contextidr, kContext)
          .on_write(&S::count_context_write),
      R{15, 13, 0, 0, 2, "TPIDRURW", kReadWrite, 0}.user(User::kReadWrite).stores(&S::tpidrurw_),
      R{15, 13, 0, 0, 3, "TPIDRURO", kReadWrite, 0}.user(User::kRead).stores(&S::tpidruro_),
      R{15, 13, 0, 0, 4, "TPIDRPRW", kReadWrite, 0}.stores(&S::tpidrprw_),

      // c15: implementation defined. The diagnostic register is where software works around errata.
      R{15, 15, 0, 0, 0, "Power Control", kReadWrite, 0}.stores(&S::power_control_, 0x701),
      R{15, 15, 0, 0, 1, "Diagnostic", kReadWrite, 0}.stores(&S::diagnostic_),
      R{15, 15, 0, 1, 0, "NEON Busy", kReadOnly, 0},
      R{15, 15, 4, 0, 0, "CBAR", kReadWrite, 0}.stores(&S::cbar_),
      R{15, 15, 5, 4, 2, "Select Lockdown TLB Entry for read", kWriteOnly}.no_effect(),
      R{15, 15, 5, 4, 4, "Select Lockdown TLB Entry for write", kWriteOnly}.no_effect(),
      R{15, 15, 5, 5, 2, "Main TLB VA", kReadWrite, 0}.no_effect(),
      R{15, 15, 5, 6, 2, "Main TLB PA", kReadWrite, 0}.no_effect(),
      R{15, 15, 5, 7, 2, "Main TLB Attribute", kReadWrite, 0}.no_effect(),
  };
  static_assert(sorted_and_alive(kRows));
  static const SystemControlTable kTable{{}, kRows};
  return kTable;
}

const SystemControlRegister* SystemControlTable::find(const CoprocessorRegister& which) const {
  const std::uint32_t key = SystemControlRegister::key_of(which);
  for (const auto rows : {own, shared}) {
    const auto row =
        std::lower_bound(rows.begin(), rows.end(), key,
                         [](const SystemControlRegister& r, std::uint32_t k) { return r.key < k; });
    if (row != rows.end() && row->key == key) return &*row;
  }
  return nullptr;
}

}  // namespace linefill
