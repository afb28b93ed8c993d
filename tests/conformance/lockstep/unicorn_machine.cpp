// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/lockstep/unicorn_machine.hpp"

#include <unicorn/unicorn.h>

#include <stdexcept>

namespace linefill::test {
namespace {

constexpr std::uint32_t kThumb = 1U << 5;

constexpr std::array<int, 15> kRegisters{
    UC_ARM_REG_R0,  UC_ARM_REG_R1,  UC_ARM_REG_R2,  UC_ARM_REG_R3, UC_ARM_REG_R4,
    UC_ARM_REG_R5,  UC_ARM_REG_R6,  UC_ARM_REG_R7,  UC_ARM_REG_R8, UC_ARM_REG_R9,
    UC_ARM_REG_R10, UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR};

constexpr std::uint32_t kCpacr = 0x00F0'0000;
constexpr std::uint32_t kFpexc = 1U << 30;

void check(uc_err error) {
  if (error != UC_ERR_OK) throw std::runtime_error{uc_strerror(error)};
}

}  // namespace

UnicornMachine::UnicornMachine(bool armv5) : armv5_{armv5} {
  check(uc_open(UC_ARCH_ARM, UC_MODE_ARM, &uc_));
  check(uc_ctl_set_cpu_model(uc_, armv5 ? UC_CPU_ARM_926 : UC_CPU_ARM_CORTEX_A9));
  check(uc_mem_map(uc_, kCodeBase, kCodeBytes, UC_PROT_ALL));
  check(uc_mem_map(uc_, kDataBase, kDataBytes, UC_PROT_READ | UC_PROT_WRITE));
  if (armv5_) return;
  check(uc_reg_write(uc_, UC_ARM_REG_C1_C0_2, &kCpacr));
  check(uc_reg_write(uc_, UC_ARM_REG_FPEXC, &kFpexc));
}

UnicornMachine::~UnicornMachine() { uc_close(uc_); }

bool UnicornMachine::run(const Code& code, MachineState& state, unsigned count) {
  const std::uint32_t thumb = (state.cpsr & kThumb) != 0 ? 1 : 0;
  check(uc_mem_write(uc_, kCodeBase, code.page(thumb != 0).data(), kCodeBytes));
  check(uc_ctl_remove_cache(uc_, kCodeBase, kCodeBase + kCodeBytes));
  check(uc_mem_write(uc_, kDataBase, state.data.data(), kDataBytes));
  check(uc_reg_write(uc_, UC_ARM_REG_CPSR, &state.cpsr));
  for (unsigned i = 0; i < kRegisters.size(); ++i)
    check(uc_reg_write(uc_, kRegisters[i], &state.r[i]));
  for (unsigned i = 0; !armv5_ && i < state.d.size(); ++i)
    check(uc_reg_write(uc_, UC_ARM_REG_D0 + static_cast<int>(i), &state.d[i]));
  if (!armv5_) check(uc_reg_write(uc_, UC_ARM_REG_FPSCR, &state.fpscr));
  const std::uint64_t until = count == 0 ? code.end() : ~std::uint64_t{0};
  const uc_err error = uc_emu_start(uc_, code.address | thumb, until, 0, count);
  for (unsigned i = 0; i < kRegisters.size(); ++i)
    check(uc_reg_read(uc_, kRegisters[i], &state.r[i]));
  check(uc_reg_read(uc_, UC_ARM_REG_CPSR, &state.cpsr));
  check(uc_reg_read(uc_, UC_ARM_REG_PC, &state.pc));
  for (unsigned i = 0; !armv5_ && i < state.d.size(); ++i)
    check(uc_reg_read(uc_, UC_ARM_REG_D0 + static_cast<int>(i), &state.d[i]));
  if (!armv5_) check(uc_reg_read(uc_, UC_ARM_REG_FPSCR, &state.fpscr));
  // Not kept up to date by a last instruction whose condition failed.
  if (count == 0 && error == UC_ERR_OK) state.pc = code.end();
  check(uc_mem_read(uc_, kDataBase, state.data.data(), kDataBytes));
  return error == UC_ERR_OK;
}

}  // namespace linefill::test
