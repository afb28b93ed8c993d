// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// Where registers are (Linux's `void __iomem *`): only the accessors of mmio.hpp go through it.
using IoPointer = volatile void*;

constexpr IoPointer io_at(IoPointer base, std::size_t offset) {
  return static_cast<volatile std::byte*>(base) + offset;
}
