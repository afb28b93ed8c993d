// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>

#include "models/core/time.hpp"

namespace linefill {

/// A line on a terminal that says how far a run has come; nothing where stderr is no terminal.
class Progress {
 public:
  Progress();
  /// Rewrites the line if it is a while since the last time.
  void update(Time simulated, std::uint64_t instructions);
  /// A line that a kind of finding has occurred, once for each kind, in a run that takes long:
  /// what is found is told at its end.
  void mention(const std::string& kind);
  /// Removes the line.
  void clear();
  double seconds() const;  ///< Of the host, since construction.

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  std::set<std::string> mentioned_;
};

}  // namespace linefill
