// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/lockstep/instruction_family.hpp"

#include <array>

namespace linefill::test {

void Preparation::set(unsigned reg, std::uint32_t value) {
  if ((used_ >> reg & 1) != 0) return;
  used_ |= 1U << reg;
  if (state_ != nullptr) {
    state_->r.at(reg) = value;
    return;
  }
  if (!thumb_) {  // MOV, ORR: in every version.
    for (std::uint32_t byte = 0; byte < 4; ++byte) {
      const std::uint32_t rotated = (16 - 4 * byte) % 16 << 8 | (value >> 8 * byte & 0xFF);
      code_->halfwords.push_back(static_cast<std::uint16_t>(reg << 12 | rotated));
      code_->halfwords.push_back(static_cast<std::uint16_t>(byte == 0 ? 0xE3A0U : 0xE380U | reg));
    }
    return;
  }
  for (const bool top : {false, true}) {
    const std::uint32_t half = top ? value >> 16 : value & 0xFFFF;
    const std::uint32_t first = (top ? 0xF2C0U : 0xF240U) | (half >> 11 & 1) << 10 | half >> 12;
    code_->halfwords.push_back(static_cast<std::uint16_t>(first));
    code_->halfwords.push_back(
        static_cast<std::uint16_t>((half >> 8 & 7) << 12 | reg << 8 | (half & 0xFF)));
  }
}

std::uint32_t with_condition(std::uint32_t word, Dice& dice) {
  return (word & 0x0FFF'FFFF) | (dice.chance(60) ? 14U : dice.number(14)) << 28;
}

std::uint32_t random_fields(const Encoding& row, Dice& dice) {
  const std::uint32_t word = (dice.word() & ~row.pattern.mask()) | row.pattern.value();
  return row.pattern.width() == 16 ? word & 0xFFFF : word;
}

std::span<const InstructionFamily* const> instruction_families() {
  static const std::array kFamilies{&integer_family(), &vfp_family(), &neon_family()};
  return kFamilies;
}

}  // namespace linefill::test
