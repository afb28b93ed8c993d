// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/announcer.hpp"

#include <cstddef>

#include "sw/arch/mmio.hpp"
#include "sw/kernel/device.hpp"

namespace guest {

namespace {

/// Versatile Express motherboard (DUI 0447), 4.3.
struct SystemRegisters {
  std::uint32_t id;
  std::uint32_t switches;
  std::uint32_t led;  // SYS_LED
};
static_assert(offsetof(SystemRegisters, led) == 0x008);
constexpr std::uint32_t kLeds = 0xFF;

}  // namespace

void announce_picture(std::uint32_t number) {
  const device* const board = find_device("arm,vexpress-sysreg");
  if (board == nullptr) return;
  const Result<volatile void*> registers = device_iomap(*board);
  if (registers)
    Mmio<SystemRegisters>{*registers}.write(&SystemRegisters::led, (number - 1) % kLeds + 1);
}

}  // namespace guest
