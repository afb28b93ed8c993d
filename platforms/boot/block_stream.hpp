// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace linefill {

// Of compressed streams that are not decompressed here: how long the one at the beginning of
// `bytes` is, by the sizes of its blocks. Nothing if it lacks its end.

/// lz4's frames (lz4_Frame_format.md).
std::optional<std::size_t> length_of_lz4_frame(std::span<const std::byte> bytes);

/// lz4's legacy format, the one that Linux reads (lib/decompress_unlz4.c). It has no end of its
/// own: one that was cut between two blocks is whole.
std::optional<std::size_t> length_of_lz4_legacy(std::span<const std::byte> bytes);

/// lzop's (lib/decompress_unlzo.c of Linux).
std::optional<std::size_t> length_of_lzop(std::span<const std::byte> bytes);

}  // namespace linefill
