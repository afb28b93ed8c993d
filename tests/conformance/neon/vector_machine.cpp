// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/neon/vector_machine.hpp"

#include <unicorn/unicorn.h>

#include <stdexcept>

namespace linefill::test {
namespace {

constexpr std::uint32_t kCode = 0x1'0000;
constexpr std::uint32_t kOperands = 0x10'0000;
constexpr std::uint32_t kResults = 0x20'0000;
constexpr std::uint32_t kWindow = 0x1'0000;
constexpr std::uint32_t kCpacr = 0x00F0'0000;

void check(uc_err error) {
  if (error != UC_ERR_OK) throw std::runtime_error{uc_strerror(error)};
}
void set(uc_struct* uc, int reg, std::uint32_t value) { check(uc_reg_write(uc, reg, &value)); }

/// Words in T32 have their first halfword at the lower address.
void append(std::vector<std::uint16_t>& code, std::uint32_t word, bool thumb) {
  const auto low = static_cast<std::uint16_t>(word);
  const auto high = static_cast<std::uint16_t>(word >> 16);
  code.push_back(thumb ? high : low);
  code.push_back(thumb ? low : high);
}

std::vector<std::uint16_t> loop(std::uint32_t word, bool thumb) {
  std::vector<std::uint16_t> code;
  append(code, 0xECB0'0B20, thumb);                        // vldmia r0!, {d0-d15}
  append(code, 0xECF0'0B20, thumb);                        // vldmia r0!, {d16-d31}
  append(code, thumb ? 0xF850'2B08 : 0xE490'2008, thumb);  // ldr r2, [r0], #8
  append(code, 0xEEE1'2A10, thumb);                        // vmsr fpscr, r2
  append(code, word, thumb);
  append(code, 0xEEF1'3A10, thumb);                        // vmrs r3, fpscr
  append(code, 0xECA1'0B20, thumb);                        // vstmia r1!, {d0-d15}
  append(code, 0xECE1'0B20, thumb);                        // vstmia r1!, {d16-d31}
  append(code, thumb ? 0xF841'3B08 : 0xE481'3008, thumb);  // str r3, [r1], #8
  append(code, thumb ? 0xF1B4'0401 : 0xE254'4001, thumb);  // subs r4, r4, #1
  const auto ahead = static_cast<std::uint32_t>(-static_cast<int>(code.size() / 2 * 4));
  if (thumb) {
    code.push_back(static_cast<std::uint16_t>(0xD100 | ((ahead - 4) >> 1 & 0xFF)));  // bne
  } else {
    append(code, 0x1A00'0000 | ((ahead - 8) >> 2 & 0x00FF'FFFF), false);
  }
  return code;
}

}  // namespace

OurVectors::OurVectors() {
  memory_.map(kCode);
  memory_.map(kData);
}

void OurVectors::place(std::uint32_t word, bool thumb) {
  std::vector<std::uint16_t> code;
  append(code, word, thumb);
  memory_.write(kCode, std::as_bytes(std::span{code}));
  memory_.invalidate_code();
  core_.reset(kCode | (thumb ? 1 : 0));
  core_.state().extension.set_access_control(kCpacr);
  core_.state().extension.set_fpexc(fpexc::kEn);
}

bool OurVectors::executes(std::uint32_t word, bool thumb) {
  place(word, thumb);
  for (unsigned reg = 0; reg < 15; ++reg) core_.set_reg(reg, kData + 0x100);
  core_.step();
  return core_.pc() == kCode + 4;
}

bool OurVectors::run(std::uint32_t word, bool thumb, std::span<VectorState> states) {
  place(word, thumb);
  ExtensionRegisters& extension = core_.state().extension;
  for (VectorState& state : states) {
    core_.set_pc(kCode);
    extension.d = state.d;
    extension.fpscr = state.fpscr;
    core_.step();
    if (core_.pc() != kCode + 4) return false;
    state.d = extension.d;
    state.fpscr = extension.fpscr;
  }
  return true;
}

TheirVectors::TheirVectors() {
  check(uc_open(UC_ARCH_ARM, UC_MODE_ARM, &uc_));
  check(uc_ctl_set_cpu_model(uc_, UC_CPU_ARM_CORTEX_A9));
  check(uc_mem_map(uc_, kCode, 0x1000, UC_PROT_ALL));
  for (const std::uint32_t at : {kOperands, kResults})
    check(uc_mem_map(uc_, at, kWindow, UC_PROT_READ | UC_PROT_WRITE));
  set(uc_, UC_ARM_REG_C1_C0_2, kCpacr);
  set(uc_, UC_ARM_REG_FPEXC, fpexc::kEn);
}

TheirVectors::~TheirVectors() { uc_close(uc_); }

bool TheirVectors::run(std::uint32_t word, bool thumb, std::span<VectorState> states) {
  const std::vector<std::uint16_t> code = loop(word, thumb);
  const std::size_t code_bytes = 2 * code.size();
  check(uc_mem_write(uc_, kCode, code.data(), code_bytes));
  check(uc_ctl_remove_cache(uc_, kCode, kCode + 0x1000));
  check(uc_mem_write(uc_, kOperands, states.data(), states.size_bytes()));
  set(uc_, UC_ARM_REG_CPSR, thumb ? 0x30 : 0x10);
  set(uc_, UC_ARM_REG_R0, kOperands);
  set(uc_, UC_ARM_REG_R1, kResults);
  set(uc_, UC_ARM_REG_R4, static_cast<std::uint32_t>(states.size()));
  const uc_err error = uc_emu_start(uc_, kCode | (thumb ? 1 : 0), kCode + code_bytes, 0, 0);
  if (error != UC_ERR_OK) return false;
  check(uc_mem_read(uc_, kResults, states.data(), states.size_bytes()));
  return true;
}

bool TheirVectors::executes(std::uint32_t word, bool thumb) {
  std::vector<std::uint16_t> code;
  append(code, word, thumb);
  check(uc_mem_write(uc_, kCode, code.data(), 4));
  check(uc_ctl_remove_cache(uc_, kCode, kCode + 0x1000));
  set(uc_, UC_ARM_REG_CPSR, thumb ? 0x30 : 0x10);
  for (int reg = UC_ARM_REG_R0; reg <= UC_ARM_REG_R12; ++reg) set(uc_, reg, kOperands + 0x100);
  set(uc_, UC_ARM_REG_SP, kOperands + 0x100);
  set(uc_, UC_ARM_REG_LR, kOperands + 0x100);
  return uc_emu_start(uc_, kCode | (thumb ? 1 : 0), kCode + 4, 0, 0) == UC_ERR_OK;
}

}  // namespace linefill::test
