// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/kernel/console.hpp"
#include "sw/kernel/time.hpp"

namespace guest {

/// Lets a message through ten times in five seconds, as Linux's printk_ratelimited, so that a fault
/// that repeats itself does not fill the console; how many were left out is said afterwards.
class RateLimit {
 public:
  explicit constexpr RateLimit(const char* who) : who_{who} {}

  /// Whether to print now.
  bool allow() {
    const std::uint64_t now = ktime_ns();
    if (count_ == 0 || now - begin_ns_ > kInterval) {
      if (left_out_ != 0) printk(who_, ": ", left_out_, " callbacks suppressed\n");
      begin_ns_ = now;
      count_ = left_out_ = 0;
    }
    if (count_ == kBurst) {
      ++left_out_;
      return false;
    }
    ++count_;
    return true;
  }

 private:
  static constexpr std::uint64_t kInterval = 5 * kNsPerSecond;
  static constexpr unsigned kBurst = 10;

  const char* who_;
  std::uint64_t begin_ns_ = 0;
  unsigned count_ = 0;
  unsigned left_out_ = 0;
};

}  // namespace guest
