// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2_operations.hpp"

#include <algorithm>
#include <bit>

namespace linefill {

namespace {

using Scope = Maintenance::Scope;

constexpr unsigned kLineOperationCycles = 10;
/// What a sync in the background may take where the adversary is.
constexpr Time kLateSync = 5us;
constexpr unsigned kWayOperationCyclesPerLine = 4;
constexpr unsigned kWayOperationChunk = 16;  // Lines between two events: 64 cycles.

}  // namespace

// --- On one line, and the sync
// ------------------------------------------------------------------------

L2Operations::Running L2Operations::of_line(Kind kind, const RegisterContext& context) const {
  Running operation;
  operation.kind = kind;
  operation.pending = 1;
  operation.origin = context.attributes.origin;
  operation.secure = secure(context);
  return operation;
}

void L2Operations::on_address(Kind kind, std::uint32_t address, const RegisterContext& context,
                              Time& now) {
  Running operation = of_line(kind, context);
  operation.address = l2_line(line_of(PhysicalAddress{address}), operation.secure);
  start_or_do(operation, now);
}

void L2Operations::on_index(Kind kind, std::uint32_t value, const RegisterContext& context,
                            Time& now) {
  const CacheGeometry geometry = cache_.geometry();
  Running operation = of_line(kind, context);
  operation.set = value / kLineBytes % geometry.sets;
  operation.way = (value >> 28) % geometry.ways;
  start_or_do(operation, now);
}

void L2Operations::sync(bool merging_ends, const RegisterContext& context, Time& now) {
  ++statistics_.syncs;
  if (merging_ends && options_.sync_ends_merging()) buffer_.end_merging();
  if (options_.all_in_background()) {
    running_ = of_line(Kind::kSync, context);
    running_.next = std::max(now, memory_.quiet_at());
    if (evictions_.late()) running_.next += kLateSync;
    return;
  }
  evictions_.drain_all(now);
  now = std::max(now, memory_.quiet_at());
  told(Kind::kSync, Scope::kAll, kNoLine, context.attributes.origin, now);
}

void L2Operations::start_or_do(const Running& operation, Time& now) {
  ++statistics_.line_operations;
  const Time at = now + options_.timing.cycle * kLineOperationCycles;
  if (options_.all_in_background()) {
    running_ = operation;
    running_.next = at;
    return;
  }
  now = at;
  work(operation, now);
}

// Non-secure operations touch non-secure lines only.
void L2Operations::work(const Running& operation, Time& now) {
  const bool by_address = operation.address != kNoL2Line;
  CacheLine* line = by_address ? cache_.resident(operation.address)
                               : &cache_.at(operation.set % cache_.geometry().sets,
                                            operation.way % cache_.geometry().ways);
  if (line != nullptr && line->valid && (by_address || operation.secure || !line->secure))
    apply(operation.kind, *line, operation.origin, now);
  told(operation.kind, by_address ? Scope::kAddress : Scope::kIndex,
       by_address ? memory_line(operation.address) : kNoLine, operation.origin, now);
}

void L2Operations::apply(Kind kind, CacheLine& line, const Origin& origin, Time& now) {
  if (kind == Kind::kUnlock) {
    line.locked = false;
    return;
  }
  const L2LineNumber number = line.tag;
  if (kind == Kind::kCleanInvalidate && !line.dirty && options_.keeps_clean_lines()) return;
  if (kind != Kind::kInvalidate) cache_.clean(line, WriteBackCause::kClean, origin, now);
  // The write may have reached these registers, and changed everything: the line is looked for
  // again.
  if (kind != Kind::kClean && cache_.resident(number) == &line)
    cache_.invalidate(line, origin, now);
}

void L2Operations::told(Kind kind, Scope scope, LineNumber line, const Origin& origin, Time now) {
  if (observer_ == nullptr || kind == Kind::kUnlock) return;
  using Action = Maintenance::Action;
  static constexpr Action kActions[] = {Action::kInvalidate, Action::kClean,
                                        Action::kCleanInvalidate, Action::kInvalidate,
                                        Action::kSync};
  observer_->maintained(
      {CopyLevel::kL2, kActions[static_cast<unsigned>(kind)], scope, line, origin, now});
}

// --- In the background
// --------------------------------------------------------------------------------

void L2Operations::by_way(Kind kind, std::uint32_t ways, const RegisterContext& context, Time now) {
  const std::uint32_t wanted = ways & ((1U << cache_.geometry().ways) - 1);
  if (wanted == 0) return;
  ++statistics_.way_operations;
  running_ = of_line(kind, context);
  running_.by_way = true;
  running_.pending = wanted;
  running_.next = now + options_.timing.cycle * kWayOperationCyclesPerLine;
}

Time L2Operations::next_event() const {
  if (running_.pending == 0) return kNever;
  if (!running_.by_way) return running_.next;
  const unsigned left = cache_.geometry().sets - running_.set;
  const unsigned ahead = std::min(left, kWayOperationChunk) - 1;
  return running_.next + options_.timing.cycle * (kWayOperationCyclesPerLine * ahead);
}

// A line's operation ends when memory has what it wrote back.
void L2Operations::step() {
  if (running_.by_way) return step_through_ways();
  if (running_.worked) {
    running_.pending = 0;
    return;
  }
  Time end = running_.next;
  stepping_ = true;
  if (running_.kind == Kind::kSync) {
    evictions_.drain_all(end);
    told(Kind::kSync, Scope::kAll, kNoLine, running_.origin, end);
  } else {
    work(running_, end);
  }
  stepping_ = false;
  running_.worked = true;
  running_.next = std::max(end, memory_.quiet_at());
}

/// Which lines of the next chunk are dirty now: what is written to the others until the operation
/// comes to them is overlooked by a controller that has erratum 727915.
void L2Operations::look_ahead(unsigned way) {
  running_.seen_dirty = 0;
  if (!options_.way_operation_races()) return;
  const unsigned lines = std::min(kWayOperationChunk, cache_.geometry().sets - running_.set);
  for (unsigned i = 0; i < lines; ++i) {
    if (cache_.at(running_.set + i, way).dirty) running_.seen_dirty |= 1U << i;
  }
}

bool L2Operations::overlooked(const CacheLine& line) const {
  if (running_.kind != Kind::kCleanInvalidate || !options_.way_operation_races()) return false;
  return line.dirty && (running_.seen_dirty >> running_.set % kWayOperationChunk & 1U) == 0;
}

// One line. Writing it back may reach the controller's registers, which refuse.
void L2Operations::step_through_ways() {
  const auto way = static_cast<unsigned>(std::countr_zero(running_.pending));
  if (running_.set % kWayOperationChunk == 0) look_ahead(way);
  CacheLine& line = cache_.at(running_.set, way);
  Time end = running_.next;
  if (line.valid && (running_.secure || !line.secure)) {
    stepping_ = true;
    apply(overlooked(line) ? Kind::kInvalidate : running_.kind, line, running_.origin, end);
    stepping_ = false;
  }
  running_.next = end + options_.timing.cycle * kWayOperationCyclesPerLine;
  if (++running_.set < cache_.geometry().sets) return;
  running_.set = 0;
  running_.pending &= running_.pending - 1;
  if (running_.pending == 0) told(running_.kind, Scope::kWays, kNoLine, running_.origin, end);
}

}  // namespace linefill
