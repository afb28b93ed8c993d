// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace linefill {

/// What a Cortex-A9 tells an outer cache of a write of a whole line (A9 TRM 8.1.4, AWUSER). Ignored
/// unless both have been set to it.
struct WriteHints {
  bool eviction = false;       ///< The line leaves the L1,
  bool clean = false;          ///< which had not changed it (exclusive configuration).
  bool line_of_zeros = false;  ///< One beat stands for 32 bytes of zeros.
};

}  // namespace linefill
