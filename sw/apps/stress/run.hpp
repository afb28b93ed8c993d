// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/apps/stress/supplies.hpp"
#include "sw/kernel/console.hpp"
#include "sw/measure/content.hpp"

namespace guest {

/// How often each row of a table ran.
struct Counts {
  static constexpr std::size_t kMost = 20;
  std::array<std::uint32_t, kMost> ran{};

  template <class Row>
  void note(std::span<const Row> table, const Row& row) {
    ++ran[static_cast<std::size_t>(&row - table.data())];
  }
};

/// A run of the program: its random numbers, and what came of it.
struct Run {
  Random random;
  Supplies& supplies;
  std::uint32_t seed;
  bool may_refuse = false;  ///< Mappings take what there may be none of just now.

  std::uint64_t transfers = 0;
  std::uint64_t bytes = 0;
  std::uint64_t wrong = 0;       ///< Transfers whose target has another hash than their source.
  std::uint64_t failed = 0;      ///< Refused, faulted, or not ended in time.
  std::uint64_t terminated = 0;  ///< On purpose; what the target holds then nobody knows.
  std::uint64_t not_now = 0;     ///< No memory, no channel, no mapping: tried again.
  Counts sources{}, targets{}, moves{}, endings{}, calculations{}, card{};
  std::uint32_t hidden = 0;     ///< Went through memory that the CPU does not see.
  std::uint32_t backwards = 0;  ///< From the target to the source.
  std::uint32_t polls = 0;
  std::uint32_t successors = 0;  ///< Mappings that were made where one had just ended.
  std::uint32_t same_page = 0;   ///< Of those: at the device's same page.

  void note_transfer(std::size_t size, bool right, std::string_view what) {
    ++transfers;
    bytes += size;
    if (right) return;
    ++wrong;
    say("WRONG: ", what, ", ", size, " bytes");
  }

  template <class... Parts>
  void say(const Parts&... parts) const {
    printk("stress: seed ", seed, ": ", parts..., "\n");
  }
};

}  // namespace guest
