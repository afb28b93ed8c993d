// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace linefill::test {

using Bytes = std::vector<std::byte>;

/// A picture of random pixels, in a file format by stb_image_write: "png", "bmp" or "jpg".
struct PictureFile {
  std::string format;
  int width = 64;
  int height = 48;

  Bytes pixels() const;  ///< Red, green, blue.
  Bytes encode() const;
};

/// A file of the folder `pictures`.
Bytes stored_picture(const std::string& name);

}  // namespace linefill::test
