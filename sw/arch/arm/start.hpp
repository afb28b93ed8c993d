// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Called by the entry code: caches and MMU off, BSS cleared, stacks set, no constructor run yet.
extern "C" [[noreturn]] void arch_start(std::uint32_t r2);

namespace guest {

/// Turns on MMU and caches with the image and the stretch [blob, blob + size) mapped.
void mmu_enable(std::uint32_t blob, std::uint32_t size);

}  // namespace guest
