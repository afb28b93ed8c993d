// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/attributes.hpp"

namespace linefill {

/// The memory type of a byte of MAIR, with the SH field of the descriptor that chose it (ARM ARM
/// B4.1.104; ARMv8 D13.2.97 for Device types). Reserved encodings are Strongly-ordered.
MemoryAttributes decode_mair(unsigned attribute, unsigned sh);
/// Likewise of a stage 2 descriptor's MemAttr[3:0] (ARM ARM B3.6.2), or of a MemAttr field of an
/// SMMU's registers.
MemoryAttributes decode_mem_attr(unsigned mem_attr, unsigned sh);
/// The byte of MAIR that means this, for an address translation's result.
std::uint8_t encode_mair(const MemoryAttributes& attributes);
/// What two stages come to: the stronger type, the lesser cacheability, shareable if either is (ARM
/// ARM B3.8.5).
MemoryAttributes combine(const MemoryAttributes& first, const MemoryAttributes& second);

}  // namespace linefill
