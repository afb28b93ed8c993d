// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/decompress.hpp"

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

std::string text(const std::optional<std::vector<std::byte>>& bytes) {
  std::string result;
  for (const std::byte b : bytes.value_or(std::vector<std::byte>{})) result += static_cast<char>(b);
  return result;
}

}  // namespace

TEST_CASE("gzip and xz are decompressed as the tools compressed them", "[boot]") {
  CHECK(text(decompress(std::as_bytes(std::span{kGzip}), kEnough)) == "linefill\n");
  CHECK(text(decompress(std::as_bytes(std::span{kXz}), kEnough)) == "linefill\n");
}

TEST_CASE("a stream that lacks its end, at any place, is no stream", "[boot]") {
  for (std::size_t size = 0; size < sizeof kGzip; ++size)
    CHECK_FALSE(decompress(std::as_bytes(std::span{kGzip}).first(size), kEnough));
  for (std::size_t size = 0; size < sizeof kXz; ++size)
    CHECK_FALSE(decompress(std::as_bytes(std::span{kXz}).first(size), kEnough));
}

TEST_CASE("what Linux compresses with is known by name", "[boot]") {
  CHECK(compression_of(std::as_bytes(std::span{kXz})) == "xz");
  const std::string zstd = "\x28\xB5\x2F\xFD";
  CHECK(compression_of(std::as_bytes(std::span{zstd})) == "zstd");
  CHECK(compression_of(std::as_bytes(std::span{"070701", 6})).empty());
}
