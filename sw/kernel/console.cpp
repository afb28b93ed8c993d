// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/console.hpp"

#include <algorithm>
#include <array>

#include "sw/arch/barrier.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/arch/semihosting.hpp"
#include "sw/kernel/power.hpp"

namespace guest {
namespace {

/// Text through the debugger, for the time before the UART is known, and where there is none.
class SemihostingSink final : public TextSink {
 public:
  void write(std::string_view text) override {
    std::array<char, 80> line;
    while (!text.empty()) {
      const std::size_t size = std::min(text.size(), line.size() - 1);
      text.copy(line.data(), size);
      line[size] = '\0';
      semihosting::write0(line.data());
      text.remove_prefix(size);
    }
  }
};

SemihostingSink semihosting_sink;
TextSink* sink = nullptr;
void (*power_off)() = nullptr;

}  // namespace

TextSink& console() { return sink != nullptr ? *sink : semihosting_sink; }
void set_console(TextSink* new_sink) { sink = new_sink; }
void set_power_off(void (*function)()) { power_off = function; }

void exit(int status) {
  semihosting::exit(status);
  if (power_off != nullptr) power_off();
  local_irq_disable();
  for (;;) wait_for_interrupt();
}

void panic(std::string_view why) {
  printk("panic: ", why, "\n");
  exit(1);
}

}  // namespace guest
