// SPDX-License-Identifier: Apache-2.0
// SUBS PC, LR and related instructions (ARM DDI 0406C, B9.3.20). QEMU 7.2 returns by SUBS and MOVS
// only, so it cannot be asked.
#include <string_view>

#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

struct Return {
  std::string_view name;
  std::uint32_t opcode;    ///< Bits 24 to 21.
  std::uint32_t first;     ///< In r1.
  std::uint32_t second;    ///< In r2, or
  std::uint32_t constant;  ///< as bits 11 to 0 have it.
  bool carry;
  std::uint32_t pc;
};

constexpr Return kReturns[]{
    {"ands", 0, 0x81F0, 0x8100, 0xC81, false, 0x8100},
    {"eors", 1, 0x8110, 0x10, 0x010, false, 0x8100},
    {"subs", 2, 0x8110, 0x10, 0x010, false, 0x8100},
    {"rsbs", 3, 0x1000, 0x8100, 0xC81, false, 0x7100},
    {"adds", 4, 0x80F0, 0x10, 0x010, true, 0x8100},
    {"adcs", 5, 0x80EF, 0x10, 0x010, true, 0x8100},
    {"sbcs", 6, 0x8111, 0x10, 0x010, false, 0x8100},
    {"rscs", 7, 0xFF, 0x8100, 0xC81, false, 0x8000},
    {"orrs", 12, 0x8000, 0x10, 0x010, false, 0x8010},
    {"movs", 13, 0, 0x8100, 0xC81, false, 0x8100},
    {"bics", 14, 0x81F0, 0xF0, 0x0F0, false, 0x8100},
    {"mvns", 15, 0, 0xFF, 0x0FF, false, 0xFFFF'FF00},
};
constexpr std::uint32_t kSetSpsr = 0xE16F'F003;  // msr spsr_fsxc, r3
constexpr std::uint32_t kSpsr = 0x9000'0010;     // N, V, User.

void check(const Return& row, std::uint32_t operand) {
  const bool one_operand = row.opcode == 13 || row.opcode == 15;
  CoreBench b;
  b.a32({kSetSpsr, 0xE010'F000 | row.opcode << 21 | (one_operand ? 0 : 1U << 16) | operand});
  b.core.set_cpsr(0x1D3 | (row.carry ? psr::kC : 0));
  b.core.set_reg(1, row.first);
  b.core.set_reg(2, row.second);
  b.core.set_reg(3, kSpsr);
  b.block();
  CHECK(b.core.pc() == row.pc);
  CHECK(b.core.cpsr() == kSpsr);
}

}  // namespace

TEST_CASE("every operation of A32 that writes the PC with S returns by SPSR", "[isa][exceptions]") {
  for (const Return& row : kReturns) {
    CAPTURE(row.name);
    check(row, 2);
    check(row, 1U << 25 | row.constant);
  }
}

}  // namespace linefill::test
