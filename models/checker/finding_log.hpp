// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include "models/checker/finding.hpp"

namespace linefill {

/// The findings of a run: one per distinct kind, pair of program counters and mapping site; what
/// repeats is counted. In order of first occurrence.
class FindingLog {
 public:
  /// Called once for each distinct finding, when it is first made (`--check stop`).
  void set_listener(std::function<void(const Finding&)> listener) {
    listener_ = std::move(listener);
  }

  /// Called for each distinct finding before it is kept: adds what can be seen at this moment only.
  void set_witness(std::function<void(Finding&)> witness) { witness_ = std::move(witness); }

  /// Called for each occurrence, also of what is known already.
  void set_occurrence_listener(std::function<void(const Finding&)> listener) {
    occurrence_ = std::move(listener);
  }

  void add(Finding finding);
  /// Makes an error of a warning of this kind about bytes of this line, if there is one.
  void escalate(FindingKind kind, std::uint32_t line_address, const std::string& cause);
  const std::vector<Finding>& all() const { return findings_; }
  bool any_error() const;
  /// When something was found the last time, known or not; before all time if never.
  Time last_occurrence() const { return last_occurrence_; }

 private:
  using Key = std::tuple<FindingKind, std::uint32_t, std::uint32_t, std::uint32_t, std::string>;

  std::vector<Finding> findings_;
  Time last_occurrence_{-1};
  std::map<Key, std::size_t> index_;
  std::function<void(Finding&)> witness_;
  std::function<void(const Finding&)> listener_;
  std::function<void(const Finding&)> occurrence_;
};

}  // namespace linefill
