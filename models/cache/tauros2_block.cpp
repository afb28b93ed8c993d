// SPDX-License-Identifier: Apache-2.0
#include "models/cache/tauros2_block.hpp"

#include <algorithm>

namespace linefill {

namespace {

constexpr unsigned kLineOperationCycles = 10;
constexpr unsigned kCyclesPerLineOfAll = 1;
constexpr std::uint32_t kUpperWays = 0xF0;

constexpr std::uint32_t kAuxSharedOverride = 1U << 22;
constexpr std::uint32_t kPrefetchBoth = 3U << 28;  // Instructions and data: the next line.

std::uint32_t aux_of(const Tauros2Options& options) {
  return kAuxSharedOverride | options.way_size_field << 17;
}

}  // namespace

Tauros2Block::Tauros2Block(BusPort& memory, const Tauros2Options& options, Statistics& statistics)
    : cycle_{options.timing.cycle},
      aux_{aux_of(options)},
      settings_{.aux = aux_},
      statistics_{statistics},
      memory_{memory, monitor_},
      buffer_{memory_, kNever, statistics},
      evictions_{memory_},
      cache_{settings_, memory_, buffer_, evictions_, monitor_, statistics_, options.timing} {
  buffer_.end_merging();
  reset(Time{0});
}

// The RAMs keep their lines in hardware; here they are empty, so that a run can be repeated.
void Tauros2Block::reset(Time now) {
  settings_ = {.aux = aux_};
  configure(false, 0);
  evictions_.clear();
  cache_.clear(now);
}

void Tauros2Block::set_observer(Observer* observer) {
  observer_ = observer;
  buffer_.set_observer(observer);
  evictions_.set_observer(observer);
  cache_.set_observer(observer);
}

void Tauros2Block::configure(bool enabled, std::uint32_t extra_features) {
  settings_.control = enabled ? 1 : 0;
  settings_.prefetch = (extra_features & kPrefetchOff) != 0 ? 0 : kPrefetchBoth;
  const std::uint32_t closed = (extra_features & kUpperWaysOff) != 0 ? kUpperWays : 0;
  settings_.data_lockdown.fill(closed);
  settings_.instruction_lockdown.fill(closed);
}

void Tauros2Block::told(Action action, Maintenance::Scope scope, LineNumber line,
                        const Origin& origin, Time now) {
  if (observer_ != nullptr)
    observer_->maintained({CopyLevel::kL2, action, scope, line, origin, now});
}

void Tauros2Block::apply(Action action, CacheLine& line, const Origin& origin, Time& now) {
  if (!line.valid) return;
  if (action != Action::kInvalidate) cache_.clean(line, WriteBackCause::kClean, origin, now);
  if (action != Action::kClean) cache_.invalidate(line, origin, now);
}

void Tauros2Block::by_address(Action action, LineNumber line, bool secure, const Origin& origin,
                              Time& now) {
  ++statistics_.line_operations;
  now += cycle_ * kLineOperationCycles;
  if (CacheLine* found = cache_.resident(l2_line(line, secure))) apply(action, *found, origin, now);
  told(action, Maintenance::Scope::kAddress, line, origin, now);
}

void Tauros2Block::by_set_way(Action action, unsigned set, unsigned way, const Origin& origin,
                              Time& now) {
  ++statistics_.line_operations;
  now += cycle_ * kLineOperationCycles;
  apply(action, cache_.at(set % geometry().sets, way % geometry().ways), origin, now);
  told(action, Maintenance::Scope::kIndex, kNoLine, origin, now);
}

void Tauros2Block::on_all(Action action, const Origin& origin, Time& now) {
  ++statistics_.way_operations;
  for (unsigned set = 0; set < geometry().sets; ++set) {
    for (unsigned way = 0; way < geometry().ways; ++way) {
      now += cycle_ * kCyclesPerLineOfAll;
      apply(action, cache_.at(set, way), origin, now);
    }
  }
  told(action, Maintenance::Scope::kAll, kNoLine, origin, now);
}

void Tauros2Block::synchronize(Time& now) {
  evictions_.drain_all(now);
  now = std::max(now, memory_.quiet_at());
}

}  // namespace linefill
