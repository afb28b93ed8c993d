// SPDX-License-Identifier: Apache-2.0
#include "models/display/png.hpp"

#include <png.h>

#include <stdexcept>

namespace linefill {

namespace {

/// libpng's description of an image, freed with its owner.
class PngImage {
 public:
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&image); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;

  [[noreturn]] void fail(const std::string& path) const {
    throw std::runtime_error{path + ": " + static_cast<const char*>(image.message)};
  }

  png_image image{};
};

}  // namespace

void write_png(const std::string& path, const Image& image) {
  if (image.empty()) throw std::runtime_error{path + ": there is no picture to write"};
  PngImage png;
  png.image.width = image.width;
  png.image.height = image.height;
  png.image.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&png.image, path.c_str(), 0, image.rgb.data(), 0, nullptr) == 0)
    png.fail(path);
}

Image read_png(const std::string& path) {
  PngImage png;
  if (png_image_begin_read_from_file(&png.image, path.c_str()) == 0) png.fail(path);
  png.image.format = PNG_FORMAT_RGB;
  Image image{png.image.width, png.image.height, {}};
  image.rgb.resize(std::size_t{3} * image.width * image.height);
  if (png_image_finish_read(&png.image, nullptr, image.rgb.data(), 0, nullptr) == 0) png.fail(path);
  return image;
}

}  // namespace linefill
