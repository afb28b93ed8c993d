// SPDX-License-Identifier: Apache-2.0
// The life of a line in the array: filled, written back, dropped, marked.
#include <algorithm>

#include "models/cache/l2_cache.hpp"

namespace linefill {

namespace {

constexpr ByteMask kWholeLine = ~ByteMask{0};
constexpr unsigned kPageBytes = 4096;  // A prefetch does not leave it.

Attributes of_line(L2LineNumber line, const Origin& origin) {
  Attributes attributes;
  attributes.memory = kNormalNonCacheable;
  attributes.origin = origin;
  attributes.secure = is_secure(line);
  return attributes;
}

}  // namespace

// What waits of this line on its way to memory leaves first, the older before the newer.
void L2Cache::drain_line(L2LineNumber line, Time& now) {
  evictions_.drain_line(memory_line(line), now);
  buffer_.drain_line(line, now);
}

BusResponse L2Cache::fetch(L2LineNumber line, LineData& data, const Attributes& attributes,
                           Time& now) {
  return memory_.read(address_of(memory_line(line)), data, attributes, now);
}

// The victim leaves before the new line comes. Its write may reach the controller's own registers,
// which may then have changed everything: if so, the new line is not allocated.
CacheLine* L2Cache::make_room(L2LineNumber line, const Attributes& attributes, Time now,
                              bool loses_victim) {
  const std::uint32_t locked =
      settings_.locked_ways(attributes.origin.master, attributes.instruction);
  CacheLine* victim = array_.victim(line, locked);
  if (victim == nullptr || !victim->valid) return victim;
  if (settings_.exclusive()) {
    if (CacheLine* given_up = array_.given_up(line, locked)) victim = given_up;
  }
  const unsigned generation = generation_;
  if (loses_victim) {
    invalidate(*victim, attributes.origin, now);
    return victim;
  }
  if (victim->dirty) clean(*victim, WriteBackCause::kEviction, attributes.origin, now);
  if (generation != generation_ || array_.find(line) != nullptr) return nullptr;
  monitor_.count(L2Event::kCastOut);
  array_.release(*victim);
  return victim;
}

void L2Cache::install(CacheLine& line, L2LineNumber number, const LineData& data, FillCause cause,
                      const Origin& origin, Time now) {
  ++statistics_.fills;
  array_.release(line);
  array_.take(line, number);
  line.secure = is_secure(number);
  line.locked = settings_.locks_lines();
  line.data = data;
  line.fill_cause = cause;
  line.filled_stale = false;
  if (observer_ == nullptr) {
    line.marks.forget();
    return;
  }
  line.marks.filled_from(observer_->memory_marks(memory_line(number)));
  line.filled_stale = line.marks.stale() != 0;
  observer_->filled(CopyLevel::kL2, memory_line(number), line.marks, cause, origin, now);
}

// The requester does not wait for it.
void L2Cache::prefetch(const Part& part, Time now) {
  if (!settings_.prefetches(part.request.attributes.instruction) || settings_.fills_disabled())
    return;
  const L2LineNumber next{raw(part.line) + 1 + settings_.prefetch_offset()};
  if (raw(next) / (kPageBytes / kLineBytes) != raw(part.line) / (kPageBytes / kLineBytes)) return;
  if (!fill_aside(next, part.request.attributes, FillCause::kPrefetch, false, now)) return;
  monitor_.count(L2Event::kInternalPrefetch);
  ++statistics_.prefetches;
}

// Double linefill (TRM 2.3.5): a fill brings the other line of an aligned pair, too; or the next
// one. The requester waits for its own.
void L2Cache::fill_second_line(const Part& part, Time now) {
  if (!settings_.double_linefill()) return;
  const std::uint32_t first = raw(part.line);
  const L2LineNumber second{settings_.double_linefill_upward() ? first + 1 : first ^ 1U};
  if (first / (kPageBytes / kLineBytes) != raw(second) / (kPageBytes / kLineBytes)) return;
  fill_aside(second, part.request.attributes, FillCause::kPrefetch, settings_.loses_second_victim,
             now);
}

// A line that nobody asked for by itself. False: it is there already, or finds no room.
bool L2Cache::fill_aside(L2LineNumber number, const Attributes& wanted, FillCause cause,
                         bool loses_victim, Time now) {
  if (array_.find(number) != nullptr) return false;
  Attributes attributes = wanted;
  attributes.origin.epoch = 0;
  drain_line(number, now);
  LineData data;
  if (fetch(number, data, attributes, now) != BusResponse::kOkay) return false;
  CacheLine* line = make_room(number, attributes, now, loses_victim);
  if (line == nullptr) return false;
  install(*line, number, data, cause, attributes.origin, now);
  return true;
}

// A newer store to some of the bytes may wait in the store buffer and will come over them: nothing
// is lost then, and this line leaves first.
void L2Cache::clean(CacheLine& line, WriteBackCause cause, const Origin& origin, Time& now) {
  if (!line.dirty) return;
  ++statistics_.write_backs;
  const L2LineNumber number = line.tag;
  L2WriteBack leaving{memory_line(number), line.data, {}, cause, of_line(number, origin)};
  bool joined = false;
  if (observer_ != nullptr) leaving.marks = line.marks;
  if (evictions_.late() || leaving.marks.superseded != 0) {
    const CopyView waiting = buffer_.find(memory_line(number));
    joined = waiting.valid != 0;
    leaving.marks.superseded &= ~waiting.newest();
  }
  line.dirty = false;
  line.marks.dirty = 0;
  if (evictions_.late() && !joined) {
    evictions_.keep(leaving, now);
  } else {
    evictions_.write(leaving, now);
  }
}

void L2Cache::invalidate(CacheLine& line, const Origin& origin, Time now) {
  if (!line.valid) return;
  if (line.dirty) ++statistics_.dropped_dirty;
  if (line.marks.dirty != 0 && observer_ != nullptr) {
    observer_->dropped_dirty(CopyLevel::kL2, memory_line(line.tag), line.marks, origin, now);
  }
  array_.release(line);
}

bool L2Cache::evict_dirty(std::uint64_t choice, Time now) {
  // A look at some of the lines: the adversary asks often, and mostly of a clean cache.
  constexpr std::size_t kLooked = 512;
  auto& lines = array_.lines();
  CacheLine* found = nullptr;
  for (std::size_t i = 0; i < std::min(kLooked, lines.size()) && found == nullptr; ++i) {
    CacheLine& line = lines[(choice + i) % lines.size()];
    if (line.valid && line.dirty) found = &line;
  }
  if (found == nullptr) return false;
  const unsigned generation = generation_;
  clean(*found, WriteBackCause::kEviction, {}, now);
  if (generation == generation_) array_.release(*found);
  return true;
}

void L2Cache::rebuild(Time now) {
  array_.set_replacement(settings_.replacement());
  const CacheGeometry wanted = settings_.geometry();
  if (wanted.ways == geometry().ways && wanted.sets == geometry().sets) return;
  for (CacheLine& line : array_.lines()) invalidate(line, {}, now);
  ++generation_;
  array_ = SetAssociative{wanted, settings_.replacement()};
  array_.count_in(filter_);
}

void L2Cache::clear(Time now) {
  for (CacheLine& line : array_.lines()) invalidate(line, {}, now);
  rebuild(now);
}

void L2Cache::overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const {
  if (!array_.overlay(l2_line(line, true), data)) array_.overlay(l2_line(line, false), data);
}

void L2Cache::overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                        ByteMask mask) {
  for (const bool secure : {true, false}) array_.overwrite(l2_line(line, secure), data, mask);
}

CopyView L2Cache::find(LineNumber line) const {
  const CacheLine* found = array_.find(l2_line(line, true));
  if (found == nullptr) found = array_.find(l2_line(line, false));
  if (found == nullptr) return {};
  return {&found->marks, kWholeLine, found->fill_cause, found->filled_stale};
}

void L2Cache::overtaken(LineNumber line, ByteMask bytes) {
  for (const bool secure : {true, false}) {
    CacheLine* found = array_.find(l2_line(line, secure));
    if (found != nullptr) found->marks.overtaken(bytes);
  }
}

void L2Cache::count_copies_in(CopyFilter* filter) {
  filter_ = filter;
  array_.count_in(filter);
}

void L2Cache::lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) {
  for (const bool secure : {true, false}) {
    CacheLine* found = array_.find(l2_line(line, secure));
    if (found != nullptr) found->marks.lose(bytes, dropped);
  }
}

}  // namespace linefill
