// SPDX-License-Identifier: Apache-2.0
// What CP15 does to whole caches, and to an outer cache that it operates: Marvell's cores.
#include <bit>

#include "models/cpu/cp15/system_control.hpp"

namespace linefill {

namespace {

constexpr std::uint32_t kMohawkL2 = 1U << 26;       ///< Of the control register.
constexpr std::uint32_t kMohawkFeature = 1U << 22;  ///< Of the extra features.
constexpr std::uint32_t kPj4L2 = 1U << 1;           ///< Of ACTLR.

/// Of one cache in ARMv5's cache type register (ARM DDI 0100I, B4.6.2).
constexpr std::uint32_t armv5_size(const CacheGeometry& cache) {
  constexpr std::uint32_t kLineOf32Bytes = 2;
  const auto size = static_cast<std::uint32_t>(std::countr_zero(cache.size_bytes()) - 9);
  const auto associativity = static_cast<std::uint32_t>(std::countr_zero(cache.ways));
  return size << 6 | associativity << 3 | kLineOf32Bytes;
}

}  // namespace

std::uint32_t SystemControl::read_cache_type() const {
  constexpr std::uint32_t kWriteBackSeparate = 0x1D00'0000;  // Cleaned by c7; I and D apart.
  return kWriteBackSeparate | armv5_size(configuration_.data_cache) << 12 |
         armv5_size(configuration_.instruction_cache);
}

std::uint32_t SystemControl::read_clidr_with_outer() const {
  constexpr std::uint32_t kOneLevel = 0x0900'0003;
  constexpr std::uint32_t kUnifiedSecond = 0x0A00'0023;  // Coherency is beyond the second level.
  return operations_.outer_geometry() != nullptr ? kUnifiedSecond : kOneLevel;
}

template <Maintenance::Action kAction>
void SystemControl::operate_on_all_data(std::uint32_t) {
  const CacheGeometry& cache = configuration_.data_cache;
  for (unsigned set = 0; set < cache.sets; ++set) {
    for (unsigned way = 0; way < cache.ways; ++way) operations_.data_by_set_way(kAction, set, way);
  }
}

void SystemControl::invalidate_both_caches(std::uint32_t) {
  operations_.invalidate_instructions();
  operate_on_all_data<Maintenance::Action::kInvalidate>(0);
}

template <Maintenance::Action kAction>
void SystemControl::operate_on_outer(std::uint32_t pa) {
  operations_.outer_by_address(kAction, PhysicalAddress{pa}, true);
}

template <Maintenance::Action kAction>
void SystemControl::operate_on_all_outer(std::uint32_t) {
  operations_.outer_all(kAction);
}

template <Maintenance::Action kAction>
void SystemControl::operate_to_coherency(std::uint32_t va) {
  operate_by_address<kAction>(va);
  Translation translation;
  Fault fault;
  if (abort_ || !mmu_.translate(VirtualAddress{va}, AccessType::kRead, true, translation, fault))
    return;
  operations_.outer_by_address(kAction, translation.pa, !translation.non_secure);
}

void SystemControl::mohawk_outer_changed(std::uint32_t) {
  const bool on = (sctlr() & kMohawkL2) != 0 && (extra_features_ & kMohawkFeature) != 0;
  operations_.outer_configured(on, extra_features_);
}

void SystemControl::write_pj4_actlr(std::uint32_t value) {
  write_actlr(value);
  pj4_outer_changed(value);
}

void SystemControl::pj4_outer_changed(std::uint32_t) {
  operations_.outer_configured((actlr_ & kPj4L2) != 0, extra_features_);
}

// For the table, which is in a file of its own.
using enum Maintenance::Action;
template void SystemControl::operate_on_all_data<kInvalidate>(std::uint32_t);
template void SystemControl::operate_on_all_data<kCleanInvalidate>(std::uint32_t);
template void SystemControl::operate_on_outer<kInvalidate>(std::uint32_t);
template void SystemControl::operate_on_outer<kClean>(std::uint32_t);
template void SystemControl::operate_on_outer<kCleanInvalidate>(std::uint32_t);
template void SystemControl::operate_on_all_outer<kInvalidate>(std::uint32_t);
template void SystemControl::operate_on_all_outer<kClean>(std::uint32_t);
template void SystemControl::operate_to_coherency<kInvalidate>(std::uint32_t);
template void SystemControl::operate_to_coherency<kClean>(std::uint32_t);
template void SystemControl::operate_to_coherency<kCleanInvalidate>(std::uint32_t);

}  // namespace linefill
