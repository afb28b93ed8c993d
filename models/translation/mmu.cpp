// SPDX-License-Identifier: Apache-2.0
#include "models/translation/mmu.hpp"

namespace linefill {

bool Mmu::translate(VirtualAddress va, AccessType type, bool privileged, Translation& translation,
                    Fault& fault) {
  if (!registers_.mmu_enabled()) {
    flat(va, type, translation);
    return true;
  }
  const std::uint8_t asid = registers_.asid();
  if (!tlb_.find(va, asid, translation)) {
    ++walks_;
    if (type == AccessType::kFetch) ++fetch_walks_;
    if (!walker_.walk(va, registers_, translation, fault)) return false;
    tlb_.insert(va, asid, translation);
  }
  if (!check(translation, type, privileged, fault)) return false;
  const bool cached = registers_.has(type == AccessType::kFetch ? TranslationRegisters::kI
                                                                : TranslationRegisters::kC);
  if (!cached)
    translation.attributes.inner = translation.attributes.outer = CachePolicy::kNonCacheable;
  return true;
}

/// ARM ARM B3.7: first the domain, then, for clients, AP and XN.
bool Mmu::check(const Translation& translation, AccessType type, bool privileged,
                Fault& fault) const {
  static constexpr unsigned kClient = 1;
  static constexpr unsigned kManager = 3;
  const unsigned access = registers_.domain_access(translation.domain);
  if (access == kManager) return true;
  if (access != kClient) {
    fault = {translation.page ? FaultStatus::kDomainPage : FaultStatus::kDomainSection,
             translation.domain};
    return false;
  }
  const bool never = type == AccessType::kFetch && translation.execute_never;
  if (!never && permits(translation.permission, type == AccessType::kWrite, privileged))
    return true;
  fault = {translation.page ? FaultStatus::kPermissionPage : FaultStatus::kPermissionSection,
           translation.domain};
  return false;
}

void Mmu::flat(VirtualAddress va, AccessType type, Translation& translation) const {
  translation = {};
  translation.pa = PhysicalAddress{raw(va)};
  if (type != AccessType::kFetch) return;
  if (registers_.has(TranslationRegisters::kI)) {
    translation.attributes = {MemoryType::kNormal, CachePolicy::kWriteThrough,
                              CachePolicy::kWriteThrough, false};
  } else {
    translation.attributes = kNormalNonCacheable;
  }
}

}  // namespace linefill
