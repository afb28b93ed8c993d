// SPDX-License-Identifier: Apache-2.0
#include "models/translation/translation_walker.hpp"

#include "models/translation/descriptor_bits.hpp"

namespace linefill {

namespace {

constexpr CachePolicy policy(std::uint32_t two_bits) {
  return static_cast<CachePolicy>(two_bits & 3U);
}

/// A memory type whose cacheability is fixed.
constexpr MemoryAttributes uncached(MemoryType type, bool shareable) {
  return {type, CachePolicy::kNonCacheable, CachePolicy::kNonCacheable, shareable};
}

/// ARM ARM, table B3-10: TEX, C, B without remap.
MemoryAttributes decode_fixed(unsigned tex, bool c, bool b, bool s) {
  const unsigned cb = (c ? 2U : 0U) | (b ? 1U : 0U);
  if ((tex & 4U) != 0) return {MemoryType::kNormal, policy(cb), policy(tex), s};
  switch (tex << 2 | cb) {
    case 0b000'01:
      return uncached(MemoryType::kDevice, true);
    case 0b000'10:
      return {MemoryType::kNormal, CachePolicy::kWriteThrough, CachePolicy::kWriteThrough, s};
    case 0b000'11:
      return {MemoryType::kNormal, CachePolicy::kWriteBackNoWriteAllocate,
              CachePolicy::kWriteBackNoWriteAllocate, s};
    case 0b001'00:
      return uncached(MemoryType::kNormal, s);
    case 0b001'11:
      return {MemoryType::kNormal, CachePolicy::kWriteBackWriteAllocate,
              CachePolicy::kWriteBackWriteAllocate, s};
    case 0b010'00:
      return uncached(MemoryType::kDevice, false);
    default:
      return uncached(MemoryType::kStronglyOrdered, true);
  }
}

/// ARM ARM B3.8.3, tables B3-12 and B3-13: TEX[0], C, B choose a field of PRRR and NMRR.
MemoryAttributes decode_remapped(unsigned tex, bool c, bool b, bool s, std::uint32_t prrr,
                                 std::uint32_t nmrr) {
  const unsigned n = (tex & 1U) << 2 | (c ? 2U : 0U) | (b ? 1U : 0U);
  switch (bits(prrr, 2 * n + 1, 2 * n)) {
    case 1:
      return uncached(MemoryType::kDevice, bit(prrr, s ? 17 : 16));
    case 2:
      return {MemoryType::kNormal, policy(nmrr >> (2 * n)), policy(nmrr >> (2 * n + 16)),
              bit(prrr, s ? 19 : 18)};
    default:
      return uncached(MemoryType::kStronglyOrdered, true);
  }
}

/// The registers choose TTBR0 or TTBR1 for an address (ARM ARM B3.5.4).
struct TableChoice {
  std::uint32_t ttbr;
  std::uint32_t base;
  bool disabled;
};

TableChoice choose_table(std::uint32_t va, const TranslationRegisters& registers) {
  const unsigned n = registers.ttbcr & 7U;
  if (n == 0 || va >> (32 - n) == 0) {
    const std::uint32_t base = registers.ttbr0 & ~((0x4000U >> n) - 1);
    return {registers.ttbr0, base, (registers.ttbcr & TranslationRegisters::kPD0) != 0};
  }
  return {registers.ttbr1, registers.ttbr1 & ~0x3FFFU,
          (registers.ttbcr & TranslationRegisters::kPD1) != 0};
}

/// Splits AP[2:0] into what it says and, with SCTLR.AFE, the access flag. False: the flag is clear.
bool decode_permission(unsigned ap, const TranslationRegisters& registers,
                       Translation& translation) {
  const bool flagged = registers.has(TranslationRegisters::kAFE);
  translation.permission = static_cast<AccessPermission>(flagged ? ap | 1U : ap);
  return !flagged || (ap & 1U) != 0;
}

/// A section, or a supersection of 16 MiB, whose address bits above 31 are ignored (ARM ARM
/// B3.5.1).
bool decode_section(std::uint32_t va, std::uint32_t descriptor,
                    const TranslationRegisters& registers, Translation& translation, Fault& fault) {
  const bool super = bit(descriptor, 18);
  translation.page = false;
  translation.page_shift = super ? 24 : 20;
  const std::uint32_t offset = (1U << translation.page_shift) - 1;
  translation.pa = PhysicalAddress{(descriptor & ~offset) | (va & offset)};
  translation.domain = super ? std::uint8_t{0} : static_cast<std::uint8_t>(bits(descriptor, 8, 5));
  translation.execute_never = bit(descriptor, 4);
  translation.global = !bit(descriptor, 17);
  translation.non_secure = bit(descriptor, 19);
  translation.attributes = decode_attributes(bits(descriptor, 14, 12), bit(descriptor, 3),
                                             bit(descriptor, 2), bit(descriptor, 16), registers);
  const unsigned ap = (bit(descriptor, 15) ? 4U : 0U) | bits(descriptor, 11, 10);
  if (decode_permission(ap, registers, translation)) return true;
  fault = {FaultStatus::kAccessFlagSection, translation.domain};
  return false;
}

}  // namespace

MemoryAttributes decode_attributes(unsigned tex, bool c, bool b, bool s,
                                   const TranslationRegisters& registers) {
  return registers.has(TranslationRegisters::kTRE)
             ? decode_remapped(tex, c, b, s, registers.prrr, registers.nmrr)
             : decode_fixed(tex, c, b, s);
}

MemoryAttributes TranslationWalker::walk_attributes(std::uint32_t ttbr,
                                                    const TranslationRegisters& registers) {
  MemoryAttributes attributes = uncached(MemoryType::kNormal, bit(ttbr, 1));
  if (!registers.has(TranslationRegisters::kC)) return attributes;
  attributes.inner = policy((bit(ttbr, 0) ? 2U : 0U) | (bit(ttbr, 6) ? 1U : 0U));
  attributes.outer = policy(bits(ttbr, 4, 3));
  return attributes;
}

bool TranslationWalker::read(PhysicalAddress address, const MemoryAttributes& attributes,
                             FaultStatus on_error, std::uint32_t& value, Fault& fault) {
  const BusResponse response = port_.read_word(address, attributes, value);
  if (response == BusResponse::kOkay) return true;
  fault = external_fault(on_error, response);
  return false;
}

bool TranslationWalker::walk(VirtualAddress va, const TranslationRegisters& registers,
                             Translation& translation, Fault& fault) {
  if (registers.format == TranslationRegisters::Format::kArmv5)
    return walk_armv5(va, registers, translation, fault);
  const TableChoice table = choose_table(raw(va), registers);
  if (table.disabled) {
    fault = {FaultStatus::kTranslationSection};
    return false;
  }
  // With TTBCR.N, an address below the boundary has zeros in the index bits that the base covers.
  const PhysicalAddress entry{table.base | bits(raw(va), 31, 20) << 2};
  const MemoryAttributes attributes = walk_attributes(table.ttbr, registers);
  std::uint32_t descriptor = 0;
  if (!read(entry, attributes, FaultStatus::kExternalOnWalkLevel1, descriptor, fault)) return false;
  if (registers.has(TranslationRegisters::kEE)) descriptor = swap_bytes(descriptor);
  switch (descriptor & 3U) {
    case 1:
      return walk_page(va, descriptor, attributes, registers, translation, fault);
    case 2:
      return decode_section(raw(va), descriptor, registers, translation, fault);
    default:  // 3 is a section with PXN, which a Cortex-A9 does not have (ID_MMFR0.VMSA is 3).
      fault = {FaultStatus::kTranslationSection};
      return false;
  }
}

bool TranslationWalker::walk_page(VirtualAddress va, std::uint32_t table,
                                  const MemoryAttributes& attributes,
                                  const TranslationRegisters& registers, Translation& translation,
                                  Fault& fault) {
  const auto domain = static_cast<std::uint8_t>(bits(table, 8, 5));
  const PhysicalAddress entry{(table & ~0x3FFU) | bits(raw(va), 19, 12) << 2};
  std::uint32_t descriptor = 0;
  if (!read(entry, attributes, FaultStatus::kExternalOnWalkLevel2, descriptor, fault)) {
    fault.domain = domain;
    return false;
  }
  if (registers.has(TranslationRegisters::kEE)) descriptor = swap_bytes(descriptor);
  if ((descriptor & 3U) == 0) {
    fault = {FaultStatus::kTranslationPage, domain};
    return false;
  }
  const bool large = (descriptor & 3U) == 1;
  const std::uint32_t offset = large ? 0xFFFF : 0xFFF;
  translation.pa = PhysicalAddress{(descriptor & ~offset) | (raw(va) & offset)};
  translation.page = true;
  translation.page_shift = large ? 16 : 12;
  translation.domain = domain;
  translation.execute_never = bit(descriptor, large ? 15 : 0);
  translation.global = !bit(descriptor, 11);
  translation.non_secure = bit(table, 3);
  const unsigned tex = large ? bits(descriptor, 14, 12) : bits(descriptor, 8, 6);
  translation.attributes = decode_attributes(tex, bit(descriptor, 3), bit(descriptor, 2),
                                             bit(descriptor, 10), registers);
  const unsigned ap = (bit(descriptor, 9) ? 4U : 0U) | bits(descriptor, 5, 4);
  if (decode_permission(ap, registers, translation)) return true;
  fault = {FaultStatus::kAccessFlagPage, domain};
  return false;
}

}  // namespace linefill
