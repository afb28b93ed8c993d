// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/initrd_file.hpp"

#include <zlib.h>

#include <array>
#include <cstdio>

#include "models/core/device_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_file.hpp"

using namespace linefill;
using Catch::Contains;

namespace {

std::string hex(std::size_t value) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08zX", value);
  return text.data();
}

std::string padded(std::string text) {
  text.resize((text.size() + 3) / 4 * 4, '\0');
  return text;
}

// Documentation/driver-api/early-userspace/buffer-format.rst: thirteen fields of eight digits, of
// which the seventh is the file's size, the twelfth that of its name with the zero.
std::string entry(const std::string& name, const std::string& contents) {
  const std::string zero = hex(0);
  std::string text = "070701";
  for (unsigned i = 0; i < 6; ++i) text += zero;
  text += hex(contents.size());
  for (unsigned i = 0; i < 4; ++i) text += zero;
  text += hex(name.size() + 1) + zero;
  return padded(text + name + '\0') + padded(contents);
}

std::string archive() { return entry("init", "#!/bin/sh\n") + entry("TRAILER!!!", ""); }

std::string gzip(const std::string& text) {
  std::string out(1000 + text.size(), '\0');
  std::string in = text;
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// What is said against it; empty if it is accepted.
std::string refusal(const std::string& contents) {
  const test::ScratchFile file{contents};
  std::size_t size = contents.size();
  try {
    size = read_initrd(file.path()).size();
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  CHECK(size == contents.size());
  return "";
}

}  // namespace

TEST_CASE("an archive lacks its end until its trailer is there", "[boot]") {
  const std::string whole = archive();
  for (std::size_t size = 6; size < whole.size() - 1; ++size) {
    CAPTURE(size);
    const bool trailer = whole.substr(0, size).find("TRAILER!!!") != std::string::npos;
    CHECK(refusal(whole.substr(0, size)).empty() == trailer);
  }
}

TEST_CASE("of archives one behind the other, plain and compressed, each must be whole", "[boot]") {
  const std::string first = archive() + std::string(100, '\0') + gzip(archive());
  const std::string whole = first + std::string(3, '\0') + gzip(archive());
  CHECK(refusal(whole).empty());
  CHECK(refusal(whole + std::string(512, '\0')).empty());
  for (std::size_t size = archive().size() + 101; size < whole.size(); ++size) {
    CAPTURE(size);
    const bool between = size >= first.size() && size <= first.size() + 3;
    CHECK(refusal(whole.substr(0, size)).empty() == between);
  }
}

TEST_CASE("what is wrong with an initial file system is told with its place", "[boot]") {
  const std::string first = archive();
  const std::string place = ", from byte " + std::to_string(first.size()) + " on): expected";
  const std::string cut = gzip(archive()).substr(0, 40);
  CHECK_THAT(refusal(first + cut), Contains("truncated or damaged (gzip" + place));
  CHECK_THAT(refusal(first + entry("a", "b").substr(0, 112)), Contains("(cpio" + place));
  CHECK_THAT(refusal(first + gzip(entry("a", "b"))),
             Contains("(gzip with cpio without its trailer" + place));
  CHECK_THAT(refusal(first + "more"), Contains("(no archive" + place));
  CHECK_THAT(refusal(first + "\x28\xB5\x2F\xFD"), Contains("(zstd" + place));
}

TEST_CASE("an archive begins at a multiple of four bytes", "[boot]") {
  CHECK(refusal(archive() + std::string(4, '\0') + archive()).empty());
  CHECK_THAT(refusal(archive() + std::string(2, '\0') + archive()), Contains("no archive"));
}

TEST_CASE("a boot configuration may be appended", "[boot]") {
  const std::string size_and_sum("\x04\0\0\0\0\0\0\0", 8);
  CHECK(refusal(archive() + "a=b\n" + size_and_sum + "#BOOTCONFIG\n").empty());
}

TEST_CASE("a number in an archive's header is eight hexadecimal digits", "[boot]") {
  constexpr std::size_t kFileSize = 54;
  for (const std::string wrong : {"zzzzzzzz", "0000000z", "-0000001", "0x000001", " 0000000"}) {
    CAPTURE(wrong);
    CHECK_THAT(refusal(archive().replace(kFileSize, 8, wrong)), Contains("(cpio, from byte 0 on)"));
  }
  CHECK(refusal(archive().replace(kFileSize, 8, "0000000b")).empty());
}

TEST_CASE("an archive of cpio's portable format, which Linux refuses, is refused", "[boot]") {
  const std::string old = "070707" + std::string(70, '0');
  const std::string why = "(070707), from byte 0 on: expected one as Linux reads it";
  CHECK_THAT(refusal(old), Contains(why));
  CHECK_THAT(refusal(gzip(old)), Contains(why));
}

TEST_CASE("what cannot be decompressed must be whole by its blocks, and what lies behind it, too",
          "[boot]") {
  // A stored block of four bytes.
  const std::string lz4{
      "\x04\x22\x4D\x18\x60\x40\x82\4\0\0\x80"
      "abcd\0\0\0\0",
      19};
  CHECK(refusal(lz4).empty());
  CHECK(refusal(lz4 + std::string(5, '\0') + archive()).empty());
  CHECK_THAT(refusal(lz4.substr(0, 14)), Contains("(lz4, from byte 0 on)"));
  CHECK_THAT(refusal(lz4 + "more"), Contains("(no archive, from byte 19 on)"));
}

TEST_CASE("what is no archive at all is the guest's affair", "[boot]") {
  CHECK(refusal("neither compressed nor an archive").empty());
  CHECK(refusal(std::string(1024, '\0') + "a disk's image").empty());
  CHECK(refusal(gzip("a disk's image")).empty());
  CHECK_THROWS_AS(read_initrd("/nowhere"), ConfigurationError);
}
