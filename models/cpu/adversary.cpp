// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/adversary.hpp"

#include <algorithm>
#include <iterator>

namespace linefill {

namespace {

// Cycles between two opportunities that are taken: 0.1 to 8 microseconds of a core at 400 MHz.
constexpr std::uint64_t kSoonest = 40;
constexpr std::uint64_t kRarest = 3200;
// How long after its invalidation a line comes back: before a device that was started then is done.
constexpr std::uint64_t kFirstReturn = 100;
constexpr std::uint64_t kLastReturn = 8000;
constexpr unsigned kEvictionsAtOnce = 4;
constexpr unsigned kFillsAtOnce = 8;
// Looking for a dirty line where there is none is slow for the host.
constexpr unsigned kRests = 32;
constexpr std::size_t kRemembered = 4096;

}  // namespace

Adversary::Adversary(DataSide& data, L1DataCache& l1d, StoreBuffer& buffer, CoreContext& context,
                     MayFill may_fill, Statistics& statistics)
    : data_{data},
      l1d_{l1d},
      buffer_{buffer},
      context_{context},
      may_fill_{std::move(may_fill)},
      evictions_{statistics, "adversary_evictions", "lines"},
      fills_{statistics, "adversary_fills", "lines"} {}

void Adversary::configure(const AdversaryEvents& events, Time drain_time) {
  events_ = events;
  state_ = events.seed;
  early_state_ = ~events.seed;
  candidates_.clear();
  buffer_.set_drain_time(events.late_drain ? std::max(kLatest, drain_time) : drain_time);
  const bool acts = events.early_eviction || events.speculative_fill;
  next_ = acts ? context_.clock.now + random_between(kSoonest, kRarest) : ~std::uint64_t{0};
}

void Adversary::invalidated(VirtualAddress va, LineNumber line) {
  if (!events_.speculative_fill) return;
  if (candidates_.size() == kRemembered) candidates_.erase(candidates_.begin());
  candidates_.insert({context_.clock.now + random_between(kFirstReturn, kLastReturn), {va, line}});
}

void Adversary::act(const Origin& origin) {
  next_ = context_.clock.now + random_between(kSoonest, kRarest);
  if (events_.early_eviction) evict_some(origin);
  if (events_.speculative_fill) fill_some(origin);
}

void Adversary::evict_some(const Origin& origin) {
  const auto lines = l1d_.geometry().ways * l1d_.geometry().sets;
  for (unsigned i = 0; i < kEvictionsAtOnce; ++i) {
    CacheLine* line = l1d_.dirty_line_from(static_cast<unsigned>(random() % lines));
    if (line == nullptr) break;
    data_.before_write_back(line->tag);
    l1d_.evict(*line, WriteBackCause::kEviction, origin, context_.now());
    ++evictions_;
  }
  if (!evict_below_) return;
  if (rests_below_ > 0) {
    --rests_below_;
    return;
  }
  if (!evict_below_(random())) rests_below_ = kRests;
}

// Those due last come first: where more lines are invalidated than can come back, the rest are
// forgotten, not what is being mapped now.
void Adversary::fill_some(const Origin& origin) {
  for (unsigned left = kFillsAtOnce; left > 0 && !candidates_.empty(); --left) {
    const auto later = candidates_.upper_bound(context_.clock.now);
    if (later == candidates_.begin()) return;
    const auto latest = std::prev(later);
    const Candidate candidate = latest->second;
    candidates_.erase(latest);
    MemoryAttributes attributes;
    if (!may_fill_(candidate.va, candidate.line, attributes)) continue;
    data_.prefetch(candidate.line, attributes, FillCause::kSpeculative, origin);
    ++fills_;
  }
}

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t Adversary::next_of(std::uint64_t& state) {
  state += 0x9E37'79B9'7F4A'7C15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
  return z ^ (z >> 31);
}

}  // namespace linefill
