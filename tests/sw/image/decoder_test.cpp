// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/decoder.hpp"

#include <stdlib.h>  // mkdtemp

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using Bytes = std::vector<std::byte>;

/// Pictures made by ImageMagick, decoded in 64 MiB.
struct DecoderBench {
  DecoderBench() {
    std::string pattern = std::filesystem::temp_directory_path() / "linefill-decoder-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
  }
  ~DecoderBench() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  DecoderBench(const DecoderBench&) = delete;
  DecoderBench& operator=(const DecoderBench&) = delete;

  static Bytes load(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    const std::vector<char> text{std::istreambuf_iterator<char>{in}, {}};
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
  }
  /// 64x48 pixels of noise by pbm, converted to the format of the name's ending.
  Bytes make(const std::string& name, const std::string& options = "") const {
    std::ofstream out{folder + "/in.ppm", std::ios::binary};
    out << "P6 64 48 255\n";
    std::mt19937 random{1};
    for (int i = 0; i < 64 * 48 * 3; ++i) out.put(static_cast<char>(random()));
    out.close();
    const std::string command = "convert " + folder + "/in.ppm " + options + " " + folder + "/" + name;
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(cert-env33-c)
    return load(folder + "/" + name);
  }
  std::string refuse(const Bytes& file) {
    guest::Photograph photograph;
    arena.reset();
    const char* const why = decode(file, arena, photograph);
    return why == nullptr ? "accepted" : why;
  }

  std::string folder;
  std::vector<std::byte> memory = std::vector<std::byte>(64 << 20);
  guest::Arena arena{memory};
};

TEST_CASE_METHOD(DecoderBench, "lossless formats are decoded to the very pixels", "[sw][decode]") {
  for (const char* const name : {"a.png", "a.bmp", "PNG8:a8.png"}) {
    CAPTURE(name);
    guest::Photograph photograph;
    arena.reset();
    const Bytes file = make(std::string{name}.substr(0, 5) == "PNG8:" ? "a8.png" : name);
    REQUIRE(decode(file, arena, photograph) == nullptr);
    REQUIRE(photograph.width == 64);
    REQUIRE(photograph.height == 48);
    std::mt19937 random{1};
    for (int i = 0; i < 64 * 48 * 3; ++i) REQUIRE(photograph.rgb[i] == static_cast<std::uint8_t>(random()));
  }
}

TEST_CASE_METHOD(DecoderBench, "baseline, progressive, grey and subsampled JPEGs are accepted",
                 "[sw][decode]") {
  for (const char* const options :
       {"-quality 90", "-interlace Plane", "-colorspace Gray", "-sampling-factor 4:2:0"}) {
    CAPTURE(options);
    CHECK(refuse(make("a.jpg", options)) == "accepted");
  }
}

TEST_CASE_METHOD(DecoderBench, "a truncated picture is refused, wherever it is cut", "[sw][decode]") {
  for (const std::string name : {"a.jpg", "p.jpg", "a.png", "a.bmp"}) {
    const Bytes whole = make(name, name == "p.jpg" ? "-interlace Plane" : "-quality 90");
    CHECK(refuse(whole) == "accepted");
    for (std::size_t cut :
         {whole.size() - 2, whole.size() - 20, whole.size() / 2, whole.size() / 5, std::size_t{30}}) {
      CAPTURE(name, whole.size(), cut);
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

TEST_CASE_METHOD(DecoderBench, "more than sixteen megapixels are refused", "[sw][decode]") {
  Bytes png = make("a.png");
  png[16 + 2] = std::byte{0x20};  // 8192 + ...
  png[16 + 4 + 2] = std::byte{0x20};
  CHECK(refuse(png) == "more than 16 megapixels");
}

TEST_CASE_METHOD(DecoderBench, "a picture that needs more memory than there is is refused", "[sw][decode]") {
  const Bytes png = make("a.png");
  guest::Photograph photograph;
  guest::Arena small{std::span{memory}.first(8192)};
  CHECK(std::string{decode(png, small, photograph)} == "too little memory to decode it");
}

TEST_CASE_METHOD(DecoderBench, "damaged pictures never crash, hang or leave the arena", "[sw][decode]") {
  for (const std::string name : {"a.jpg", "p.jpg", "a.png", "a.bmp"}) {
    const Bytes whole = make(name, name == "p.jpg" ? "-interlace Plane" : "-quality 90");
    std::mt19937 random{3};
    for (int i = 0; i < 200; ++i) {
      Bytes damaged = whole;
      for (int k = 0; k < 5; ++k) damaged[random() % damaged.size()] = static_cast<std::byte>(random());
      CHECK_FALSE(refuse(damaged).empty());
    }
  }
}

}  // namespace
