// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/arm_registers.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "models/cpu/isa/vfp/identification.hpp"

namespace linefill::gdb {

namespace {

constexpr std::array kBanked{
    BankedRegister{"sp_usr", Mode::kUser, 13},
    BankedRegister{"lr_usr", Mode::kUser, 14},
    BankedRegister{"r8_fiq", Mode::kFiq, 8},
    BankedRegister{"r9_fiq", Mode::kFiq, 9},
    BankedRegister{"r10_fiq", Mode::kFiq, 10},
    BankedRegister{"r11_fiq", Mode::kFiq, 11},
    BankedRegister{"r12_fiq", Mode::kFiq, 12},
    BankedRegister{"sp_fiq", Mode::kFiq, 13},
    BankedRegister{"lr_fiq", Mode::kFiq, 14},
    BankedRegister{"spsr_fiq", Mode::kFiq, BankedRegister::kSpsr},
    BankedRegister{"sp_irq", Mode::kIrq, 13},
    BankedRegister{"lr_irq", Mode::kIrq, 14},
    BankedRegister{"spsr_irq", Mode::kIrq, BankedRegister::kSpsr},
    BankedRegister{"sp_svc", Mode::kSupervisor, 13},
    BankedRegister{"lr_svc", Mode::kSupervisor, 14},
    BankedRegister{"spsr_svc", Mode::kSupervisor, BankedRegister::kSpsr},
    BankedRegister{"sp_mon", Mode::kMonitor, 13},
    BankedRegister{"lr_mon", Mode::kMonitor, 14},
    BankedRegister{"spsr_mon", Mode::kMonitor, BankedRegister::kSpsr},
    BankedRegister{"sp_abt", Mode::kAbort, 13},
    BankedRegister{"lr_abt", Mode::kAbort, 14},
    BankedRegister{"spsr_abt", Mode::kAbort, BankedRegister::kSpsr},
    BankedRegister{"sp_und", Mode::kUndefined, 13},
    BankedRegister{"lr_und", Mode::kUndefined, 14},
    BankedRegister{"spsr_und", Mode::kUndefined, BankedRegister::kSpsr},
};

constexpr std::array kVfpIdNames{"FPSID", "MVFR0", "MVFR1"};
constexpr std::array kVfpIds{isa::vfp::kFpsid, isa::vfp::kMvfr0, isa::vfp::kMvfr1};

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

std::string system_rows(std::span<const ControlRegister> control) {
  constexpr const char* kSystem = R"(type="uint32" group="system" save-restore="no")";
  std::string rows;
  for (const BankedRegister& r : kBanked) rows += row(r.name, 32, kSystem);
  rows += row("spsr", 32, kSystem) + row("fpexc", 32, kSystem);
  for (const char* name : kVfpIdNames) rows += row(name, 32, kSystem);
  for (const ControlRegister& r : control) rows += row(r.name, 32, kSystem);
  return rows;
}

}  // namespace

std::span<const BankedRegister> banked_registers() { return kBanked; }
std::span<const std::uint32_t> vfp_ids() { return kVfpIds; }

std::vector<ControlRegister> control_registers(const SystemControlTable& table) {
  std::vector<ControlRegister> result;
  std::set<std::string> known;
  for (const auto rows : {table.own, table.shared}) {
    for (const SystemControlRegister& r : rows) {
      const auto field = [&](unsigned shift) { return r.key >> shift & 0xF; };
      const CoprocessorRegister which{r.key >> 16, field(8), field(12), field(4), field(0)};
      std::string name{r.name};
      std::replace(name.begin(), name.end(), ' ', '_');
      const bool readable = r.access != Access::kWriteOnly && table.find(which) == &r;
      if (readable && known.insert(name).second) result.push_back({name, which});
    }
  }
  return result;
}

std::string arm_description(std::span<const ControlRegister> control) {
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
)" + system_rows(control) +
         "</feature>\n</target>\n";
}

}  // namespace linefill::gdb
