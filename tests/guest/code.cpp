// SPDX-License-Identifier: Apache-2.0
// Code is written as data over code that has run, then run again.
#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/mmio.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kReturn = 0xE12F'FF1E;  // bx lr
constexpr std::uint32_t return_value(std::uint32_t value) {
  return 0xE3A0'0000 | value;
}  // mov r0, #value

/// A function of two instructions, in memory of its own.
class Function {
 public:
  Function() : at_{alloc_bytes(kPageBytes).data()} {
    if (at_ == nullptr) panic("no memory");
    write(1);
    io_write(at_ + 4, kReturn);
    flush_icache_range(at_, at_ + 8);
    check_equal(run(), 1, "what the first function returns");
  }

  void write(std::uint32_t value) const { io_write(at_, return_value(value)); }
  std::uint32_t run() const {
    return reinterpret_cast<std::uint32_t (*)()>(reinterpret_cast<std::uintptr_t>(at_))();
  }
  const std::byte* at() const { return at_; }
  std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(at_); }

 private:
  std::byte* at_;
};

void no_maintenance_case() {
  const Function function;
  function.write(2);
  check_equal(function.run(), 1, "the second function has not reached the instruction cache");
}

void barriers_only_case() {
  const Function function;
  function.write(2);
  dsb();
  isb();
  check_equal(function.run(), 1, "barriers move no data");
}

void data_side_only_case() {
  const Function function;
  function.write(2);
  cp15::clean_line_to_unification(function.address());
  dsb();
  isb();
  check_equal(function.run(), 1, "the instruction cache holds the first function");
}

void instruction_side_only_case() {
  const Function function;
  function.write(2);
  cp15::invalidate_instruction_line(function.address());
  dsb();
  isb();
  check_equal(function.run(), 1, "the second function is in the data cache only");
}

void both_sides_case() {
  const Function function;
  function.write(2);
  flush_icache_range(function.at(), function.at() + 8);
  check_equal(function.run(), 2, "what the second function returns");
}

/// ICIALLU in the place of ICIMVAU.
void all_instructions_case() {
  const Function function;
  function.write(2);
  cp15::clean_line_to_unification(function.address());
  dsb();
  cp15::invalidate_icache();
  dsb();
  isb();
  check_equal(function.run(), 2, "what the second function returns");
}

constexpr Case kCases[] = {
    {"no_maintenance", no_maintenance_case}, {"barriers_only", barriers_only_case},
    {"data_side_only", data_side_only_case}, {"instruction_side_only", instruction_side_only_case},
    {"both_sides", both_sides_case},         {"all_instructions", all_instructions_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
