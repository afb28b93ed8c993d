// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/decoder.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/sw/image/picture_files.hpp"

namespace {

using linefill::test::Bytes;
using linefill::test::PictureFile;
using linefill::test::stored_picture;

/// A decoder with 64 MiB.
struct DecoderBench {
  std::string refuse(const Bytes& file) {
    guest::Photograph photograph;
    arena.reset();
    const char* const why = decode(file, arena, photograph);
    return why == nullptr ? "accepted" : why;
  }

  std::vector<std::byte> memory = std::vector<std::byte>(64 << 20);
  guest::Arena arena{memory};
};

/// One file of each kind that matters to the decoder.
std::vector<Bytes> samples() {
  return {PictureFile{"png"}.encode(), PictureFile{"bmp"}.encode(), PictureFile{"jpg"}.encode(),
          stored_picture("progressive.jpg"), stored_picture("plain.jpg")};
}

TEST_CASE_METHOD(DecoderBench, "lossless formats are decoded to the very pixels", "[sw][decode]") {
  for (const char* const format : {"png", "bmp"}) {
    CAPTURE(format);
    const PictureFile picture{format};
    guest::Photograph photograph;
    arena.reset();
    REQUIRE(decode(picture.encode(), arena, photograph) == nullptr);
    REQUIRE(photograph.width == 64);
    REQUIRE(photograph.height == 48);
    const Bytes wanted = picture.pixels();
    CHECK(std::equal(wanted.begin(), wanted.end(), photograph.rgb,
                     [](std::byte a, std::uint8_t b) { return a == std::byte{b}; }));
  }
}

TEST_CASE_METHOD(DecoderBench, "baseline, progressive, grey and subsampled JPEGs are accepted",
                 "[sw][decode]") {
  for (const char* const name : {"plain.jpg", "progressive.jpg", "grey.jpg", "subsampled.jpg"}) {
    CAPTURE(name);
    CHECK(refuse(stored_picture(name)) == "accepted");
  }
}

TEST_CASE_METHOD(DecoderBench, "a truncated picture is refused, wherever it is cut",
                 "[sw][decode]") {
  for (const Bytes& whole : samples()) {
    CHECK(refuse(whole) == "accepted");
    for (std::size_t cut : {whole.size() - 2, whole.size() - 20, whole.size() / 2, whole.size() / 5,
                            std::size_t{30}}) {
      CAPTURE(whole.size(), cut);
      CHECK(refuse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)}) ==
            "the file ends before the picture does");
    }
  }
}

TEST_CASE_METHOD(DecoderBench, "what is no picture is refused by name", "[sw][decode]") {
  CHECK(refuse({}) == "the file is empty");
  const std::string text = "This is a text, not a photograph.";
  const auto bytes = std::as_bytes(std::span{text});
  CHECK(refuse({bytes.begin(), bytes.end()}) == "neither a JPEG, nor a PNG, nor a BMP picture");
  CHECK(refuse({std::byte{0xFF}}) == "neither a JPEG, nor a PNG, nor a BMP picture");
}

TEST_CASE_METHOD(DecoderBench, "a JPEG whose Huffman table has too many codes is refused",
                 "[sw][decode]") {
  Bytes file = stored_picture("progressive.jpg");
  const std::array<std::byte, 2> marker{std::byte{0xFF}, std::byte{0xC4}};
  auto table = file.end();
  SECTION("in the first table") {
    table = std::search(file.begin(), file.end(), marker.begin(), marker.end());
  }
  SECTION("in the last, behind the first scans") {
    table = std::find_end(file.begin(), file.end(), marker.begin(), marker.end());
  }
  REQUIRE(table != file.end());
  std::fill_n(table + 5, 16, std::byte{17});  // 272 codes.
  CHECK(refuse(file) == "the picture is damaged");
}

TEST_CASE_METHOD(DecoderBench, "more than sixteen megapixels are refused", "[sw][decode]") {
  Bytes png = PictureFile{"png"}.encode();
  png[16 + 2] = std::byte{0x20};  // 8192 + ...
  png[16 + 4 + 2] = std::byte{0x20};
  CHECK(refuse(png) == "more than 16 megapixels");
}

TEST_CASE_METHOD(DecoderBench, "a picture that needs more memory than there is is refused",
                 "[sw][decode]") {
  const Bytes png = PictureFile{"png"}.encode();
  guest::Photograph photograph;
  guest::Arena small{std::span{memory}.first(8192)};
  CHECK(std::string{decode(png, small, photograph)} == "too little memory to decode it");
}

TEST_CASE_METHOD(DecoderBench, "damaged pictures never crash, hang or leave the arena",
                 "[sw][decode]") {
  for (const Bytes& whole : samples()) {
    std::mt19937 random{3};
    for (int i = 0; i < 200; ++i) {
      Bytes damaged = whole;
      for (int k = 0; k < 5; ++k)
        damaged[random() % damaged.size()] = static_cast<std::byte>(random());
      CHECK_FALSE(refuse(damaged).empty());
    }
  }
}

}  // namespace
