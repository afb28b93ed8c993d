// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace linefill {

/// A picture: rows from the top, three bytes a pixel: red, green, blue.
struct Image {
  unsigned width = 0;
  unsigned height = 0;
  std::vector<std::uint8_t> rgb;

  bool empty() const { return rgb.empty(); }
  friend bool operator==(const Image&, const Image&) = default;
};

/// A device that shows a picture. The platform finds it with a dynamic_cast from `Device`.
class Display {
 public:
  /// The last frame that was shown completely, as it came over the bus; empty if there was none
  /// yet.
  virtual const Image& last_frame() const = 0;
  /// How many frames were shown completely.
  virtual std::uint64_t frames() const = 0;
  /// Whether the panel has power and is driven.
  virtual bool on() const = 0;

 protected:
  ~Display() = default;
};

}  // namespace linefill
