// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace linefill {

class Counter;

/// A model's counters, in declaration order.
class Statistics {
 public:
  Statistics() = default;
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;

  const std::vector<const Counter*>& counters() const { return counters_; }

 private:
  friend class Counter;
  std::vector<const Counter*> counters_;
};

/// One number of a report. `name` and `unit` are literals; `unit` is the plural: "lines", "bytes".
class Counter {
 public:
  Counter(Statistics& owner, std::string_view name, std::string_view unit)
      : name_{name}, unit_{unit} {
    owner.counters_.push_back(this);
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  Counter& operator++() {
    ++value_;
    return *this;
  }
  Counter& operator+=(std::uint64_t n) {
    value_ += n;
    return *this;
  }
  std::uint64_t value() const { return value_; }
  std::string_view name() const { return name_; }
  std::string_view unit() const { return unit_; }

 private:
  std::uint64_t value_ = 0;
  std::string_view name_;
  std::string_view unit_;
};

}  // namespace linefill
