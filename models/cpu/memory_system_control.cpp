// SPDX-License-Identifier: Apache-2.0
// What CP15, the coherency port and debuggers ask of the memory system.
#include <algorithm>
#include <cstring>

#include "models/cpu/memory_system.hpp"

namespace linefill {

// --- Registers
// ----------------------------------------------------------------------------------------

void MemorySystem::context_changed(bool privileged, bool big_endian) {
  privileged_ = privileged;
  big_endian_ = big_endian;
  late_.synchronize();  // An exception, or its end; or less.
  select_maps();
}

void MemorySystem::set_adversary(const AdversaryEvents& events) {
  adversary_.configure(events, configuration_.store_buffer_drain);
  late_.order();
  early_.drop();
  const bool late = events.late_maintenance;
  late_.set_latest(late ? Adversary::kLatest : Time{0}, late ? Adversary::kLatestEffect : Time{0});
}

void MemorySystem::registers_changed(Changed what) {
  if (what == Changed::kAuxiliary) take_auxiliary();
  if (what != Changed::kDomains) classes_.clear();
  select_maps();
}

// What a Cortex-A9 and an L2C-310 agree upon (A9 TRM 4.3.10).
void MemorySystem::take_auxiliary() {
  context_.exclusive = (receiver_->actlr() >> 7 & 1U) != 0;
  context_.lines_of_zeros = (receiver_->actlr() >> 3 & 1U) != 0;
}

// Big-endian data is reversed on the slow path: its map is never entered.
void MemorySystem::select_maps() {
  AccessClasses::Maps& maps = classes_.select(privileged_, mmu_.registers().dacr);
  load_map_ = big_endian_ ? &classes_.closed() : &maps.load;
  store_map_ = big_endian_ ? &classes_.closed() : &maps.store;
  fetch_map_ = &maps.fetch;
  const bool looked_at =
      configuration_.rotates_unaligned || mmu_.registers().has(TranslationRegisters::kA);
  alignment_mask_ = looked_at ? 3 : 0;
}

// --- Time
// ---------------------------------------------------------------------------------------------

void MemorySystem::advance() {
  buffer_.drain_due();
  late_.advance(context_.now());
  adversary_.poll(context_.origin(pc));
}

Time MemorySystem::next_event() const {
  const std::uint64_t cycle = adversary_.next();
  const Time opportunity =
      cycle == ~std::uint64_t{0} ? kNever : context_.period * static_cast<std::int64_t>(cycle);
  return std::min({opportunity, buffer_.next_due(), late_.next_due()});
}

// --- Cache operations (ARM ARM B2.2.6)
// ----------------------------------------------------------------

bool MemorySystem::data_by_address(Maintenance::Action action, VirtualAddress va, Fault& fault) {
  begin_slow_access();
  ++l1d_line_operations_;
  Translation translation;
  if (!mmu_.translate(va, AccessType::kRead, true, translation, fault)) return false;
  const LineNumber number = line_of(translation.pa);
  const bool may_return = configuration_.speculates && action != Maintenance::Action::kClean &&
                          cached_in_l1d(translation.attributes);
  maintain({action, Maintenance::Scope::kAddress, number, va, may_return, context_.origin(pc)});
  return true;
}

/// An access of the core's own has to find it done: no hit path serves the line meanwhile.
void MemorySystem::maintain(const LateMaintenance::Operation& operation) {
  CacheLine* const line = late_.active() ? l1d_.find(operation.line) : nullptr;
  if (line == nullptr) return perform(operation);
  line->unmap();
  late_.add(operation, context_.now());
}

template <class Operation>
void MemorySystem::operate_outer(Operation operation) {
  begin_slow_access();
  OuterMaintenance* outer = context_.bus.outer();
  if (outer == nullptr) return;
  Time now = context_.now();
  operation(*outer, context_.origin(pc), now);
  context_.stall_until(now);
}

void MemorySystem::perform(const LateMaintenance::Operation& operation) {
  if (operation.outer) {
    return operate_outer([&](OuterMaintenance& outer, const Origin&, Time& now) {
      outer.by_address(operation.action, operation.line, operation.secure, operation.origin, now);
    });
  }
  if (operation.line != kNoLine) data_.before_write_back(operation.line);
  if (CacheLine* line = l1d_.find(operation.line)) {
    // Until it is invalidated it may be written down at any time.
    const bool evicted = late_.active() && line->dirty && adversary_.evicts_first();
    const bool dropped = operation.action == Maintenance::Action::kInvalidate && !evicted;
    const bool cleaned = operation.action == Maintenance::Action::kClean;
    data_.maintain(cleaned   ? Maintenance::Action::kClean
                   : dropped ? Maintenance::Action::kInvalidate
                             : Maintenance::Action::kCleanInvalidate,
                   *line, operation.origin);
  }
  if (operation.may_return) adversary_.invalidated(operation.va, operation.line);
  if (context_.observer == nullptr) return;
  context_.observer->maintained({CopyLevel::kL1Data, operation.action, operation.scope,
                                 operation.line, operation.origin, context_.now()});
}

template <class Effect>
void MemorySystem::when_synchronized(Effect effect) {
  if (!effects_are_late()) return effect();
  add_late_effect(effect, true);
}

void MemorySystem::data_by_set_way(Maintenance::Action action, unsigned set, unsigned way) {
  begin_slow_access();
  CacheLine& line = l1d_.at(set % l1d_.geometry().sets, way % l1d_.geometry().ways);
  const LineNumber number = line.valid ? line.tag : kNoLine;
  maintain(
      {action, Maintenance::Scope::kIndex, number, VirtualAddress{0}, false, context_.origin(pc)});
}

void MemorySystem::invalidate_instructions() {
  begin_slow_access();
  when_synchronized([this] {
    l1i_.invalidate_all();
    note_maintained(CopyLevel::kL1Instruction, Maintenance::Action::kInvalidate,
                    Maintenance::Scope::kAll, kNoLine);
  });
}

bool MemorySystem::invalidate_instructions_by_address(VirtualAddress va, Fault& fault) {
  begin_slow_access();
  Translation translation;
  if (!mmu_.translate(va, AccessType::kRead, true, translation, fault)) return false;
  const LineNumber number = line_of(translation.pa);
  // Between this and a clean that is still to be done, speculation fetches the old code again.
  if (effects_are_late() && late_.concerns(number)) return true;
  when_synchronized([this, number] {
    l1i_.invalidate(number);
    note_maintained(CopyLevel::kL1Instruction, Maintenance::Action::kInvalidate,
                    Maintenance::Scope::kAddress, number);
  });
  return true;
}

void MemorySystem::note_maintained(CopyLevel level, Maintenance::Action action,
                                   Maintenance::Scope scope, LineNumber line) {
  if (context_.observer == nullptr) return;
  context_.observer->maintained({level, action, scope, line, context_.origin(pc), context_.now()});
}

// --- The outer cache
// ----------------------------------------------------------------------------------

void MemorySystem::data_memory_barrier() {
  late_.order();
  buffer_.order();
}

void MemorySystem::data_synchronization_barrier() {
  late_.complete();
  data_.complete();
  OuterMaintenance* outer = context_.bus.outer();
  if (outer == nullptr) return;
  Time now = context_.now();
  outer->synchronize(now);
  context_.stall_until(now);
}

const CacheGeometry* MemorySystem::outer_geometry() const {
  const OuterMaintenance* outer = context_.bus.outer();
  return outer == nullptr ? nullptr : &outer->geometry();
}

void MemorySystem::outer_configured(bool enabled, std::uint32_t extra_features) {
  late_.order();
  begin_slow_access();
  if (OuterMaintenance* outer = context_.bus.outer()) outer->configure(enabled, extra_features);
}

void MemorySystem::outer_by_address(Maintenance::Action action, PhysicalAddress address,
                                    bool secure) {
  const LateMaintenance::Operation operation{action,
                                             Maintenance::Scope::kAddress,
                                             line_of(address),
                                             VirtualAddress{0},
                                             false,
                                             context_.origin(pc),
                                             true,
                                             secure};
  if (!late_.active()) return perform(operation);
  late_.add(operation, context_.now());
}

void MemorySystem::outer_by_set_way(Maintenance::Action action, unsigned set, unsigned way) {
  late_.order();
  operate_outer([&](OuterMaintenance& outer, const Origin& origin, Time& now) {
    outer.by_set_way(action, set, way, origin, now);
  });
}

void MemorySystem::outer_all(Maintenance::Action action) {
  late_.order();
  operate_outer([&](OuterMaintenance& outer, const Origin& origin, Time& now) {
    outer.on_all(action, origin, now);
  });
}

// --- The coherency port
// -----------------------------------------------------------------------------------

// What a DMB has put before a store to this line is seen before it.
bool MemorySystem::snoop_read(LineNumber number, std::span<std::byte, kLineBytes> data,
                              LineMarks& marks, Time& now) {
  CacheLine* const line = l1d_.find(number);
  if (line == nullptr) return false;
  now = std::max(now, buffer_.drain_ordered());
  std::copy(line->data.begin(), line->data.end(), data.begin());
  line->settle();
  if (context_.observer != nullptr) marks = line->marks;
  return true;
}

bool MemorySystem::snoop_write(LineNumber number, const Origin& origin, Time& now) {
  monitor_.stored_by_other(number);
  CacheLine* const line = l1d_.find(number);
  if (line == nullptr) return false;
  now = std::max(now, buffer_.drain_ordered());
  now = std::max(now, l1d_.evict(*line, WriteBackCause::kClean, origin, now));
  return true;
}

bool MemorySystem::snoop_debug(LineNumber number, std::span<std::byte, kLineBytes> data) {
  const CacheLine* const line = l1d_.find(number);
  if (line == nullptr) return false;
  std::copy(line->data.begin(), line->data.end(), data.begin());
  return true;
}

// --- Debuggers
// ----------------------------------------------------------------------------------------

namespace {

/// Calls `use(address, part)` for the part of `data` in each line; false as soon as that says so.
template <class Bytes, class Use>
bool by_line(std::uint32_t address, Bytes data, Use&& use) {
  while (!data.empty()) {
    const std::size_t part = std::min<std::size_t>(data.size(), kLineBytes - address % kLineBytes);
    if (!use(address, data.first(part))) return false;
    data = data.subspan(part);
    address += static_cast<std::uint32_t>(part);
  }
  return true;
}

}  // namespace

void MemorySystem::watch_data(BeforeAccess before,
                              std::unordered_set<std::uint32_t> virtual_lines) {
  before_access_ = std::move(before);
  watched_data_ = std::move(virtual_lines);
  classes_.clear();
}

bool MemorySystem::debug_read(PhysicalAddress address, std::span<std::byte> data) {
  return by_line(raw(address), data, [this](std::uint32_t at, std::span<std::byte> part) {
    const PhysicalAddress where{at};
    const LineNumber number = line_of(where);
    if (!context_.bus.debug(false, where, part) && l1d_.find(number) == nullptr) return false;
    std::array<std::byte, kLineBytes> line{};
    const auto begin = line.begin() + line_offset(where);
    std::copy(part.begin(), part.end(), begin);
    buffer_.overlay(number, line);
    l1d_.overlay(number, line);
    std::copy_n(begin, part.size(), part.begin());
    return true;
  });
}

// Every copy is changed: the code the processor runs, the data it sees, and what is below.
bool MemorySystem::debug_write(PhysicalAddress address, std::span<const std::byte> data) {
  early_.drop();
  return by_line(raw(address), data, [this](std::uint32_t at, std::span<const std::byte> part) {
    const PhysicalAddress where{at};
    const LineNumber number = line_of(where);
    const unsigned offset = line_offset(where);
    std::array<std::byte, kLineBytes> line{};
    std::copy(part.begin(), part.end(), line.begin() + offset);
    for (CopyHolder* holder : holders())
      holder->overwrite(number, line, bytes_at(offset, static_cast<unsigned>(part.size())));
    return context_.bus.debug(true, where, std::span{line}.subspan(offset, part.size())) ||
           l1d_.find(number) != nullptr;
  });
}

bool MemorySystem::debug_read(VirtualAddress va, std::span<std::byte> data) {
  return by_line(raw(va), data, [this](std::uint32_t at, std::span<std::byte> part) {
    const auto address = debug_translate(VirtualAddress{at});
    return address.has_value() && debug_read(*address, part);
  });
}

bool MemorySystem::debug_write(VirtualAddress va, std::span<const std::byte> data) {
  return by_line(raw(va), data, [this](std::uint32_t at, std::span<const std::byte> part) {
    const auto address = debug_translate(VirtualAddress{at});
    return address.has_value() && debug_write(*address, part);
  });
}

std::optional<PhysicalAddress> MemorySystem::debug_translate(VirtualAddress va) {
  struct DebugPort final : WalkPort {
    explicit DebugPort(MemorySystem& owner) : memory{owner} {}
    BusResponse read_word(PhysicalAddress address, const MemoryAttributes&,
                          std::uint32_t& value) override {
      return memory.debug_read(address, std::as_writable_bytes(std::span{&value, 1}))
                 ? BusResponse::kOkay
                 : BusResponse::kDecodeError;
    }
    MemorySystem& memory;
  };
  if (!mmu_.registers().mmu_enabled()) return PhysicalAddress{raw(va)};
  DebugPort port{*this};
  Translation translation;
  Fault fault;
  if (!TranslationWalker{port}.walk(va, mmu_.registers(), translation, fault)) return std::nullopt;
  return translation.pa;
}

void MemorySystem::settle_statistics() {
  l1i_hits_total_ += l1i_hits_ - l1i_hits_total_.value();
  l1d_hits_total_ += l1d_load_hits_ + l1d_store_hits_ - l1d_hits_total_.value();
}

}  // namespace linefill
