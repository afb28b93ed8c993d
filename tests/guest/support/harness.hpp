// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// A guest program under tests/guest: several cases, of which `case=NAME` on the kernel command
/// line chooses one. A case checks the values a Cortex-A9 with an L2C-310 would have; the host
/// checks what was found.
namespace guest::test {

struct Case {
  std::string_view name;
  void (*run)();
};

/// Runs the chosen case; the program's exit status: 0 if it exists and each check held.
int run_case(std::span<const Case> cases);

/// What a failed check prints is `what`, the value and the value expected.
void check_equal(std::uint32_t value, std::uint32_t expected, std::string_view what);
void check(bool holds, std::string_view what);

}  // namespace guest::test
