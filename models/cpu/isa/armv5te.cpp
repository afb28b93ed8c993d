// SPDX-License-Identifier: Apache-2.0
// ARMv5TE (ARM DDI 0100I, A3, A4 and A7): the rows of ARMv7-A but those that came later.
#include <algorithm>
#include <string_view>
#include <vector>

#include "models/cpu/isa/branch.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill {
namespace isa {
namespace {

// A32 with a condition. All of the media instructions' space came later, too: `is_media`.
constexpr std::string_view kLater[]{
    "MOVW",         "MOVT",         "UMAAL",       "MLS",          "STRHT (imm)",
    "STRHT (reg)",  "LDRHT (imm)",  "LDRHT (reg)", "LDRSBT (imm)", "LDRSBT (reg)",
    "LDRSHT (imm)", "LDRSHT (reg)", "LDREX",       "STREX",        "LDREXD",
    "STREXD",       "LDREXB",       "STREXB",      "LDREXH",       "STREXH",
    "BXJ",          "WFE",          "WFI",         "SEV",          "SMC"};
constexpr std::string_view kLaterUnconditional[]{"CPS",
                                                 "SETEND",
                                                 "PLI (imm)",
                                                 "PLI (reg)",
                                                 "PLDW (imm)",
                                                 "PLDW (reg)",
                                                 "Hint (imm)",
                                                 "Hint (reg)",
                                                 "Reserved (imm)",
                                                 "Reserved (reg)",
                                                 "CLREX",
                                                 "DSB",
                                                 "DMB",
                                                 "ISB",
                                                 "RFE",
                                                 "SRS"};
constexpr std::string_view kLaterT16[]{"CBZ, CBNZ", "SXTH",   "SXTB", "UXTH",
                                       "UXTB",      "SETEND", "CPS",  "REV",
                                       "REV16",     "REVSH",  "IT",   "NOP, YIELD, hints",
                                       "WFE",       "WFI",    "SEV"};

/// The two halves of BL and BLX are instructions of their own; one without the other, which no
/// compiler makes, is UNDEFINED here. J1 and J2 are 1.
void call_pair(const Fields& f, Instruction& i) {
  if (!f.bit('j') || !f.bit('k')) return undefined(f, i);
  f.has('x') ? t32_blx(f, i) : t32_bl(f, i);
}

constexpr Encoding kPairs[]{
    {"BL", "11110svvvvvvvvvv11j1kvvvvvvvvvvv", &call_pair},
    {"BLX (imm)", "11110svvvvvvvvvv11j0kvvvvvvvvvvx", &call_pair},
};

/// 011 in bits 27 to 25, and bit 4.
constexpr bool is_media(const Encoding& row) {
  return (row.pattern.value() & 0x0E00'0010) == 0x0600'0010 &&
         (row.pattern.mask() & 0x0E00'0010) == 0x0E00'0010;
}

template <std::size_t kCount>
std::vector<Encoding> without(std::span<const Encoding> rows,
                              const std::string_view (&later)[kCount], bool media = true) {
  std::vector<Encoding> left;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(left), [&](const Encoding& row) {
    return std::find(std::begin(later), std::end(later), row.name) == std::end(later) &&
           (media || !is_media(row));
  });
  return left;
}

}  // namespace
}  // namespace isa

const InstructionSet& armv5te() {
  static const std::vector<Encoding> kA32 = isa::without(a32_table().rows(), isa::kLater, false);
  static const std::vector<Encoding> kUnconditional =
      isa::without(a32_unconditional_table().rows(), isa::kLaterUnconditional);
  static const std::vector<Encoding> kT16 = isa::without(t16_table().rows(), isa::kLaterT16);
  static const EncodingTable kTables[]{{kA32, 20, 8, 4, 4},
                                       {kUnconditional, 20, 8, 4, 4},
                                       {kT16, 6, 10, 0, 0},
                                       {isa::kPairs, 20, 9, 4, 4}};
  // N, Z, C, V, Q, I, F, T and the mode: no E, A, GE, IT.
  static const InstructionSet kSet{kTables[0], kTables[1], kTables[2], kTables[3],
                                   false,      true,       0xF800'00FF};
  return kSet;
}

}  // namespace linefill
