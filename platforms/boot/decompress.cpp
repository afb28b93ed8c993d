// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/decompress.hpp"

#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace linefill {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

struct Magic {
  const char* name;
  std::string_view bytes;
};

// Documentation of each format; the list of lib/decompress.c of Linux, and lz4's frames: Linux has
// its legacy format only.
constexpr std::array<Magic, 8> kMagics{{
    {"gzip", std::string_view{"\x1F\x8B", 2}},
    {"xz", std::string_view{"\xFD"
                            "7zXZ\0",
                            6}},
    {"zstd", std::string_view{"\x28\xB5\x2F\xFD", 4}},
    {"bzip2", std::string_view{"BZh", 3}},
    {"lz4", std::string_view{"\x02\x21\x4C\x18", 4}},
    {"lz4", std::string_view{"\x04\x22\x4D\x18", 4}},
    {"lzo", std::string_view{"\x89LZO", 4}},
    {"lzma", std::string_view{"\x5D\0\0", 3}},
}};

/// Both libraries have the same shape: a stream with input and output pointers, a step, an end.
/// `step` returns whether to go on; `done` is set when the stream is whole.
template <class Stream, class Step>
std::optional<std::vector<std::byte>> inflate_all(Stream& stream, std::size_t most, Step step) {
  std::vector<std::byte> out;
  bool done = false;
  while (!done) {
    const std::size_t before = out.size();
    if (before > most) return std::nullopt;
    out.resize(before + kChunk);
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + before);
    stream.avail_out = kChunk;
    const bool whole = step(done);
    out.resize(before + kChunk - stream.avail_out);
    if (!whole || (!done && out.size() == before)) return std::nullopt;
  }
  return out;
}

std::optional<std::vector<std::byte>> from_gzip(std::span<const std::byte> bytes,
                                                std::size_t most) {
  constexpr int kGzip = 16;  // zlib.h, inflateInit2.
  z_stream stream{};
  if (inflateInit2(&stream, kGzip + MAX_WBITS) != Z_OK) return std::nullopt;
  std::vector<std::byte> input(bytes.begin(), bytes.end());
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  auto result = inflate_all(stream, most, [&](bool& done) {
    const int status = inflate(&stream, Z_NO_FLUSH);
    done = status == Z_STREAM_END;
    return done || status == Z_OK;
  });
  inflateEnd(&stream);
  return result;
}

std::optional<std::vector<std::byte>> from_xz(std::span<const std::byte> bytes, std::size_t most) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, UINT64_MAX, 0) != LZMA_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  auto result = inflate_all(stream, most, [&](bool& done) {
    const lzma_ret status = lzma_code(&stream, LZMA_RUN);
    done = status == LZMA_STREAM_END;
    return done || status == LZMA_OK;
  });
  lzma_end(&stream);
  return result;
}

}  // namespace

std::string compression_of(std::span<const std::byte> bytes) {
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const auto found = std::find_if(kMagics.begin(), kMagics.end(),
                                  [&](const Magic& m) { return text.starts_with(m.bytes); });
  return found == kMagics.end() ? "" : found->name;
}

std::optional<std::vector<std::byte>> decompress(std::span<const std::byte> bytes,
                                                 std::size_t most) {
  const std::string kind = compression_of(bytes);
  if (kind == "gzip") return from_gzip(bytes, most);
  if (kind == "xz") return from_xz(bytes, most);
  return std::nullopt;
}

}  // namespace linefill
