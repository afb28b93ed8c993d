// SPDX-License-Identifier: Apache-2.0
// Which words ARMv5TE knows, against Unicorn's ARM926EJ-S (ARMv5TEJ).
#include <unicorn/unicorn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string_view>

#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"
#include "tests/conformance/lockstep/machine_state.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

/// Says whether an ARM926 takes one instruction for undefined.
class Arm926 {
 public:
  Arm926() {
    check(uc_open(UC_ARCH_ARM, UC_MODE_ARM, &uc_));
    check(uc_ctl_set_cpu_model(uc_, UC_CPU_ARM_926));
    check(uc_mem_map(uc_, kCodeBase, 4096, UC_PROT_ALL));
    check(uc_mem_map(uc_, kData, 2 * 1024 * 1024, UC_PROT_READ | UC_PROT_WRITE));
  }
  Arm926(const Arm926&) = delete;
  Arm926& operator=(const Arm926&) = delete;
  ~Arm926() { uc_close(uc_); }

  bool undefined(std::uint32_t word, bool thumb) {
    if (thumb && word > 0xFFFF) word = word << 16 | word >> 16;
    std::uint32_t cpsr = kSupervisor | (thumb ? kThumb : 0);
    check(uc_mem_write(uc_, kCodeBase, &word, 4));
    check(uc_ctl_remove_cache(uc_, kCodeBase, kCodeBase + 4));
    check(uc_reg_write(uc_, UC_ARM_REG_CPSR, &cpsr));
    for (const int reg : kRegisters) check(uc_reg_write(uc_, reg, &kMiddle));
    return uc_emu_start(uc_, kCodeBase | (thumb ? 1U : 0U), kCodeBase + 4, 0, 1) ==
           UC_ERR_INSN_INVALID;
  }

 private:
  static constexpr std::uint32_t kData = 0x2000'0000;
  static constexpr std::uint32_t kMiddle = kData + 1024 * 1024;
  static constexpr std::uint32_t kThumb = 1U << 5;
  static constexpr std::uint32_t kSupervisor = 0xD3;
  static constexpr std::array kRegisters{
      UC_ARM_REG_R0,  UC_ARM_REG_R1,  UC_ARM_REG_R2,  UC_ARM_REG_R3, UC_ARM_REG_R4,
      UC_ARM_REG_R5,  UC_ARM_REG_R6,  UC_ARM_REG_R7,  UC_ARM_REG_R8, UC_ARM_REG_R9,
      UC_ARM_REG_R10, UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR};

  static void check(uc_err error) {
    if (error != UC_ERR_OK) throw std::runtime_error{uc_strerror(error)};
  }
  uc_engine* uc_ = nullptr;
};

/// Coprocessors are the CPU's, not the architecture's.
bool is_coprocessor(std::uint32_t word, bool thumb) {
  if (thumb) return (word & 0xEC00'0000) == 0xEC00'0000;
  return (word & 0x0E00'0000) == 0x0C00'0000 || (word & 0x0F00'0000) == 0x0E00'0000;
}

/// An ARM926 has Jazelle, and Unicorn stops at WFE and YIELD as at an undefined instruction. In T16
/// it executes what ARMv6T2 put into ARMv5's undefined space 1011.... (DDI 0100I, A6.1).
bool known_difference(std::string_view row, bool thumb) {
  static constexpr std::array<std::string_view, 6> kThumb{"CBZ, CBNZ", "IT",  "NOP, YIELD, hints",
                                                          "WFI",       "SEV", "WFE"};
  return row == "BXJ" || row == "WFE" || row == "NOP, YIELD, DBG" ||
         (thumb && std::find(kThumb.begin(), kThumb.end(), row) != kThumb.end());
}

struct Comparison {
  unsigned known = 0;    ///< Words that both execute.
  unsigned unknown = 0;  ///< UNDEFINED for both.
};

/// Random words of every row of ARMv7-A's tables that it executes.
Comparison compare_rows(const EncodingTable& table, bool thumb, std::mt19937_64& random) {
  constexpr unsigned kWordsOfARow = 40;
  Comparison result;
  Arm926 theirs;
  std::ostringstream wrong;
  for (const Encoding& row : table.rows()) {
    for (unsigned k = 0; k < kWordsOfARow; ++k) {
      const auto fields = static_cast<std::uint32_t>(random());
      std::uint32_t word = (fields & ~row.pattern.mask()) | row.pattern.value();
      if (row.pattern.width() == 16) word &= 0xFFFF;
      if (table.find(word) != &row || is_coprocessor(word, thumb)) continue;
      if (!thumb && row.pattern.has_field('c')) word = (word & 0x0FFF'FFFF) | 0xE000'0000;
      const Instruction newer = thumb ? decode_t32(word, 0) : decode_a32(word);
      if (newer.handler == &isa::execute_unpredictable) continue;
      const Instruction i = thumb ? decode_t32(word, 0, armv5te()) : decode_a32(word, armv5te());
      if (i.handler == &isa::execute_unpredictable || known_difference(row.name, thumb)) continue;
      const bool ours = i.handler == &isa::execute_undefined;
      ++(ours ? result.unknown : result.known);
      if (ours != theirs.undefined(word, thumb))
        wrong << row.name << ' ' << std::hex << word << ": UNDEFINED for " << (ours ? "us" : "them")
              << " only\n";
    }
  }
  INFO(wrong.str());
  CHECK(wrong.str().empty());
  return result;
}

std::mt19937_64 seeded() {
  const char* given = std::getenv("LINEFILL_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
  std::cout << "LINEFILL_SEED=" << seed << std::endl;
  return std::mt19937_64{seed};
}

}  // namespace

TEST_CASE("ARMv5TE: A32 has the instructions of Unicorn's ARM926", "[lockstep][armv5te]") {
  auto random = seeded();
  const Comparison all = compare_rows(a32_table(), false, random);
  CHECK(all.known > 1000);
  CHECK(all.unknown > 1000);
  const Comparison unconditional = compare_rows(a32_unconditional_table(), false, random);
  CHECK(unconditional.known > 50);
  CHECK(unconditional.unknown > 50);
}

TEST_CASE("ARMv5TE: T16 has the instructions of Unicorn's ARM926", "[lockstep][armv5te]") {
  auto random = seeded();
  const Comparison all = compare_rows(t16_table(), true, random);
  CHECK(all.known > 1000);
  CHECK(all.unknown > 50);
}

TEST_CASE("ARMv5TE: what ARMv6T2 added to T16's miscellaneous space is UNDEFINED",
          "[lockstep][armv5te]") {
  for (const std::uint32_t word : {0xB100U, 0xB900U, 0xBF00U, 0xBF08U, 0xBF20U, 0xBF30U, 0xBF40U})
    CHECK(decode_t32(word, 0, armv5te()).handler == &isa::execute_undefined);
}

TEST_CASE("ARMv5TE: of T32's pairs of halfwords only BL and BLX are there", "[lockstep][armv5te]") {
  CHECK(decode_t32(0xF000'F800, 0, armv5te()).handler != &isa::execute_undefined);  // BL
  CHECK(decode_t32(0xF7FF'EFFE, 0, armv5te()).handler != &isa::execute_undefined);  // BLX
  CHECK(decode_t32(0xF240'0001, 0, armv5te()).handler == &isa::execute_undefined);  // MOVW
  CHECK(decode_t32(0xF3BF'8F4F, 0, armv5te()).handler == &isa::execute_undefined);  // DSB
  CHECK(decode_t32(0xF000'B800, 0, armv5te()).handler == &isa::execute_undefined);  // B.W
}

}  // namespace linefill::test
