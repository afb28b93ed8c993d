// SPDX-License-Identifier: Apache-2.0
#include "models/interrupt/scu.hpp"

#include "models/core/model_registry.hpp"

namespace linefill {

namespace {

const RegisterModel<Scu> kModel{"arm,cortex-a9-scu", "Cortex-A9 snoop control unit"};

/// The code of CONFIG's tag RAM size, of the first processor's data cache.
unsigned tag_ram_of(const DeviceNode& node) {
  const DeviceNode* root = &node;
  while (root->parent() != nullptr) root = root->parent();
  const DeviceNode* cpus = root->child("cpus");
  const DeviceNode* cpu = cpus != nullptr ? cpus->child("cpu") : nullptr;
  switch (cpu != nullptr ? cpu->u32_or("d-cache-size", 32768) : 32768) {
    case 16384:
      return 0;
    case 65536:
      return 2;
    default:
      return 1;
  }
}

}  // namespace

ScuBlock::ScuBlock(unsigned processors, unsigned tag_ram) : configuration_{processors - 1} {
  for (unsigned i = 0; i < processors; ++i) configuration_ |= tag_ram << (8 + 2 * i);
  reset();
}

const RegisterTable<ScuBlock>& ScuBlock::registers() {
  using enum Access;
  using R = Register<ScuBlock>;
  using S = ScuBlock;
  static constexpr R kRows[]{
      R{0x00, "SCU Control", kReadWrite, 0}.stores(&S::control_, 0x7F),
      R{0x04, "SCU Configuration", kReadOnly}.computed(&S::peek_configuration),
      R{0x08, "SCU CPU Power Status", kReadWrite, 0}.stores(&S::power_status_, 0x0303'0303),
      R{0x0C, "SCU Invalidate All Registers in Secure State", kWriteOnly}.on_write(&S::invalidate),
      R{0x30, "SCU Diagnostic Control", kReadWrite, 0}.stores(&S::diagnostic_),
      R{0x40, "Filtering Start Address", kReadWrite, 0}.stores(&S::filtering_start_, 0xFFF0'0000),
      R{0x44, "Filtering End Address", kReadWrite, 0}.stores(&S::filtering_end_, 0xFFF0'0000),
      R{0x50, "SCU Access Control (SAC)", kReadWrite, 0xF}.stores(&S::access_control_, 0xF),
      R{0x54, "SCU Non-secure Access Control (SNSAC)", kReadWrite, 0}.stores(
          &S::non_secure_access_control_, 0xFFF),
  };
  static constexpr RegisterTable<S> kTable{kRows};
  return kTable;
}

Scu::Scu(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node}, block_{1, tag_ram_of(node)} {}

BusResponse Scu::access(DeviceAccess& access) {
  return access_registers(ScuBlock::registers(), block_, access.offset, access);
}

}  // namespace linefill
