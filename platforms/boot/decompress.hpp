// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace linefill {

/// The name of the compression that `bytes` begin with: "gzip", "xz", "zstd" ...; empty if none
/// that Linux uses.
std::string compression_of(std::span<const std::byte> bytes);

/// Whether `decompress` knows that compression: gzip, xz, lzma, zstd or bzip2.
bool can_decompress(std::span<const std::byte> bytes);

/// Of those that it does not know, lz4 and lzo: how long the stream at the beginning of `bytes` is.
/// Nothing if it ends too early.
std::optional<std::size_t> compressed_length(std::span<const std::byte> bytes);

struct Unpacked {
  std::vector<std::byte> bytes;
  std::size_t consumed = 0;  ///< How long the stream was.
};

/// The contents of the one stream at the beginning of `bytes`; what lies behind it does not matter.
/// Nothing if it is damaged, ends too early, or gives more than `most` bytes.
std::optional<Unpacked> decompress(std::span<const std::byte> bytes, std::size_t most);

}  // namespace linefill
