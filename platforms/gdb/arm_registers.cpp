// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/arm_registers.hpp"

#include <array>

namespace linefill::gdb {

namespace {

constexpr std::array kBanked{
    BankedRegister{"sp_usr", Mode::kUser, 13},
    BankedRegister{"lr_usr", Mode::kUser, 14},
    BankedRegister{"sp_svc", Mode::kSupervisor, 13},
    BankedRegister{"lr_svc", Mode::kSupervisor, 14},
    BankedRegister{"sp_abt", Mode::kAbort, 13},
    BankedRegister{"lr_abt", Mode::kAbort, 14},
    BankedRegister{"sp_und", Mode::kUndefined, 13},
    BankedRegister{"lr_und", Mode::kUndefined, 14},
    BankedRegister{"sp_irq", Mode::kIrq, 13},
    BankedRegister{"lr_irq", Mode::kIrq, 14},
    BankedRegister{"sp_fiq", Mode::kFiq, 13},
    BankedRegister{"lr_fiq", Mode::kFiq, 14},
};

// CoprocessorRegister: coprocessor, opc1, CRn, CRm, opc2.
constexpr std::array kControl{
    ControlRegister{"MIDR", {15, 0, 0, 0, 0}},
    ControlRegister{"MPIDR", {15, 0, 0, 0, 5}},
    ControlRegister{"SCTLR", {15, 0, 1, 0, 0}},
    ControlRegister{"ACTLR", {15, 0, 1, 0, 1}},
    ControlRegister{"CPACR", {15, 0, 1, 0, 2}},
    ControlRegister{"SCR", {15, 0, 1, 1, 0}},
    ControlRegister{"TTBR0", {15, 0, 2, 0, 0}},
    ControlRegister{"TTBR1", {15, 0, 2, 0, 1}},
    ControlRegister{"TTBCR", {15, 0, 2, 0, 2}},
    ControlRegister{"DACR", {15, 0, 3, 0, 0}},
    ControlRegister{"DFSR", {15, 0, 5, 0, 0}},
    ControlRegister{"IFSR", {15, 0, 5, 0, 1}},
    ControlRegister{"DFAR", {15, 0, 6, 0, 0}},
    ControlRegister{"IFAR", {15, 0, 6, 0, 2}},
    ControlRegister{"PAR", {15, 0, 7, 4, 0}},
    ControlRegister{"PMCR", {15, 0, 9, 12, 0}},
    ControlRegister{"PMCCNTR", {15, 0, 9, 13, 0}},
    ControlRegister{"PRRR", {15, 0, 10, 2, 0}},
    ControlRegister{"NMRR", {15, 0, 10, 2, 1}},
    ControlRegister{"VBAR", {15, 0, 12, 0, 0}},
    ControlRegister{"ISR", {15, 0, 12, 1, 0}},
    ControlRegister{"CONTEXTIDR", {15, 0, 13, 0, 1}},
    ControlRegister{"TPIDRURW", {15, 0, 13, 0, 2}},
    ControlRegister{"TPIDRURO", {15, 0, 13, 0, 3}},
    ControlRegister{"TPIDRPRW", {15, 0, 13, 0, 4}},
    ControlRegister{"CBAR", {15, 4, 15, 0, 0}},
};

std::string row(const std::string& name, unsigned bits, const char* rest) {
  return R"(<reg name=")" + name + R"(" bitsize=")" + std::to_string(bits) + R"(" )" + rest +
         "/>\n";
}

std::string core_rows() {
  std::string rows;
  for (unsigned n = 0; n < 13; ++n) rows += row("r" + std::to_string(n), 32, R"(type="uint32")");
  rows += row("sp", 32, R"(type="data_ptr")");
  rows += row("lr", 32, R"(type="uint32")");
  rows += row("pc", 32, R"(type="code_ptr")");
  return rows + row("cpsr", 32, R"(type="uint32")");
}

std::string vfp_rows() {
  std::string rows;
  for (unsigned n = 0; n < 32; ++n)
    rows += row("d" + std::to_string(n), 64, R"(type="ieee_double")");
  return rows + row("fpscr", 32, R"(type="uint32" group="float")");
}

// GDB 13 makes no pseudo registers of d0 to d31, so these are told like others.
std::string neon_rows() {
  std::string rows = R"(<vector id="neon_uint8x16" type="uint8" count="16"/>
<vector id="neon_uint16x8" type="uint16" count="8"/>
<vector id="neon_uint32x4" type="uint32" count="4"/>
<vector id="neon_float32x4" type="ieee_single" count="4"/>
<vector id="neon_uint64x2" type="uint64" count="2"/>
<union id="neon_q">
<field name="u8" type="neon_uint8x16"/>
<field name="u16" type="neon_uint16x8"/>
<field name="u32" type="neon_uint32x4"/>
<field name="u64" type="neon_uint64x2"/>
<field name="f32" type="neon_float32x4"/>
</union>
)";
  for (unsigned n = 0; n < 16; ++n)
    rows += row("q" + std::to_string(n), 128, R"(type="neon_q" save-restore="no")");
  return rows;
}

std::string system_rows() {
  constexpr const char* kSystem = R"(type="uint32" group="system" save-restore="no")";
  std::string rows;
  for (const BankedRegister& r : kBanked) rows += row(r.name, 32, kSystem);
  rows += row("spsr", 32, kSystem) + row("fpexc", 32, kSystem);
  for (const ControlRegister& r : kControl) rows += row(r.name, 32, kSystem);
  return rows;
}

}  // namespace

std::span<const BankedRegister> banked_registers() { return kBanked; }
std::span<const ControlRegister> control_registers() { return kControl; }

std::string arm_description() {
  return R"(<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
<architecture>arm</architecture>
<feature name="org.gnu.gdb.arm.core">
)" + core_rows() +
         R"(</feature>
<feature name="org.gnu.gdb.arm.vfp">
)" + vfp_rows() +
         R"(</feature>
<feature name="org.gnu.gdb.arm.neon">
)" + neon_rows() +
         R"(</feature>
<feature name="org.linefill.arm.system">
)" + system_rows() +
         "</feature>\n</target>\n";
}

}  // namespace linefill::gdb
