// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330_block.hpp"

#include <algorithm>
#include <optional>

namespace linefill::pl330 {

namespace {
constexpr int kLockUpCycles = 1024;
}

Block::Block(const Config& config, BusPort& bus, Log& log, Statistics& statistics)
    : config_{config}, log_{log}, executor_{config_, bus, log, statistics} {
  reset();
}

void Block::reset() {
  executor_.reset();
  registers().reset(*this);
  debug0_ = 0;
  debug1_ = 0;
  debug_busy_until_ = Time{0};
  wake_at_ = kNever;
  lock_up_at_ = kNever;
  lock_up_reported_ = false;
  first_ = 0;
  next_event_ = executor_.manager().active() ? now_ : kNever;
}

void Block::advance(Time now) {
  if (advancing_) return;
  advancing_ = true;
  while (next_event_ <= now) step(std::max(next_event_, now_));
  advancing_ = false;
}

void Block::reissue_held(Time now) {
  executor_.reissue_held(now);
  wake(now);
}

void Block::wake(Time now) {
  wake_at_ = std::min(wake_at_, now);
  next_event_ = std::min(next_event_, now);
}

void Block::step(Time now) {
  now_ = now;
  if (wake_at_ <= now) wake_at_ = kNever;
  executor_.complete(now);
  auto& threads = executor_.threads();
  executor_.set_share(static_cast<int>(std::max<std::ptrdiff_t>(
      1, std::count_if(threads.begin(), threads.end(),
                       [](const Thread& t) { return t.runs() && !t.waiting; }))));
  const auto after = [&](std::size_t n) { return n + 1 < threads.size() ? n + 1 : 0; };
  std::optional<std::size_t> served;
  for (bool progress = true; progress;) {
    progress = false;
    std::size_t n = first_;
    do {
      if (threads[n].active() && executor_.run(threads[n], now)) {
        progress = true;
        if (!served) served = n;
      }
      n = after(n);
    } while (n != first_);
    while (executor_.transfers().start(now)) progress = true;
  }
  if (served) first_ = after(*served);
  watch_for_lock_up(now);
  next_event_ = std::min(next(), wake_at_);
}

Time Block::next() const {
  Time next = std::min(lock_up_at_, executor_.transfers().next_start());
  bool loads_awaited = false;
  bool stores_awaited = false;
  for (const Thread& thread : executor_.threads()) {
    if (!thread.active() || thread.fetch_held) continue;
    if (!thread.waiting && !thread.ending()) {
      next = std::min(next, thread.at);
      continue;
    }
    next = std::min(next, thread.retry_at);
    const bool barrier = thread.state == State::kAtBarrier || thread.ending();
    loads_awaited |= barrier;
    stores_awaited |= barrier || thread.stalled_at_load;
  }
  return std::min(next, executor_.transfers().next_end(loads_awaited, stores_awaited));
}

// TRM 2.13, watchdog abort: nothing is queued or on the bus, and every running channel is kept from
// loading by lack of room in the MFIFO or by the load-lock.
bool Block::locked_up() const {
  if (!executor_.transfers().idle()) return false;
  bool any = false;
  for (const Thread& thread : executor_.threads()) {
    if (thread.manager || !thread.active()) continue;
    if (!thread.stalled_at_load) return false;
    any = true;
  }
  return any;
}

void Block::watch_for_lock_up(Time now) {
  if (!locked_up()) {
    lock_up_at_ = kNever;
    lock_up_reported_ = false;
    return;
  }
  if (lock_up_reported_) return;
  if (lock_up_at_ == kNever) lock_up_at_ = now + kLockUpCycles * config_.period;
  if (now < lock_up_at_) return;
  lock_up_at_ = kNever;
  lock_up_reported_ = true;
  if ((watchdog_ & 1) != 0) return;  // wd_irq_only
  for (Thread& thread : executor_.threads()) {
    if (thread.stalled_at_load) executor_.abort(thread, fault::kLockUp);
  }
  wake(now);
}

bool Block::abort_interrupt() const {
  const bool watchdog = lock_up_reported_ && (watchdog_ & 1) != 0;
  return watchdog || peek_fsrd() != 0 || peek_fsrc() != 0;
}

}  // namespace linefill::pl330
