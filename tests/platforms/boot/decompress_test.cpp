// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/decompress.hpp"

#include <array>
#include <span>
#include <string>

#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

// printf 'linefill\\n' | gzip -n
constexpr unsigned char kGzip[]{0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
                                0xCB, 0xC9, 0xCC, 0x4B, 0x4D, 0xCB, 0xCC, 0xC9, 0xE1, 0x02,
                                0x00, 0x4A, 0xB1, 0x46, 0x28, 0x09, 0x00, 0x00, 0x00};
// printf 'linefill\\n' | xz --check=crc32
constexpr unsigned char kXz[]{
    0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00, 0x01, 0x69, 0x22, 0xDE, 0x36, 0x02, 0x00, 0x21, 0x01,
    0x16, 0x00, 0x00, 0x00, 0x74, 0x2F, 0xE5, 0xA3, 0x01, 0x00, 0x08, 0x6C, 0x69, 0x6E, 0x65, 0x66,
    0x69, 0x6C, 0x6C, 0x0A, 0x00, 0x00, 0x00, 0x00, 0x4A, 0xB1, 0x46, 0x28, 0x00, 0x01, 0x1D, 0x09,
    0x93, 0x61, 0x36, 0xA6, 0x90, 0x42, 0x99, 0x0D, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x59, 0x5A};

constexpr std::size_t kEnough = 100;

// printf 'linefill\\n' | xz --format=lzma
constexpr unsigned char kLzma[]{0x5D, 0x00, 0x00, 0x80, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                0xFF, 0xFF, 0x00, 0x36, 0x1A, 0x4A, 0x1F, 0x0B, 0xDF, 0x3B, 0x5E,
                                0x8C, 0x19, 0x1A, 0x3F, 0xFF, 0xFF, 0xEA, 0x2C, 0x00, 0x00};
// printf 'linefill\\n' | bzip2
constexpr unsigned char kBzip2[]{0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x2A,
                                 0x46, 0x1F, 0x7A, 0x00, 0x00, 0x03, 0x41, 0x00, 0x00, 0x10, 0x03,
                                 0x25, 0x20, 0x00, 0x30, 0xC0, 0x06, 0x4C, 0xD2, 0x1A, 0x95, 0x19,
                                 0x78, 0xBB, 0x92, 0x29, 0xC2, 0x84, 0x81, 0x52, 0x30, 0xFB, 0xD0};
// printf 'linefill\\n' | zstd --no-check
constexpr unsigned char kZstd[]{0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x49, 0x00, 0x00,
                                0x6C, 0x69, 0x6E, 0x65, 0x66, 0x69, 0x6C, 0x6C, 0x0A};

const std::array<std::span<const std::byte>, 5> kStreams{
    std::as_bytes(std::span{kGzip}), std::as_bytes(std::span{kXz}), std::as_bytes(std::span{kLzma}),
    std::as_bytes(std::span{kBzip2}), std::as_bytes(std::span{kZstd})};

std::string text(const std::optional<Unpacked>& unpacked) {
  std::string result;
  if (!unpacked) return result;
  for (const std::byte b : unpacked->bytes) result += static_cast<char>(b);
  return result;
}

}  // namespace

TEST_CASE("streams are decompressed as the tools compressed them", "[boot]") {
  for (const auto stream : kStreams) {
    CAPTURE(compression_of(stream));
    CHECK(can_decompress(stream));
    CHECK(text(decompress(stream, kEnough)) == "linefill\n");
  }
}

TEST_CASE("a stream's length is known, whatever lies behind it", "[boot]") {
  for (const auto stream : kStreams) {
    CAPTURE(compression_of(stream));
    std::vector<std::byte> more(stream.begin(), stream.end());
    more.insert(more.end(), stream.begin(), stream.end());
    const auto unpacked = decompress(more, kEnough);
    CHECK(text(unpacked) == "linefill\n");
    CHECK(unpacked->consumed == stream.size());
  }
}

TEST_CASE("a stream that lacks its end, at any place, is no stream", "[boot]") {
  for (const auto stream : kStreams) {
    CAPTURE(compression_of(stream));
    for (std::size_t size = 0; size < stream.size(); ++size)
      CHECK_FALSE(decompress(stream.first(size), kEnough));
  }
}

TEST_CASE("what Linux compresses with is known by name", "[boot]") {
  CHECK(compression_of(std::as_bytes(std::span{kXz})) == "xz");
  const std::string zstd = "\x28\xB5\x2F\xFD";
  CHECK(compression_of(std::as_bytes(std::span{zstd})) == "zstd");
  CHECK(compression_of(std::as_bytes(std::span{"070701", 6})).empty());
}
