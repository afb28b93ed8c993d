// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/mmio.hpp"
#include "sw/kernel/main.hpp"

int guest_main() {
  writel_relaxed(1, reinterpret_cast<volatile void*>(0x5000'0000));  // Not mapped.
  return 0;
}
