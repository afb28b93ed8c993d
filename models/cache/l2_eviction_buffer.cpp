// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2_eviction_buffer.hpp"

#include <algorithm>
#include <utility>

#include "models/core/copy_part.hpp"

namespace linefill {

namespace {
constexpr ByteMask kWholeLine = ~ByteMask{0};
}  // namespace

void L2EvictionBuffer::leave(const L2WriteBack& line, CopyLevel from, Time& now) {
  if (observer_ != nullptr) {
    observer_->wrote_back_to_memory(from, line.line, line.marks, line.cause, line.attributes.origin,
                                    now);
  }
  memory_.post(line.line, line.data, kWholeLine, line.attributes, now);
}

// A write may reach the controller's own registers, which drain the buffer: hence room is looked
// for afresh.
void L2EvictionBuffer::keep(const L2WriteBack& line, Time& now) {
  drain_line(line.line, now);
  while (used_ == kLines) drain_first([](const Slot&) { return true; }, now);
  *std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.used; }) = {
      true, now, line};
  ++used_;
  if (filter_ != nullptr) filter_->add(line.line);
}

/// The oldest of those. False: there is none.
template <class Wanted>
bool L2EvictionBuffer::drain_first(Wanted wanted, Time& now) {
  Slot* first = nullptr;
  for (Slot& slot : slots_) {
    if (slot.used && wanted(slot) && (first == nullptr || slot.since < first->since)) first = &slot;
  }
  if (first == nullptr) return false;
  const L2WriteBack leaving = std::move(first->held);
  *first = {};
  --used_;
  if (filter_ != nullptr) filter_->remove(leaving.line);
  leave(leaving, CopyLevel::kL2EvictionBuffer, now);
  return true;
}

void L2EvictionBuffer::drain_line(LineNumber line, Time& now) {
  if (used_ != 0) drain_first([line](const Slot& slot) { return slot.held.line == line; }, now);
}

void L2EvictionBuffer::drain_all(Time& now) {
  while (drain_first([](const Slot&) { return true; }, now)) continue;
}

void L2EvictionBuffer::clear() {
  for (const Slot& slot : slots_) {
    if (slot.used && filter_ != nullptr) filter_->remove(slot.held.line);
  }
  slots_ = {};
  used_ = 0;
}

Time L2EvictionBuffer::next_event() const {
  if (used_ == 0) return kNever;
  Time next = kNever;
  for (const Slot& slot : slots_) {
    if (slot.used) next = std::min(next, slot.since + kLatest);
  }
  return next;
}

void L2EvictionBuffer::advance(Time now) {
  for (Time due = next_event(); due <= now; due = next_event())
    drain_first([](const Slot&) { return true; }, due);
}

const L2EvictionBuffer::Slot* L2EvictionBuffer::slot_of(LineNumber line) const {
  if (used_ == 0) return nullptr;
  const auto found = std::find_if(slots_.begin(), slots_.end(), [line](const Slot& slot) {
    return slot.used && slot.held.line == line;
  });
  return found == slots_.end() ? nullptr : &*found;
}

L2EvictionBuffer::Slot* L2EvictionBuffer::slot_of(LineNumber line) {
  return const_cast<Slot*>(std::as_const(*this).slot_of(line));
}

CopyView L2EvictionBuffer::find(LineNumber line) const {
  const Slot* slot = slot_of(line);
  return slot == nullptr ? CopyView{} : CopyView{&slot->held.marks, kWholeLine};
}

void L2EvictionBuffer::overtaken(LineNumber line, ByteMask bytes) {
  if (Slot* slot = slot_of(line)) slot->held.marks.overtaken(bytes);
}

void L2EvictionBuffer::lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) {
  if (Slot* slot = slot_of(line)) slot->held.marks.lose(bytes, dropped);
}

void L2EvictionBuffer::count_copies_in(CopyFilter* filter) {
  filter_ = filter;
  for (const Slot& slot : slots_) {
    if (slot.used && filter != nullptr) filter->add(slot.held.line);
  }
}

void L2EvictionBuffer::overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const {
  if (const Slot* slot = slot_of(line)) copy_bytes(slot->held.data, kWholeLine, data);
}

void L2EvictionBuffer::overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                                 ByteMask mask) {
  if (Slot* slot = slot_of(line)) copy_bytes(data, mask, slot->held.data);
}

}  // namespace linefill
