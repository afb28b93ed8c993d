// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sw/lib/fdt.hpp"

namespace guest {

/// Maps the DRAM the device tree describes and gives what nobody uses to the page allocator.
/// Everything below the image's end is left alone, and so are the blob and reserved-memory.
Result<void> memory_init(const FlatDeviceTree& tree, std::span<const std::byte> blob);

}  // namespace guest
