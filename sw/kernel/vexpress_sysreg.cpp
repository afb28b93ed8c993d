// SPDX-License-Identifier: Apache-2.0
// System registers of the Versatile Express motherboard (ARM DUI 0447, chapter 4): time and
// power-off.
#include "sw/arch/mmio.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/power.hpp"
#include "sw/kernel/time.hpp"

namespace guest {
namespace {

struct SystemRegisters {
  std::uint32_t id;  // SYS_ID
  std::uint32_t reserved0[22];
  std::uint32_t counter_24mhz;  // SYS_24MHZ
  std::uint32_t reserved1[16];
  std::uint32_t cfg_data;  // SYS_CFGDATA
  std::uint32_t cfg_ctrl;  // SYS_CFGCTRL
  std::uint32_t cfg_stat;  // SYS_CFGSTAT
};
static_assert(offsetof(SystemRegisters, counter_24mhz) == 0x5C);
static_assert(offsetof(SystemRegisters, cfg_ctrl) == 0xA4);

constexpr unsigned kRating = 400;
constexpr std::uint32_t kRate = 24'000'000;
constexpr std::uint32_t kShutdown = 0xC080'0000;  // Start, write, function 8, motherboard.

class SystemCounter final : public ClockSource {
 public:
  std::uint32_t read() override { return registers.read_relaxed(&SystemRegisters::counter_24mhz); }
  Mmio<SystemRegisters> registers;
};

SystemCounter counter;

void power_off() {
  counter.registers.write(&SystemRegisters::cfg_data, 0);
  counter.registers.write(&SystemRegisters::cfg_ctrl, kShutdown);
}

Result<void> probe(device& dev) {
  const Result<IoPointer> registers = device_iomap(dev);
  if (!registers) return registers.error();
  counter.registers = Mmio<SystemRegisters>{*registers};
  register_clock_source(counter, kRate, kRating);
  set_power_off(power_off);
  return {};
}

Driver driver{"arm,vexpress-sysreg", Stage::kTime, probe};

}  // namespace
}  // namespace guest
