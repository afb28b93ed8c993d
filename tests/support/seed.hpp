// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

namespace linefill::test {

/// Of a random test: LINEFILL_SEED repeats a run.
inline unsigned seed_of_run() {
  const char* given = std::getenv("LINEFILL_SEED");  // NOLINT(concurrency-mt-unsafe)
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0)) : 1U;
}

}  // namespace linefill::test
