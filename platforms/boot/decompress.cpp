// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/decompress.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "platforms/boot/block_stream.hpp"

namespace linefill {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kChunk = std::size_t{1} << 20;

/// What a decoder did with some room: how much of it is filled, whether the stream has ended.
struct Step {
  std::size_t made = 0;
  bool ended = false;
};

/// All that `next` gives. It is given room, again and again, and says nothing if the stream is
/// damaged. All input is there from the beginning: a step that makes nothing is the last.
template <class Next>
std::optional<Bytes> all_of(std::size_t most, Next next) {
  Bytes out;
  while (out.size() <= most) {
    const std::size_t before = out.size();
    out.resize(before + kChunk);
    const std::optional<Step> step = next(std::span{out}.subspan(before));
    if (!step || (!step->ended && step->made == 0)) return std::nullopt;
    out.resize(before + step->made);
    if (step->ended) return out;
  }
  return std::nullopt;
}

template <class Character>
Character* input_of(std::span<const std::byte> bytes) {
  // zlib and bzip2 only read their input, but do not say so.
  return reinterpret_cast<Character*>(const_cast<std::byte*>(bytes.data()));  // NOLINT
}

/// zlib, liblzma and libbz2 have streams of one shape.
template <class Stream, class Code>
std::optional<Unpacked> unpack(Stream& stream, std::span<const std::byte> bytes, std::size_t most,
                               Code code) {
  using Input = std::remove_const_t<std::remove_pointer_t<decltype(stream.next_in)>>;
  using Output = std::remove_pointer_t<decltype(stream.next_out)>;
  stream.next_in = input_of<Input>(bytes);
  stream.avail_in = static_cast<decltype(stream.avail_in)>(bytes.size());
  auto all = all_of(most, [&](std::span<std::byte> room) -> std::optional<Step> {
    stream.next_out = reinterpret_cast<Output*>(room.data());
    stream.avail_out = static_cast<decltype(stream.avail_out)>(room.size());
    bool ended = false;
    if (!code(stream, ended)) return std::nullopt;
    return Step{room.size() - stream.avail_out, ended};
  });
  if (!all) return std::nullopt;
  return Unpacked{std::move(*all), bytes.size() - stream.avail_in};
}

std::optional<Unpacked> from_gzip(std::span<const std::byte> bytes, std::size_t most) {
  constexpr int kGzip = 16;  // zlib.h, inflateInit2.
  z_stream stream{};
  if (inflateInit2(&stream, kGzip + MAX_WBITS) != Z_OK) return std::nullopt;
  auto result = unpack(stream, bytes, most, [](z_stream& s, bool& ended) {
    const int status = inflate(&s, Z_NO_FLUSH);
    ended = status == Z_STREAM_END;
    return ended || status == Z_OK;
  });
  inflateEnd(&stream);
  return result;
}

std::optional<Unpacked> from_bzip2(std::span<const std::byte> bytes, std::size_t most) {
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return std::nullopt;
  auto result = unpack(stream, bytes, most, [](bz_stream& s, bool& ended) {
    const int status = BZ2_bzDecompress(&s);
    ended = status == BZ_STREAM_END;
    return ended || status == BZ_OK;
  });
  BZ2_bzDecompressEnd(&stream);
  return result;
}

std::optional<Unpacked> from_liblzma(lzma_stream& stream, std::span<const std::byte> bytes,
                                     std::size_t most) {
  auto result = unpack(stream, bytes, most, [](lzma_stream& s, bool& ended) {
    const lzma_ret status = lzma_code(&s, LZMA_RUN);
    ended = status == LZMA_STREAM_END;
    return ended || status == LZMA_OK;
  });
  lzma_end(&stream);
  return result;
}

std::optional<Unpacked> from_xz(std::span<const std::byte> bytes, std::size_t most) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, UINT64_MAX, 0) != LZMA_OK) return std::nullopt;
  return from_liblzma(stream, bytes, most);
}

std::optional<Unpacked> from_lzma(std::span<const std::byte> bytes, std::size_t most) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_alone_decoder(&stream, UINT64_MAX) != LZMA_OK) return std::nullopt;
  return from_liblzma(stream, bytes, most);
}

std::optional<Unpacked> from_zstd(std::span<const std::byte> bytes, std::size_t most) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> decoder{ZSTD_createDCtx(),
                                                                     &ZSTD_freeDCtx};
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  auto all = all_of(most, [&](std::span<std::byte> room) -> std::optional<Step> {
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const std::size_t left = ZSTD_decompressStream(decoder.get(), &out, &in);
    if (ZSTD_isError(left) != 0) return std::nullopt;
    return Step{out.pos, left == 0};
  });
  if (!all) return std::nullopt;
  return Unpacked{std::move(*all), in.pos};
}

struct Format {
  const char* name;
  std::string_view magic;
  std::optional<Unpacked> (*unpack)(std::span<const std::byte>, std::size_t);
  /// If it is not decompressed here.
  std::optional<std::size_t> (*length)(std::span<const std::byte>) = nullptr;
};

// Documentation of each format; the list of lib/decompress.c of Linux, and lz4's frames: Linux has
// its legacy format only.
constexpr std::array<Format, 8> kFormats{{
    {"gzip", std::string_view{"\x1F\x8B", 2}, from_gzip},
    {"xz",
     std::string_view{"\xFD"
                      "7zXZ\0",
                      6},
     from_xz},
    {"zstd", std::string_view{"\x28\xB5\x2F\xFD", 4}, from_zstd},
    {"bzip2", std::string_view{"BZh", 3}, from_bzip2},
    {"lz4", std::string_view{"\x02\x21\x4C\x18", 4}, nullptr, length_of_lz4_legacy},
    {"lz4", std::string_view{"\x04\x22\x4D\x18", 4}, nullptr, length_of_lz4_frame},
    {"lzo", std::string_view{"\x89LZO", 4}, nullptr, length_of_lzop},
    {"lzma", std::string_view{"\x5D\0\0", 3}, from_lzma},
}};

const Format* format_of(std::span<const std::byte> bytes) {
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const Format& f) { return text.starts_with(f.magic); });
  return found == kFormats.end() ? nullptr : &*found;
}

}  // namespace

std::string compression_of(std::span<const std::byte> bytes) {
  const Format* format = format_of(bytes);
  return format == nullptr ? "" : format->name;
}

bool can_decompress(std::span<const std::byte> bytes) {
  const Format* format = format_of(bytes);
  return format != nullptr && format->unpack != nullptr;
}

std::optional<std::size_t> compressed_length(std::span<const std::byte> bytes) {
  const Format* format = format_of(bytes);
  return format != nullptr && format->length != nullptr ? format->length(bytes) : std::nullopt;
}

std::optional<Unpacked> decompress(std::span<const std::byte> bytes, std::size_t most) {
  return can_decompress(bytes) ? format_of(bytes)->unpack(bytes, most) : std::nullopt;
}

}  // namespace linefill
