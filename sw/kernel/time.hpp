// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/lib/list.hpp"

namespace guest {

inline constexpr std::uint64_t kNsPerUs = 1000;
inline constexpr std::uint64_t kNsPerMs = 1'000'000;
inline constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

/// Nanoseconds since boot, never going back.
std::uint64_t ktime_ns();
inline std::uint64_t ktime_us() { return ktime_ns() / kNsPerUs; }
/// Waits busily.
void udelay(std::uint32_t us);
/// Sleeps, interrupts on.
void msleep(std::uint32_t ms);

/// A point in time after which waiting makes no sense:
///   for (Deadline deadline = Deadline::in_us(100); busy();) if (deadline.passed()) return
///   Error::kTimeout;
class Deadline {
 public:
  static Deadline in_us(std::uint64_t us) { return Deadline{ktime_ns() + us * kNsPerUs}; }
  static Deadline in_ms(std::uint64_t ms) { return in_us(ms * 1000); }
  bool passed() const { return ktime_ns() >= at_ns_; }
  std::uint64_t at_ns() const { return at_ns_; }

 private:
  explicit Deadline(std::uint64_t at_ns) : at_ns_{at_ns} {}
  std::uint64_t at_ns_;
};

/// Calls a function once, from the timer interrupt.
class Timer : public ListNode {
 public:
  using Function = void (*)(void* data);

  Timer(Function function, void* data) : function_{function}, data_{data} {}
  ~Timer() { cancel(); }
  void start(std::uint64_t at_ns);  ///< Absolute time. A running timer is moved.
  void cancel();
  bool running() const { return linked(); }

 private:
  friend class TimerQueue;
  Function function_;
  void* data_;
  std::uint64_t at_ns_ = 0;
};

/// A counter that always runs.
class ClockSource {
 public:
  virtual std::uint32_t read() = 0;  ///< Counts up, wraps at 2^32.

 protected:
  ~ClockSource() = default;
};

/// Something that interrupts once, after a time.
class ClockEvent {
 public:
  virtual void program(std::uint64_t delta_ns) = 0;  ///< May be early: it is asked again.
  virtual void stop() = 0;

 protected:
  ~ClockEvent() = default;
};

/// The first to register is used, unless a later one has a higher rating.
void register_clock_source(ClockSource& source, std::uint32_t hz, unsigned rating);
void register_clock_event(ClockEvent& event, unsigned rating);
/// Runs what is due; called by the clock event's interrupt.
void run_timers();

}  // namespace guest
