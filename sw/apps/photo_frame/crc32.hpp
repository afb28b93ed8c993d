// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace guest {

/// CRC-32 as in zlib, PNG and cksum -a crc32b: polynomial 0x04C11DB7 reflected.
std::uint32_t crc32(std::span<const std::byte> bytes);

}  // namespace guest
