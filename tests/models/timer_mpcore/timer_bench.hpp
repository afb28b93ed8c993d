// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

/// A timer block clocked at 100 MHz (10 ns), accessed as its shell does: brought up to date first.
template <class Block>
struct TimerBench {
  Statistics statistics;
  Counter events{statistics, "events", "events"};
  Block block{10ns, events};

  std::uint32_t read(std::uint32_t offset, Time now) {
    block.advance(now);
    std::uint32_t value = 0;
    REQUIRE(Block::registers().read(block, offset, value, {now, {}}) == RegisterResult::kDone);
    return value;
  }
  void write(std::uint32_t offset, std::uint32_t value, Time now) {
    block.advance(now);
    REQUIRE(Block::registers().write(block, offset, value, {now, {}}) == RegisterResult::kDone);
  }
};

}  // namespace linefill::test
