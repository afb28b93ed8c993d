// SPDX-License-Identifier: Apache-2.0
// What a context bank's registers say of its tables (IHI 0062, 16.5; ARM ARM B3.6 and B4.1.153).
#include <algorithm>

#include "models/iommu/context_bank.hpp"
#include "models/translation/descriptor_bits.hpp"

namespace linefill::smmu {

namespace {

constexpr std::uint32_t kEae = 1U << 31;
constexpr std::uint32_t kEpd0 = 1U << 7;
constexpr std::uint32_t kEpd1 = 1U << 23;
constexpr unsigned kAArch32OutputBits = 40;

/// The sizes that TCR2.PASize, TCR.PS and ID2 number.
constexpr unsigned address_bits(unsigned code) {
  constexpr unsigned kBits[]{32, 36, 40, 42, 44, 48, 48, 48};
  return kBits[code & 7U];
}

/// IRGN, ORGN and SH, from bit `low` of TCR on.
MemoryAttributes walk_attributes(std::uint32_t tcr, unsigned low) {
  return {MemoryType::kNormal, static_cast<CachePolicy>(bits(tcr, low + 1, low)),
          static_cast<CachePolicy>(bits(tcr, low + 3, low + 2)), bit(tcr, low + 5)};
}

constexpr std::uint64_t base_of(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high & 0xFFFFU} << 32 | low;
}

}  // namespace

TableFormat ContextBank::format() const {
  if ((cba2r_ & 1U) != 0) return TableFormat::kAArch64;
  const bool is_long = type() == BankType::kStage2 || (tcr_ & kEae) != 0;
  return is_long ? TableFormat::kLong : TableFormat::kShort;
}

std::uint16_t ContextBank::asid() const {
  if (type() == BankType::kStage2) return 0;
  if (format() == TableFormat::kShort) return static_cast<std::uint16_t>(contextidr_ & 0xFFU);
  const bool a1 = bit(tcr_, 22);
  const std::uint32_t asid = (a1 ? ttbr1_high_ : ttbr0_high_) >> 16;
  const bool sixteen_bits = format() == TableFormat::kAArch64 && bit(tcr2_, 4);
  return static_cast<std::uint16_t>(sixteen_bits ? asid : asid & 0xFFU);
}

// The upper half is TTBR1's. In AArch64, the bit that TCR2.SEP names is the sign of an address; a
// 32-bit bus has no other than bit 31.
bool ContextBank::upper_half(std::uint64_t address, unsigned t0sz, unsigned t1sz) const {
  if (format() == TableFormat::kAArch64) return bits(tcr2_, 17, 15) == 0 && bit(address, 31);
  if (t1sz != 0) return address >> (32 - t1sz) == (1U << t1sz) - 1;
  return t0sz != 0 && address >> (32 - t0sz) != 0;
}

bool ContextBank::tables_for(std::uint64_t& address, LongTables& tables, unsigned& level) const {
  const bool wide = format() == TableFormat::kAArch64;
  const std::uint32_t field = wide ? 0x3F : 7;
  const bool upper = upper_half(address, tcr_ & field, tcr_ >> 16 & field);
  level = wide ? 0 : 1;
  if ((tcr_ & (upper ? kEpd1 : kEpd0)) != 0) return false;
  tables = tables_of(upper);
  if (!upper) return true;
  // What is above the size of the upper half must be ones, and is not looked up.
  if (wide) address |= ~std::uint64_t{0} << 32;
  const std::uint64_t high = address >> tables.input_bits;
  const std::uint64_t ones = (wide ? ~std::uint64_t{0} : 0xFFFF'FFFFU) >> tables.input_bits;
  if (high != ones && high != 0) return false;
  address &= (std::uint64_t{1} << tables.input_bits) - 1;
  return true;
}

LongTables ContextBank::tables_of(bool upper) const {
  LongTables tables;
  tables.base = upper ? base_of(ttbr1_, ttbr1_high_) : base_of(ttbr0_, ttbr0_high_);
  tables.mair = std::uint64_t{mair1_} << 32 | mair0_;
  tables.check_access_flag = !has(kAffd);
  tables.big_endian = has(kE);
  tables.walk_attributes = walk_attributes(tcr_, upper ? 24 : 8);
  const std::uint32_t size = upper ? tcr_ >> 16 : tcr_;
  if (format() == TableFormat::kAArch64) {
    const unsigned granule = upper ? bits(tcr_, 31, 30) : bits(tcr_, 15, 14);
    tables.granule_shift = granule == (upper ? 3U : 1U) ? 16 : 12;
    tables.input_bits = 64 - std::clamp(size & 0x3FU, 16U, 39U);
    tables.output_bits = address_bits(tcr2_ & 7U);
  } else {
    tables.input_bits = 32 - (size & 7U);
    tables.output_bits = kAArch32OutputBits;
  }
  tables.start_level = start_level_of(tables.input_bits, tables.granule_shift);
  return tables;
}

LongTables ContextBank::stage2_tables() const {
  LongTables tables;
  tables.stage2 = true;
  tables.base = base_of(ttbr0_, ttbr0_high_);
  tables.check_access_flag = !has(kAffd);
  tables.big_endian = has(kE);
  tables.walk_attributes = walk_attributes(tcr_, 8);
  const unsigned start = bits(tcr_, 7, 6);
  if (format() == TableFormat::kAArch64) {
    const bool wide_granule = bits(tcr_, 15, 14) == 1;
    tables.granule_shift = wide_granule ? 16 : 12;
    tables.input_bits = 64 - std::clamp(tcr_ & 0x3FU, 16U, 39U);
    tables.output_bits = address_bits(bits(tcr_, 18, 16));
    tables.start_level = (wide_granule ? 3U : 2U) - std::min(start, 2U);
  } else {
    // T0SZ is a number of four bits with its sign.
    const unsigned t0sz = tcr_ & 0xFU;
    tables.input_bits = 32 - t0sz + (t0sz >= 8 ? 16 : 0);
    tables.output_bits = kAArch32OutputBits;
    tables.start_level = 2 - std::min(start, 1U);
  }
  return tables;
}

// The walk's cacheability is that of TTBR, whatever a processor's SCTLR.C would say.
TranslationRegisters ContextBank::short_registers() const {
  TranslationRegisters registers;
  registers.sctlr = TranslationRegisters::kM | TranslationRegisters::kC |
                    (has(kTre) ? TranslationRegisters::kTRE : 0) |
                    (has(kAfe) ? TranslationRegisters::kAFE : 0) |
                    (has(kE) ? TranslationRegisters::kEE : 0);
  registers.ttbr0 = ttbr0_;
  registers.ttbr1 = ttbr1_;
  registers.ttbcr = tcr_;
  registers.prrr = mair0_;
  registers.nmrr = mair1_;
  registers.contextidr = contextidr_;
  return registers;
}

}  // namespace linefill::smmu
