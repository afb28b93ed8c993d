// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/cp15/system_control.hpp"

#include <bit>

#include "models/cpu/cp15/system_control_register.hpp"
#include "models/translation/par.hpp"

namespace linefill {

namespace {

/// FS[4] (bit 10), FS[3:0] and ExT (bit 12), as DFSR and IFSR have them (ARM ARM B4.1.52, B4.1.96).
constexpr std::uint32_t status_bits(const Fault& fault) {
  const auto status = static_cast<std::uint32_t>(fault.status);
  return (status & 0xFU) | (status & 0x10U) << 6 | (fault.slave_error ? 1U << 12 : 0U);
}

constexpr std::uint32_t kWriteNotRead = 1U << 11;

/// CCSIDR of one cache (ARM ARM B4.1.19); `policies` are WT, WB, RA, WA.
constexpr std::uint32_t size_id(const CacheGeometry& cache, std::uint32_t policies) {
  constexpr std::uint32_t kLineSize = 1;  // log2(8 words) - 2.
  return policies << 28 | (cache.sets - 1) << 13 | (cache.ways - 1) << 3 | kLineSize;
}

constexpr bool is_reserved_identification(const CoprocessorRegister& which) {
  return which.coprocessor == 15 && which.crn == 0 && which.opc1 == 0 && which.crm >= 3 &&
         which.crm <= 7;
}

}  // namespace

SystemControl::SystemControl(const Configuration& configuration, Mmu& mmu,
                             CacheOperations& operations, const CoreClock& clock, Log& log)
    : configuration_{configuration},
      mmu_{mmu},
      operations_{operations},
      log_{log},
      registers_{configuration.registers != nullptr ? *configuration.registers
                                                    : SystemControlTable::cortex_a9()},
      monitors_{clock} {
  reset();
}

void SystemControl::reset() {
  for (const auto rows : {registers_.shared, registers_.own}) {
    for (const auto& row : rows) row.reset_word(*this);
  }
  actlr_ = 0;
  cbar_ = configuration_.periphbase;
  abort_ = false;
  monitors_.reset();
}

bool SystemControl::read_coprocessor(const CoprocessorRegister& which, bool privileged,
                                     std::uint32_t& value) {
  const auto* row = registers_.find(which);
  // What the identification scheme has not given a name yet reads as zero (B3.17.1).
  if (row == nullptr && privileged && is_reserved_identification(which)) {
    value = 0;
    return true;
  }
  if (row == nullptr || !row->allows(false, privileged, *this)) return false;
  value = row->read(*this);
  return true;
}

bool SystemControl::write_coprocessor(const CoprocessorRegister& which, bool privileged,
                                      std::uint32_t value) {
  const auto* row = registers_.find(which);
  if (row == nullptr || !row->allows(true, privileged, *this)) return false;
  row->write(*this, value);
  return true;
}

bool SystemControl::take_coprocessor_abort() {
  const bool abort = abort_;
  abort_ = false;
  return abort;
}

std::uint32_t SystemControl::vector_base() const {
  return mmu_.registers().has(TranslationRegisters::kV) ? 0xFFFF'0000 : vbar_;
}

void SystemControl::set_data_fault(const Fault& fault, VirtualAddress va, bool write) {
  dfsr_ = status_bits(fault) | std::uint32_t{fault.domain} << 4 | (write ? kWriteNotRead : 0U);
  dfar_ = raw(va);
}

void SystemControl::set_prefetch_fault(const Fault& fault, VirtualAddress va) {
  ifsr_ = status_bits(fault);
  ifar_ = raw(va);
}

void SystemControl::set_asynchronous_fault(bool slave_error) {
  dfsr_ = status_bits({FaultStatus::kAsynchronousExternal, 0, slave_error}) | kWriteNotRead;
}

void SystemControl::change(std::uint32_t TranslationRegisters::*word, std::uint32_t value,
                           Changed what) {
  auto& stored = mmu_.registers().*word;
  if (stored == value) return;
  stored = value;
  operations_.registers_changed(what);
}

void SystemControl::abort(const Fault& fault, VirtualAddress va) {
  set_data_fault(fault, va, true);
  abort_ = true;
}

std::uint32_t SystemControl::read_ccsidr() const {
  switch (csselr_) {
    case 0:
      return size_id(configuration_.data_cache, 0xE);
    case 1:
      return size_id(configuration_.instruction_cache, 0x2);
    case 2:
      if (const CacheGeometry* outer = operations_.outer_geometry()) return size_id(*outer, 0x7);
      return 0;  // The outer cache, if there is one, is not the processor's.
    default:
      return 0;
  }
}

void SystemControl::write_actlr(std::uint32_t value) {
  constexpr std::uint32_t kImplemented =
      0x3CF;  // FW, prefetch hints, zeros, SMP, EXCL, one way, parity.
  if (actlr_ == (value & kImplemented)) return;
  actlr_ = value & kImplemented;
  when_synchronized(false, [this] { operations_.registers_changed(Changed::kAuxiliary); });
}

template <Maintenance::Action kAction>
void SystemControl::operate_by_address(std::uint32_t va) {
  Fault fault;
  if (!operations_.data_by_address(kAction, VirtualAddress{va}, fault))
    abort(fault, VirtualAddress{va});
}

/// The operand: way at the top, set above the line offset, level in bits 3 to 1 (ARM ARM B4.2.1).
template <Maintenance::Action kAction>
void SystemControl::operate_by_set_way(std::uint32_t operand) {
  const unsigned level = operand >> 1 & 7U;
  const CacheGeometry* outer = level == 1 ? operations_.outer_geometry() : nullptr;
  const CacheGeometry& cache = outer != nullptr ? *outer : configuration_.data_cache;
  const auto way_bits = std::bit_width(cache.ways - 1);
  const unsigned way = way_bits == 0 ? 0 : operand >> (32 - way_bits);
  const unsigned set = operand / kLineBytes & (cache.sets - 1);
  if ((level != 0 && outer == nullptr) || way >= cache.ways) {
    log_.guest_error("a set/way operation names a cache or way that is not there: ", hex(operand));
    return;
  }
  if (outer != nullptr) return operations_.outer_by_set_way(kAction, set, way);
  operations_.data_by_set_way(kAction, set, way);
}

void SystemControl::invalidate_instructions_by_address(std::uint32_t va) {
  Fault fault;
  if (!operations_.invalidate_instructions_by_address(VirtualAddress{va}, fault))
    abort(fault, VirtualAddress{va});
}

void SystemControl::invalidate_translations(std::uint32_t) {
  when_synchronized(true, [this] {
    mmu_.tlb().invalidate_all();
    operations_.translations_invalidated();
  });
}

void SystemControl::invalidate_translation(std::uint32_t operand) {
  when_synchronized(true, [this, va = VirtualAddress{operand & ~0xFFFU}, operand] {
    const unsigned shift = mmu_.tlb().invalidate_address(va, static_cast<std::uint8_t>(operand));
    operations_.translation_invalidated(va, shift);
  });
}

void SystemControl::invalidate_translation_of_all(std::uint32_t operand) {
  when_synchronized(true, [this, va = VirtualAddress{operand & ~0xFFFU}] {
    operations_.translation_invalidated(va, mmu_.tlb().invalidate_address_all(va));
  });
}

void SystemControl::invalidate_address_space(std::uint32_t asid) {
  when_synchronized(true, [this, asid] {
    mmu_.tlb().invalidate_asid(static_cast<std::uint8_t>(asid));
    operations_.address_space_invalidated(static_cast<std::uint8_t>(asid));
  });
}

void SystemControl::set_par(std::uint32_t value) {
  when_synchronized(false, [this, value] { par_ = value; });
}

template <AccessType kType, bool kPrivileged>
void SystemControl::translate_to_par(std::uint32_t va) {
  Translation translation;
  Fault fault;
  if (mmu_.translate(VirtualAddress{va}, kType, kPrivileged, translation, fault)) {
    set_par(short_par(raw(translation.pa), translation.page_shift, translation.non_secure,
                      translation.attributes));
    return;
  }
  const bool external = fault.status == FaultStatus::kExternalOnWalkLevel1 ||
                        fault.status == FaultStatus::kExternalOnWalkLevel2;
  if (external) return abort(fault, VirtualAddress{va});
  set_par(1U | static_cast<std::uint32_t>(fault.status) << 1);
}

// For the table, which is in a file of its own.
template void SystemControl::operate_by_address<Maintenance::Action::kClean>(std::uint32_t);
template void SystemControl::operate_by_address<Maintenance::Action::kInvalidate>(std::uint32_t);
template void SystemControl::operate_by_address<Maintenance::Action::kCleanInvalidate>(
    std::uint32_t);
template void SystemControl::operate_by_set_way<Maintenance::Action::kClean>(std::uint32_t);
template void SystemControl::operate_by_set_way<Maintenance::Action::kInvalidate>(std::uint32_t);
template void SystemControl::operate_by_set_way<Maintenance::Action::kCleanInvalidate>(
    std::uint32_t);
template void SystemControl::translate_to_par<AccessType::kRead, true>(std::uint32_t);
template void SystemControl::translate_to_par<AccessType::kWrite, true>(std::uint32_t);
template void SystemControl::translate_to_par<AccessType::kRead, false>(std::uint32_t);
template void SystemControl::translate_to_par<AccessType::kWrite, false>(std::uint32_t);

}  // namespace linefill
