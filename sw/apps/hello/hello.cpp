// SPDX-License-Identifier: Apache-2.0
// The first program: says what the machine is, and waits for the timer's interrupt.
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

int guest_main() {
  printk("Hello from ", device_tree().root().text("model"), "\n");
  printk("command line: \"", command_line(), "\"\n");
  printk("free memory: ", (free_page_count() * kPageBytes) >> 20, " MiB\n");
  constexpr unsigned kNaps = 3;
  for (unsigned i = 1; i <= kNaps; ++i) {
    const std::uint64_t start = ktime_us();
    const unsigned long interrupts = interrupt_count();
    msleep(10);
    printk("nap ", i, ": ", (ktime_us() - start) / 1000, " ms, ", interrupt_count() - interrupts,
           " interrupt\n");
    if (interrupt_count() == interrupts) return 1;
  }
  return without_leaks(0);
}
