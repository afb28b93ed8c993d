// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/lib/types.hpp"

// What a driver keeps to unmap later: Linux 6.1, include/linux/dma-mapping.h, where the members
// vanish on machines that need no unmap. Here they are always there. Macros, because drivers name
// members by them; nothing but a driver includes this.
// NOLINTBEGIN(cppcoreguidelines-macro-usage,bugprone-macro-parentheses)
#define DEFINE_DMA_UNMAP_ADDR(member) dma_addr_t member
#define DEFINE_DMA_UNMAP_LEN(member) std::uint32_t member
#define dma_unmap_addr(owner, member) ((owner)->member)
#define dma_unmap_addr_set(owner, member, value) (((owner)->member) = (value))
#define dma_unmap_len(owner, member) ((owner)->member)
#define dma_unmap_len_set(owner, member, value) (((owner)->member) = (value))
// NOLINTEND(cppcoreguidelines-macro-usage,bugprone-macro-parentheses)
