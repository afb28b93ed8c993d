// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/float/float_machine.hpp"

#include <unicorn/unicorn.h>

#include <stdexcept>

namespace linefill::test {
namespace {

constexpr std::uint32_t kCode = 0x1'0000;
constexpr std::uint32_t kOperands = 0x10'0000;
constexpr std::uint32_t kResults = 0x20'0000;
constexpr std::uint32_t kZeros = 0x30'0000;

void check(uc_err error) {
  if (error != UC_ERR_OK) throw std::runtime_error{uc_strerror(error)};
}

void set(uc_struct* uc, int reg, std::uint32_t value) { check(uc_reg_write(uc, reg, &value)); }

}  // namespace

FloatMachine::FloatMachine() {
  check(uc_open(UC_ARCH_ARM, UC_MODE_ARM, &uc_));
  check(uc_ctl_set_cpu_model(uc_, UC_CPU_ARM_CORTEX_A9));
  check(uc_mem_map(uc_, kCode, 0x1000, UC_PROT_ALL));
  for (const std::uint32_t at : {kOperands, kResults, kZeros})
    check(uc_mem_map(uc_, at, 0x1'0000, UC_PROT_READ | UC_PROT_WRITE));
  set(uc_, UC_ARM_REG_C1_C0_2, 0xFU << 20);
  set(uc_, UC_ARM_REG_FPEXC, 1U << 30);
}

FloatMachine::~FloatMachine() { uc_close(uc_); }

void FloatMachine::run(const FloatOperation& operation, std::uint32_t fpscr,
                       std::span<const FloatOperands> operands, std::span<FloatResult> results) {
  std::vector<std::uint32_t> code{
      0xECB0'0B04,  // vldmia r0!, {d0-d1}
      0xED95'2B00,  // vldr d2, [r5]
      0xEEE1'2A10,  // vmsr fpscr, r2
  };
  code.insert(code.end(), operation.code.begin(), operation.code.end());
  code.insert(code.end(), {
                              0xEEF1'3A10,  // vmrs r3, fpscr
                              0xECA1'2B02,  // vstmia r1!, {d2}
                              0xE8A1'0048,  // stmia r1!, {r3, r6}
                              0xE254'4001,  // subs r4, r4, #1
                          });
  const auto distance = static_cast<std::uint32_t>(-(static_cast<int>(code.size()) + 2));
  code.push_back(0x1A00'0000 | (distance & 0x00FF'FFFF));  // bne
  check(uc_mem_write(uc_, kCode, code.data(), 4 * code.size()));
  check(uc_ctl_remove_cache(uc_, kCode, kCode + 0x1000));
  check(uc_mem_write(uc_, kOperands, operands.data(), operands.size_bytes()));
  set(uc_, UC_ARM_REG_R0, kOperands);
  set(uc_, UC_ARM_REG_R1, kResults);
  set(uc_, UC_ARM_REG_R2, fpscr);
  set(uc_, UC_ARM_REG_R4, static_cast<std::uint32_t>(operands.size()));
  set(uc_, UC_ARM_REG_R5, kZeros);
  set(uc_, UC_ARM_REG_R6, 0);
  const uc_err error = uc_emu_start(uc_, kCode, kCode + 4 * code.size(), 0, 0);
  if (error != UC_ERR_OK) throw std::runtime_error{operation.name + ": " + uc_strerror(error)};
  check(uc_mem_read(uc_, kResults, results.data(), 16 * operands.size()));
}

bool FloatMachine::defines(std::uint32_t word) {
  check(uc_mem_write(uc_, kCode, &word, sizeof word));
  check(uc_ctl_remove_cache(uc_, kCode, kCode + 0x1000));
  for (int reg = UC_ARM_REG_R0; reg <= UC_ARM_REG_R12; ++reg) set(uc_, reg, kOperands + 0x1000);
  // As words before may have left them.
  set(uc_, UC_ARM_REG_FPEXC, 1U << 30);
  set(uc_, UC_ARM_REG_FPSCR, 0);
  for (const int reg : {UC_ARM_REG_SP, UC_ARM_REG_LR}) set(uc_, reg, kOperands + 0x1000);
  return uc_emu_start(uc_, kCode, kCode + 4, 0, 1) != UC_ERR_INSN_INVALID;
}

}  // namespace linefill::test
