// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill {

/// A run of bytes behind an IOMMU that lie together in memory.
struct IoPiece {
  std::uint32_t offset = 0;   ///< From the first byte that was asked for.
  std::uint32_t address = 0;  ///< Physical.
  std::uint32_t size = 0;
};

}  // namespace linefill
