// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Registers as the manuals have them, typed a second time: nothing here comes from a model's
/// table.
namespace linefill::golden {

struct Row {
  std::uint32_t offset;
  const char* name;
  std::uint32_t reset;
  /// The bits that can be set and cleared without anything else happening; 0: not tried.
  std::uint32_t writable = 0;
};

}  // namespace linefill::golden
