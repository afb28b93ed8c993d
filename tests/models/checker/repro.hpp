// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "tests/models/checker/checker_bench.hpp"

namespace linefill::test {

/// What whoever used the data got, and what would have been right.
struct Seen {
  std::uint32_t got = 0;
  std::uint32_t right = 0;
};

/// Plays a sequence with its bug and with its fix. The bug must give wrong data and findings of
/// these kinds only; the fix right data and no finding.
template <class Sequence>
void play(const std::set<std::string>& kinds, Sequence&& sequence) {
  {
    INFO("with the bug");
    CheckerBench bench;
    const Seen seen = sequence(bench, false);
    CHECK(seen.got != seen.right);
    CHECK(bench.kinds() == kinds);
  }
  {
    INFO("with the fix");
    CheckerBench bench;
    const Seen seen = sequence(bench, true);
    CHECK(seen.got == seen.right);
    CHECK(bench.kinds() == std::set<std::string>{});
  }
}

}  // namespace linefill::test
