// SPDX-License-Identifier: Apache-2.0
// What stream mapping groups and the blocks of registers say of the rest, and start in it.
#include <algorithm>

#include "models/iommu/smmu_block.hpp"
#include "models/translation/descriptor_bits.hpp"

namespace linefill::smmu {

const RegisterTable<StreamGroup>& StreamGroup::smr_registers() {
  static constexpr Register<StreamGroup> kRows[]{
      Register<StreamGroup>{0, "SMR", Access::kReadWrite}.stores(&StreamGroup::smr, 0xFFFF'7FFF)};
  static constexpr RegisterTable<StreamGroup> kTable{kRows};
  return kTable;
}

// EXIDVALID is for extended stream IDs, which it has not.
const RegisterTable<StreamGroup>& StreamGroup::s2cr_registers() {
  static constexpr Register<StreamGroup> kRows[]{
      Register<StreamGroup>{0, "S2CR", Access::kReadWrite}.stores(&StreamGroup::s2cr, 0x3FFF'FBFF)};
  static constexpr RegisterTable<StreamGroup> kTable{kRows};
  return kTable;
}

// Two states: the first line is the Secure state's, as boards with an MMU-500 have them, the second
// the Non-secure one's; a single line is for both.
bool Block::global_interrupt(unsigned line) const {
  const bool non_secure = spaces_[0].interrupt();
  if (!config_.two_states) return line == 0 && non_secure;
  const bool secure = spaces_[1].interrupt();
  if (config_.global_interrupts == 1) return secure || non_secure;
  return line == 0 ? secure : line == 1 && non_secure;
}

bool Block::context_interrupt(unsigned line) const {
  if (version2()) return line < banks_.size() && banks_[line].interrupt();
  return std::ranges::any_of(banks_, [line](const ContextBank& bank) {
    return bank.interrupt_index() == line && bank.interrupt();
  });
}

std::uint32_t Block::identification(bool secure, unsigned number) const {
  switch (number) {
    case 0: {
      const std::uint32_t id = config_.id0() & ~0xFFU;
      const bool both = secure || !config_.two_states;
      return both ? id | config_.stream_groups | (secure ? 1U << 31 : 0) : id | non_secure_groups();
    }
    case 1:
      return secure ? config_.id1() : (config_.id1() & ~0xFFU) | non_secure_banks();
    case 2:
      return config_.id2();
    case 7:
      return config_.id7();
    default:  // PIDR2
      return version2() ? 0x1B : 0x0B;
  }
}

// --- TLB maintenance ---------------------------------------------------------------------------

void Block::invalidate(unsigned bank, const Invalidation& operation, Time now) {
  Invalidation complete = operation;
  complete.secure = secure_bank(bank);
  if (!complete.secure) complete.vmid = banks_[bank].vmid(vmid16());
  ++invalidations_;
  pending_.post({bank, complete.secure}, complete, now);
}

void Block::sync(unsigned bank, Time now) {
  ++syncs_;
  pending_.sync({bank, secure_bank(bank)}, now);
}

void Block::invalidate_globally(bool secure, const Invalidation& operation, Time now) {
  ++invalidations_;
  pending_.post({Invalidations::kGlobal, secure}, operation, now);
}

void Block::sync_globally(bool secure, Time now) {
  ++syncs_;
  pending_.sync({Invalidations::kGlobal, secure}, now);
}

}  // namespace linefill::smmu
