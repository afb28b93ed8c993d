// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/late_maintenance.hpp"

#include <algorithm>
#include <utility>

namespace linefill {

namespace {
/// More operations than this are not kept: the oldest is done.
constexpr std::size_t kMost = 64;
}  // namespace

void LateMaintenance::add(const Operation& operation, Time now) {
  if (operations_.size() == kMost) perform_first();
  operations_.push_back({operation, now + latest_});
}

void LateMaintenance::add(std::function<void()> effect, bool needs_dsb, Time now) {
  effects_.push_back({std::move(effect), needs_dsb, now + latest_effect_});
}

bool LateMaintenance::concerns(LineNumber line) const {
  return std::any_of(operations_.begin(), operations_.end(),
                     [line](const LateOperation& late) { return late.operation.line == line; });
}

void LateMaintenance::perform_first() {
  const Operation operation = operations_.front().operation;
  operations_.pop_front();
  perform_(operation);
}

void LateMaintenance::perform_those_of(LineNumber line) {
  const auto concerns = [line](const LateOperation& late) { return late.operation.line == line; };
  for (auto at = std::find_if(operations_.begin(), operations_.end(), concerns);
       at != operations_.end();
       at = std::find_if(operations_.begin(), operations_.end(), concerns)) {
    const Operation operation = at->operation;
    operations_.erase(at);
    perform_(operation);
  }
}

void LateMaintenance::order() {
  std::stable_partition(operations_.begin(), operations_.end(),
                        [](const LateOperation& late) { return late.operation.outer; });
  while (!operations_.empty()) perform_first();
}

void LateMaintenance::complete() {
  order();
  for (LateEffect& late : effects_) late.needs_dsb = false;
}

void LateMaintenance::make_effective() {
  const auto seen = [](const LateEffect& late) { return !late.needs_dsb; };
  for (auto at = std::find_if(effects_.begin(), effects_.end(), seen); at != effects_.end();
       at = std::find_if(effects_.begin(), effects_.end(), seen)) {
    const auto effect = std::move(at->effect);
    effects_.erase(at);
    effect();
  }
}

void LateMaintenance::advance(Time now) {
  while (!operations_.empty() && operations_.front().due <= now) perform_first();
  while (!effects_.empty() && effects_.front().due <= now) {
    const auto effect = std::move(effects_.front().effect);
    effects_.pop_front();
    effect();
  }
}

Time LateMaintenance::next_due() const {
  const Time operation = operations_.empty() ? kNever : operations_.front().due;
  return effects_.empty() ? operation : std::min(operation, effects_.front().due);
}

}  // namespace linefill
