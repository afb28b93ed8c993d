// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/time.hpp"

#include <algorithm>

#include "sw/arch/barrier.hpp"
#include "sw/arch/irqflags.hpp"

namespace guest {
namespace {

/// A 32-bit counter made 64 bits wide. It must be read once a turn; the timer queue sees to that.
struct Clock {
  ClockSource* source = nullptr;
  std::uint32_t hz = 1;
  unsigned rating = 0;
  std::uint32_t last = 0;
  std::uint64_t ticks = 0;
};

Clock clock;

}  // namespace

/// What is to be called, soonest first.
class TimerQueue {
 public:
  void start(Timer& timer, std::uint64_t at_ns) {
    timer.unlink();
    timer.at_ns_ = at_ns;
    timers_.insert_before(timer, [at_ns](const Timer& other) { return other.at_ns_ > at_ns; });
    program();
  }
  void run() {
    while (!timers_.empty() && timers_.front().at_ns_ <= ktime_ns()) {
      Timer& timer = timers_.pop_front();
      timer.function_(timer.data_);
    }
    program();
  }
  void set_event(ClockEvent& event, unsigned rating) {
    if (event_ != nullptr && rating <= rating_) return;
    if (event_ != nullptr) event_->stop();
    event_ = &event;
    rating_ = rating;
    program();
  }

 private:
  /// The counter of 24 MHz turns over every 178 seconds.
  static constexpr std::uint64_t kLongestSleepNs = 10 * kNsPerSecond;

  void program() {
    if (event_ == nullptr) return;
    const std::uint64_t now = ktime_ns();
    std::uint64_t delta = kLongestSleepNs;
    if (!timers_.empty()) {
      const std::uint64_t at = timers_.front().at_ns_;
      delta = std::min(delta, at > now ? at - now : 1);
    }
    event_->program(delta);
  }

  IntrusiveList<Timer> timers_;
  ClockEvent* event_ = nullptr;
  unsigned rating_ = 0;
};

namespace {
TimerQueue queue;
}

std::uint64_t ktime_ns() {
  if (clock.source == nullptr) return 0;
  const InterruptGuard guard;
  const std::uint32_t now = clock.source->read();
  clock.ticks += now - clock.last;
  clock.last = now;
  const std::uint64_t seconds = clock.ticks / clock.hz;
  const std::uint64_t rest = clock.ticks % clock.hz;
  return seconds * kNsPerSecond + rest * kNsPerSecond / clock.hz;
}

void register_clock_source(ClockSource& source, std::uint32_t hz, unsigned rating) {
  if (hz == 0 || (clock.source != nullptr && rating <= clock.rating)) return;
  // Time goes on from where the old counter was.
  const std::uint64_t ns = ktime_ns();
  clock = {&source, hz, rating, source.read(), ns / kNsPerUs * hz / 1'000'000};
}

void register_clock_event(ClockEvent& event, unsigned rating) {
  const InterruptGuard guard;
  queue.set_event(event, rating);
}

void run_timers() {
  const InterruptGuard guard;
  queue.run();
}

void Timer::start(std::uint64_t at_ns) {
  const InterruptGuard guard;
  queue.start(*this, at_ns);
}

void Timer::cancel() {
  const InterruptGuard guard;
  unlink();
}

void udelay(std::uint32_t us) {
  for (const Deadline deadline = Deadline::in_us(us); !deadline.passed();) barrier();
}

void msleep(std::uint32_t ms) {
  const Deadline deadline = Deadline::in_ms(ms);
  Timer alarm{[](void*) {}, nullptr};
  alarm.start(deadline.at_ns());
  while (!deadline.passed()) arch_cpu_idle();
}

}  // namespace guest
