// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/store_buffer.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace linefill {

namespace {
constexpr auto kAny = [](const auto&) { return true; };
}  // namespace

StoreBuffer::StoreBuffer(CoreContext& context, Time drain_time, Statistics& statistics)
    : drain_time_{drain_time},
      context_{context},
      stores_{statistics, "store_buffer_stores", "stores"},
      merged_{statistics, "store_buffer_merged", "stores"},
      drains_{statistics, "store_buffer_drains", "slots"} {}

void StoreBuffer::store(PhysicalAddress address, std::span<const std::byte> data,
                        const MemoryAttributes& attributes, const Origin& origin) {
  const unsigned first = raw(address) % kSlotBytes;
  assert(first + data.size() <= kSlotBytes);
  ++stores_;
  const std::uint32_t doubleword = raw(address) / kSlotBytes;
  Slot* slot = merge_slot(doubleword, attributes);
  if (slot != nullptr) {
    ++merged_;
  } else {
    slot = &free_slot();
    *slot = Slot{true, false, doubleword, 0, age_++, context_.now(), attributes};
    ++used_;
    if (filter_ != nullptr) filter_->add(slot->line());
  }
  const auto bytes = static_cast<unsigned>(data.size());
  std::copy(data.begin(), data.end(), slot->data.begin() + first);
  const ByteMask of_line = bytes_at(line_offset(address), bytes);
  slot->origin.set(of_line, {origin.pc, origin.epoch}, slot->bytes());
  slot->valid |= bytes_at(first, bytes);
  slot->superseded &= ~of_line;
  if (context_.observer != nullptr) {
    context_.observer->uncached_store_reached(CopyLevel::kStoreBuffer, line_of(address), of_line,
                                              origin, context_.now());
  }
}

// A store does not join one that a DMB lies behind, nor one with other attributes: that one leaves.
StoreBuffer::Slot* StoreBuffer::merge_slot(std::uint32_t doubleword,
                                           const MemoryAttributes& attributes) {
  const auto same = [=](const Slot& slot) { return slot.doubleword == doubleword; };
  Slot* slot = oldest(same);
  if (slot == nullptr || (!slot->ordered && slot->attributes == attributes)) return slot;
  drain_slots(same);
  return nullptr;
}

StoreBuffer::Slot& StoreBuffer::free_slot() {
  if (used_ == kSlots) {
    Slot& slot = *oldest(kAny);
    context_.stall_until(drain(slot, context_.now()));
    return slot;
  }
  return *std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.used; });
}

// How many bytes of `left`, from `first` on, lie together and were stored in one epoch.
unsigned StoreBuffer::run_of_one_epoch(const Slot& slot, std::uint32_t left, unsigned first) {
  const Epoch epoch = slot.origin[slot.offset() + first].epoch;
  unsigned end = first + 1;
  while ((left >> end & 1U) != 0 && slot.origin[slot.offset() + end].epoch == epoch) ++end;
  return end - first;
}

Time StoreBuffer::drain(Slot& slot, Time when) {
  ++drains_;
  slot.used = false;
  --used_;
  if (slot.ordered) --ordered_;
  if (filter_ != nullptr) filter_->remove(slot.line());
  tell_overtaken(slot);
  Time& under_way = *std::min_element(under_way_.begin(), under_way_.end());
  const Time start = std::max(when, under_way);
  under_way = start;
  // Each run of bytes is one transaction, so that nothing below has to understand strobes; and each
  // epoch's is one, since what a transaction is from is said once.
  for (std::uint32_t left = slot.valid; left != 0;) {
    const auto first = static_cast<unsigned>(std::countr_zero(left));
    const unsigned size = run_of_one_epoch(slot, left, first);
    left &= ~bytes_at(first, size);
    const StoreOrigin last = slot.origin[slot.offset() + first + size - 1];
    const PhysicalAddress address{slot.doubleword * kSlotBytes + first};
    context_.bus.transport({true,
                            address,
                            std::span{slot.data}.subspan(first, size),
                            {slot.attributes, {MasterId::kProcessor, last.pc, last.epoch}}},
                           under_way);
  }
  last_end_ = std::max(last_end_, under_way);
  return start;
}

// What is below takes a slot's bytes for new ones; those that a device has overtaken are not.
void StoreBuffer::tell_overtaken(const Slot& slot) {
  const ByteMask old = slot.superseded & slot.bytes();
  if (old == 0 || context_.observer == nullptr) return;
  LineMarks marks;
  marks.dirty = slot.bytes();
  marks.superseded = old;
  marks.origin = slot.origin;
  const StoreOrigin store = slot.origin[static_cast<unsigned>(std::countr_zero(old))];
  context_.observer->drained_to_memory(CopyLevel::kStoreBuffer, slot.line(), old, marks,
                                       {MasterId::kProcessor, store.pc, store.epoch},
                                       context_.now());
}

void StoreBuffer::order() {
  for (Slot& slot : slots_) slot.ordered = slot.used;
  ordered_ = used_;
}

Time StoreBuffer::drain_all() {
  drain_slots(kAny);
  return last_end_;
}

// At the time when it was due, however late this is noticed.
void StoreBuffer::drain_due() {
  if (used_ == 0) return;
  const Time latest = context_.now() - drain_time_;
  while (Slot* slot = oldest([latest](const Slot& s) { return s.since <= latest; })) {
    const Time due = slot->since + drain_time_;
    if (ordered_ != 0) slot = oldest([](const Slot& s) { return s.ordered; });
    drain(*slot, due);
  }
}

Time StoreBuffer::next_due() const {
  Time due = kNever;
  for (const Slot& slot : slots_) {
    if (slot.used) due = std::min(due, slot.since + drain_time_);
  }
  return due;
}

CopyView StoreBuffer::find(LineNumber line) const {
  view_.dirty = view_.superseded = view_.lost = 0;
  for (const Slot& slot : slots_) {
    if (!slot.used || slot.line() != line) continue;
    view_.origin.take(slot.bytes(), slot.origin, view_.dirty);
    view_.dirty |= slot.bytes();
    view_.superseded |= slot.superseded;
  }
  return {&view_, view_.dirty};
}

void StoreBuffer::overtaken(LineNumber line, ByteMask bytes) {
  for (Slot& slot : slots_) {
    if (slot.used && slot.line() == line) slot.superseded |= bytes & slot.bytes();
  }
}

// A slot's bytes are stores later than what was dropped above, or they would have left before.
void StoreBuffer::lose(LineNumber /*line*/, ByteMask /*bytes*/, const LineMarks& /*dropped*/) {}

void StoreBuffer::count_copies_in(CopyFilter* filter) {
  filter_ = filter;
  for (const Slot& slot : slots_) {
    if (slot.used && filter != nullptr) filter->add(slot.line());
  }
}

void StoreBuffer::overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const {
  for (const Slot& slot : slots_) {
    for (unsigned b = 0; slot.used && slot.line() == line && b < kSlotBytes; ++b) {
      if ((slot.valid >> b & 1U) != 0) data[slot.offset() + b] = slot.data[b];
    }
  }
}

void StoreBuffer::overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                            ByteMask mask) {
  for (Slot& slot : slots_) {
    for (unsigned b = 0; slot.used && slot.line() == line && b < kSlotBytes; ++b) {
      const unsigned at = slot.offset() + b;
      if ((mask & slot.bytes()) >> at & 1U) slot.data[b] = data[at];
    }
  }
}

}  // namespace linefill
