// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace guest {

/// Whether no Huffman table of a JPEG file defines more than 256 codes (ITU-T T.81, B.2.4.2).
/// stb_image 2.27 trusts a file in this, and writes beyond its table.
bool huffman_tables_fit(std::span<const std::byte> file);

}  // namespace guest
