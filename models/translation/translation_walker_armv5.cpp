// SPDX-License-Identifier: Apache-2.0
// ARMv5's tables (ARM DDI 0100I, B4.7): sections, coarse tables of large and small pages. What TEX,
// S and XN later made of other bits is not looked at; there are no address spaces.
#include "models/translation/translation_walker.hpp"

namespace linefill {

namespace {

constexpr std::uint32_t bits(std::uint32_t word, unsigned high, unsigned low) {
  return word >> low & ((std::uint32_t{2} << (high - low)) - 1);
}

/// C and B (B2.3): neither is strongly ordered, B alone may wait in the write buffer.
MemoryAttributes attributes_of(std::uint32_t descriptor) {
  constexpr CachePolicy kNone = CachePolicy::kNonCacheable;
  constexpr CachePolicy kThrough = CachePolicy::kWriteThrough;
  constexpr CachePolicy kBack = CachePolicy::kWriteBackNoWriteAllocate;
  switch (bits(descriptor, 3, 2)) {
    case 0:
      return {MemoryType::kStronglyOrdered, kNone, kNone, true};
    case 1:
      return {MemoryType::kNormal, kNone, kNone, false};
    case 2:
      return {MemoryType::kNormal, kThrough, kThrough, false};
    default:
      return {MemoryType::kNormal, kBack, kBack, false};
  }
}

/// AP, and for 0 the control register's S and R (B4.3.1).
AccessPermission permission_of(unsigned ap, const TranslationRegisters& registers) {
  if (ap != 0) return static_cast<AccessPermission>(ap);
  const bool system = registers.has(TranslationRegisters::kS);
  const bool rom = registers.has(TranslationRegisters::kR);
  if (system == rom) return system ? AccessPermission::kReserved : AccessPermission::kNone;
  return system ? AccessPermission::kPrivilegedReadOnly : AccessPermission::kReadOnly;
}

void describe(Translation& translation, std::uint32_t descriptor, std::uint32_t va, unsigned shift,
              unsigned ap, std::uint8_t domain, const TranslationRegisters& registers) {
  const std::uint32_t offset = (1U << shift) - 1;
  translation = {};
  translation.pa = PhysicalAddress{(descriptor & ~offset) | (va & offset)};
  translation.attributes = attributes_of(descriptor);
  translation.page_shift = static_cast<std::uint8_t>(shift);
  translation.domain = domain;
  translation.permission = permission_of(ap, registers);
}

/// Of walks: the L1 caches hold no tables; bits 4 and 3 of the base may have the L2 hold them.
MemoryAttributes table_attributes(const TranslationRegisters& registers) {
  return {MemoryType::kNormal, CachePolicy::kNonCacheable,
          static_cast<CachePolicy>(bits(registers.ttbr0, 4, 3)), false};
}

}  // namespace

bool TranslationWalker::walk_armv5(VirtualAddress va, const TranslationRegisters& registers,
                                   Translation& translation, Fault& fault) {
  const PhysicalAddress entry{(registers.ttbr0 & ~0x3FFFU) | bits(raw(va), 31, 20) << 2};
  std::uint32_t descriptor = 0;
  if (!read(entry, table_attributes(registers), FaultStatus::kExternalOnWalkLevel1, descriptor,
            fault))
    return false;
  const auto domain = static_cast<std::uint8_t>(bits(descriptor, 8, 5));
  switch (descriptor & 3U) {
    case 1:
      return walk_armv5_page(va, descriptor, registers, translation, fault);
    case 2:
      describe(translation, descriptor, raw(va), 20, bits(descriptor, 11, 10), domain, registers);
      return true;
    default:  // 3 is a fine table.
      fault = {FaultStatus::kTranslationSection};
      return false;
  }
}

bool TranslationWalker::walk_armv5_page(VirtualAddress va, std::uint32_t table,
                                        const TranslationRegisters& registers,
                                        Translation& translation, Fault& fault) {
  const auto domain = static_cast<std::uint8_t>(bits(table, 8, 5));
  const PhysicalAddress entry{(table & ~0x3FFU) | bits(raw(va), 19, 12) << 2};
  std::uint32_t descriptor = 0;
  if (!read(entry, table_attributes(registers), FaultStatus::kExternalOnWalkLevel2, descriptor,
            fault)) {
    fault.domain = domain;
    return false;
  }
  const unsigned kind = descriptor & 3U;
  if (kind != 1 && kind != 2) {  // 3 is a tiny page, which only a fine table has.
    fault = {FaultStatus::kTranslationPage, domain};
    return false;
  }
  // AP0 to AP3 are those of four subpages; a TLB entry here has one: that of the first.
  describe(translation, descriptor, raw(va), kind == 1 ? 16 : 12, bits(descriptor, 5, 4), domain,
           registers);
  translation.page = true;
  return true;
}

}  // namespace linefill
