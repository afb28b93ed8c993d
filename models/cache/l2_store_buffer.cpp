// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2_store_buffer.hpp"

#include <algorithm>

#include "models/core/copy_part.hpp"

namespace linefill {

L2StoreBuffer::L2StoreBuffer(L2MasterSide& memory, Time drain_after, Statistics& statistics)
    : memory_{memory},
      drain_after_{drain_after},
      stores_{statistics, "store_buffer_writes", "writes"},
      merged_{statistics, "store_buffer_merged", "writes"},
      drains_{statistics, "store_buffer_drains", "slots"} {}

template <class Before>
L2StoreBuffer::Slot* L2StoreBuffer::oldest(Before&& before) {
  Slot* result = nullptr;
  for (Slot& slot : slots_) {
    if (slot.bytes != 0 && (result == nullptr || before(slot, *result))) result = &slot;
  }
  return result;
}

void L2StoreBuffer::write(L2LineNumber line, std::span<const std::byte, kLineBytes> data,
                          ByteMask mask, const Attributes& attributes, Time& now) {
  if (mask == 0) return;
  ++stores_;
  Slot* slot = slot_of(line);
  if (slot != nullptr) {
    ++merged_;
  } else {
    slot = &room(now);
    slot->line = line;
    slot->since = now;
    ++used_;
    if (filter_ != nullptr) filter_->add(memory_line(line));
  }
  copy_bytes(data, mask, slot->data);
  slot->bytes |= mask;
  slot->age = ++writes_;
  slot->attributes = attributes;
  slot->marks.stored(mask, {attributes.origin.pc, attributes.origin.epoch});
  if (observer_ != nullptr) {
    observer_->uncached_store_reached(CopyLevel::kL2StoreBuffer, memory_line(line), mask,
                                      attributes.origin, now);
  }
  if (slot->bytes == ~ByteMask{0} || !merges_) drain(*slot, now);
}

void L2StoreBuffer::drain_line(L2LineNumber line, Time& now) {
  if (used_ == 0) return;
  Slot* slot = slot_of(line);
  if (slot == nullptr) return;
  drain(*slot, now);
  now = std::max(now, memory_.quiet_at());
}

// A drain may write to the controller's own registers, which drain the buffer: hence each slot is
// looked at afresh.
void L2StoreBuffer::drain_all(Time& now) {
  while (Slot* slot = oldest(by_age)) drain(*slot, now);
}

void L2StoreBuffer::clear() {
  for (const Slot& slot : slots_) {
    if (slot.bytes != 0 && filter_ != nullptr) filter_->remove(memory_line(slot.line));
  }
  slots_ = {};
  used_ = 0;
  merges_ = true;
}

Time L2StoreBuffer::next_event() const {
  if (used_ == 0 || late_ || drain_after_ == kNever) return kNever;
  Time next = kNever;
  for (const Slot& slot : slots_) {
    if (slot.bytes != 0) next = std::min(next, slot.since + drain_after_);
  }
  return next;
}

void L2StoreBuffer::advance(Time now) {
  while (next_event() <= now) {
    Slot* due = oldest([](const Slot& a, const Slot& b) { return a.since < b.since; });
    if (due == nullptr) return;
    Time at = due->since + drain_after_;
    drain(*due, at);
  }
}

void L2StoreBuffer::overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const {
  for (const Slot& slot : slots_) {
    if (slot.bytes != 0 && memory_line(slot.line) == line) copy_bytes(slot.data, slot.bytes, data);
  }
}

void L2StoreBuffer::overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                              ByteMask mask) {
  for (Slot& slot : slots_) {
    if (slot.bytes != 0 && memory_line(slot.line) == line)
      copy_bytes(data, mask & slot.bytes, slot.data);
  }
}

CopyView L2StoreBuffer::find(LineNumber line) const {
  for (const Slot& slot : slots_) {
    if (slot.bytes != 0 && memory_line(slot.line) == line) return {&slot.marks, slot.bytes};
  }
  return {};
}

void L2StoreBuffer::overtaken(LineNumber line, ByteMask bytes) {
  for (Slot& slot : slots_) {
    if (slot.bytes != 0 && memory_line(slot.line) == line) slot.marks.overtaken(bytes & slot.bytes);
  }
}

// Newer bytes than a slot's were in a cache and are gone: that the slot's reach memory does not
// mend it.
void L2StoreBuffer::lose(LineNumber line, ByteMask bytes, const LineMarks& /*dropped*/) {
  for (Slot& slot : slots_) {
    if (slot.bytes == 0 || memory_line(slot.line) != line) continue;
    slot.marks.lost |= bytes & slot.bytes & ~slot.marks.superseded;
  }
}

void L2StoreBuffer::count_copies_in(CopyFilter* filter) {
  filter_ = filter;
  for (const Slot& slot : slots_) {
    if (slot.bytes != 0 && filter != nullptr) filter->add(memory_line(slot.line));
  }
}

L2StoreBuffer::Slot* L2StoreBuffer::slot_of(L2LineNumber line) {
  for (Slot& slot : slots_) {
    if (slot.bytes != 0 && slot.line == line) return &slot;
  }
  return nullptr;
}

L2StoreBuffer::Slot& L2StoreBuffer::room(Time& now) {
  while (used_ == kSlots) {
    if (Slot* slot = oldest(by_age)) drain(*slot, now);
  }
  return *std::find_if(slots_.begin(), slots_.end(),
                       [](const Slot& slot) { return slot.bytes == 0; });
}

void L2StoreBuffer::drain(Slot& slot, Time& now) {
  ++drains_;
  const Slot leaving = slot;
  if (observer_ != nullptr) {
    observer_->drained_to_memory(CopyLevel::kL2StoreBuffer, memory_line(leaving.line),
                                 leaving.bytes, leaving.marks, leaving.attributes.origin, now);
  }
  slot = {};
  --used_;
  if (filter_ != nullptr) filter_->remove(memory_line(leaving.line));
  memory_.post(memory_line(leaving.line), leaving.data, leaving.bytes, leaving.attributes, now);
}

}  // namespace linefill
