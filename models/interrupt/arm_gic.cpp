// SPDX-License-Identifier: Apache-2.0
#include "models/interrupt/arm_gic.hpp"

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"

namespace linefill {

namespace {

const RegisterModel<ArmGic> kModel{"arm,cortex-a9-gic", "Cortex-A9 interrupt controller (GICv1)"};

unsigned interrupts_of(const DeviceNode& node) {
  const std::uint32_t count = node.u32_or("linefill,interrupts", 96);
  if (count % 32 != 0 || count < 64 || count > GicDistributor::kMaximumInterrupts) {
    node.fail("linefill,interrupts", "a multiple of 32 from 64 to 256");
  }
  return count;
}

}  // namespace

ArmGic::ArmGic(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node},
      ppi{"ppi", kPpis},
      spi{"spi", interrupts_of(node) - GicDistributor::kFirstSpi},
      distributor_{interrupts_of(node), log_},
      cpu_interface_{distributor_, statistics_, log_},
      cpu_window_{"cpu_interface", node, *this} {
  SC_HAS_PROCESS(ArmGic);
  SC_METHOD(on_update);
  sensitive << update_;
  for (auto& input : ppi) sensitive << input;
  for (auto& input : spi) sensitive << input;
}

void ArmGic::reset() {
  distributor_.reset();
  cpu_interface_.reset();
  update_.notify(sc_core::SC_ZERO_TIME);
}

BusResponse ArmGic::access(DeviceAccess& access) {
  const std::uint32_t offset = access.offset & ~3U;
  const unsigned shift = 8 * (access.offset & 3U);
  const std::uint32_t lanes =
      access.size == 4 ? 0xFFFF'FFFFU : ((1U << (8 * access.size)) - 1) << shift;
  RegisterResult result{};
  if (access.write) {
    result = distributor_.write(offset, access.value << shift, lanes);
    settle(access);
  } else {
    std::uint32_t value = 0;
    result = distributor_.read(offset, value);
    access.value = (value & lanes) >> shift;
  }
  note_register_result(access, result);
  return BusResponse::kOkay;
}

std::uint32_t ArmGic::peek(std::uint32_t offset) const {
  std::uint32_t value = 0;
  distributor_.read(offset, value);
  return value;
}

BusResponse ArmGic::CpuWindow::access(DeviceAccess& access) {
  const BusResponse response =
      access_registers(GicCpuInterface::registers(), gic_.cpu_interface_, access.offset, access);
  gic_.settle(access);  // Reads too: one of ICCIAR acknowledges.
  return response;
}

std::uint32_t ArmGic::CpuWindow::peek(std::uint32_t offset) const {
  return GicCpuInterface::registers().peek(gic_.cpu_interface_, offset);
}

void ArmGic::settle(const DeviceAccess& access) {
  update_.notify(to_sc_time(access.context.now) - sc_core::sc_time_stamp());
}

// Sole writer of the outputs, sole reader of the inputs.
void ArmGic::on_update() {
  for (unsigned i = 0; i < ppi.size(); ++i)
    distributor_.set_line(GicDistributor::kFirstPpi + i, ppi[i].read());
  for (unsigned i = 0; i < spi.size(); ++i)
    distributor_.set_line(GicDistributor::kFirstSpi + i, spi[i].read());
  irq = cpu_interface_.irq();
  fiq = cpu_interface_.fiq();
}

sc_core::sc_in<bool>* ArmGic::input(std::span<const std::uint32_t> specifier) {
  if (specifier.size() < 2) return nullptr;
  const std::uint32_t number = specifier[1];
  if (specifier[0] == 0) return number < spi.size() ? &spi[number] : nullptr;
  constexpr std::uint32_t kFirst =
      GicDistributor::kFirstPpi - 16;  // The binding counts PPIs from ID 16.
  return number - kFirst < kPpis ? &ppi[number - kFirst] : nullptr;
}

std::vector<sc_core::sc_in<bool>*> ArmGic::inputs() {
  std::vector<sc_core::sc_in<bool>*> all;
  for (auto& line : ppi) all.push_back(&line);
  for (auto& line : spi) all.push_back(&line);
  return all;
}

}  // namespace linefill
