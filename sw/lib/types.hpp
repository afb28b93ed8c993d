// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// An address on the CPU's bus.
using phys_addr_t = std::uint32_t;
/// An address as a bus master uses it. 64 bits wide in the layer that is hooked, as in Debian's
/// kernel.
using dma_addr_t = std::uint64_t;
/// How an allocation may be made: GFP_KERNEL or GFP_ATOMIC, and __GFP_ZERO.
using gfp_t = unsigned int;

// Linux 6.1, include/linux/gfp_types.h.
inline constexpr gfp_t GFP_DMA = 0x001;
inline constexpr gfp_t GFP_ATOMIC = 0xA20;
inline constexpr gfp_t GFP_KERNEL = 0xCC0;
inline constexpr gfp_t __GFP_ZERO = 0x100;
/// Part of GFP_KERNEL: the caller can wait.
inline constexpr gfp_t __GFP_DIRECT_RECLAIM = 0x400;
inline constexpr gfp_t __GFP_HIGHMEM = 0x002;
inline constexpr gfp_t __GFP_DMA = 0x001;
inline constexpr gfp_t __GFP_DMA32 = 0x004;
inline constexpr gfp_t __GFP_COMP = 0x4'0000;
inline constexpr gfp_t __GFP_NOWARN = 0x2000;
