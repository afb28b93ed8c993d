// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/support/harness.hpp"

#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"

namespace guest::test {
namespace {

unsigned checks = 0;
unsigned failures = 0;

}  // namespace

void check(bool holds, std::string_view what) {
  ++checks;
  if (holds) return;
  ++failures;
  printk("FAILED: ", what, "\n");
}

void check_equal(std::uint32_t value, std::uint32_t expected, std::string_view what) {
  ++checks;
  if (value == expected) return;
  ++failures;
  printk("FAILED: ", what, ": ", hex(value), ", expected ", hex(expected), "\n");
}

int run_case(std::span<const Case> cases) {
  const std::string_view wanted = option("case").value_or("");
  for (const Case& one : cases) {
    if (one.name != wanted) continue;
    one.run();
    if (checks == 0) check(false, "nothing was checked");
    printk(one.name, ": ", checks, " checks, ", failures, " failed\n");
    return without_leaks(failures == 0 ? 0 : 1);
  }
  printk("no case \"", wanted, "\"\n");
  return 1;
}

}  // namespace guest::test
