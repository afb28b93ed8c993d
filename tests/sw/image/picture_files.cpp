// SPDX-License-Identifier: Apache-2.0
#include "tests/sw/image/picture_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <span>
#include <stdexcept>

#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

namespace linefill::test {

namespace {

void append(void* to, void* data, int size) {
  const std::span part{static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
  auto& bytes = *static_cast<Bytes*>(to);
  bytes.insert(bytes.end(), part.begin(), part.end());
}

}  // namespace

Bytes PictureFile::pixels() const {
  std::mt19937 random{1};
  Bytes bytes(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::byte>(random()); });
  return bytes;
}

Bytes PictureFile::encode() const {
  Bytes file;
  const Bytes rgb = pixels();
  if (format == "png") {
    stbi_write_png_to_func(append, &file, width, height, 3, rgb.data(), 3 * width);
  } else if (format == "bmp") {
    stbi_write_bmp_to_func(append, &file, width, height, 3, rgb.data());
  } else {
    constexpr int kQuality = 90;
    stbi_write_jpg_to_func(append, &file, width, height, 3, rgb.data(), kQuality);
  }
  return file;
}

Bytes stored_picture(const std::string& name) {
  std::ifstream in{LINEFILL_PICTURES "/" + name, std::ios::binary};
  if (!in) throw std::runtime_error{"no picture " + name};
  const std::vector<char> text{std::istreambuf_iterator<char>{in}, {}};
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

}  // namespace linefill::test
