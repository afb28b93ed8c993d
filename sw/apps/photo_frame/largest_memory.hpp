// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace guest {

/// Takes the longest contiguous stretch of free memory there is out of the page allocator, but
/// leaves small blocks alone: longer than the largest block the allocator gives at once. Empty if
/// there is none.
std::span<std::byte> take_largest_memory();

}  // namespace guest
