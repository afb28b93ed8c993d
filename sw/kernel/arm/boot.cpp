// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/boot.hpp"

#include <cstddef>
#include <span>

#include "sw/arch/exception.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/mm/cma.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/memory.hpp"

namespace guest {

namespace {

/// Before anybody takes pages.
void reserve_contiguous_memory() {
  const std::uint64_t bytes = option_size("cma", 0);
  dma_contiguous_reserve(device_tree(), has_option("cma") ? &bytes : nullptr);
}

}  // namespace

void kernel_start(std::span<const std::byte> device_tree_blob) {
  if (device_tree_blob.empty()) panic("no device tree in r2 nor at 0x60000000");
  const FlatDeviceTree tree{device_tree_blob};
  if (!tree.root()) panic("the device tree is broken");
  set_device_tree(tree);
  set_command_line(device_tree().find("/chosen").text("bootargs"));
  create_devices();
  console_init();
  if (const Result<void> memory = memory_init(device_tree(), device_tree_blob); !memory) {
    panic("no memory node holds the program");
  }
  reserve_contiguous_memory();
  probe_devices(Stage::kInterrupts);
  probe_devices(Stage::kTime);
  probe_devices(Stage::kCache);
  local_irq_enable();
  probe_devices(Stage::kIommu);
  probe_devices(Stage::kDma);
  probe_devices(Stage::kDevice);
  remember_levels();
  exit(guest_main());
}

}  // namespace guest
