// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/scale.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using guest::fit;
using guest::Photograph;
using guest::Size;
using guest::Surface;

constexpr Size kFrame{640, 480};

struct Picture {
  Picture(std::uint32_t w, std::uint32_t h, unsigned seed)
      : width{w}, height{h}, bytes(std::size_t{w} * h * 3) {
    std::mt19937 random{seed};
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
  }
  Photograph photograph() const { return {bytes.data(), width, height}; }
  double channel(std::uint32_t x, std::uint32_t y, unsigned c) const {
    return bytes[(std::size_t{y} * width + x) * 3 + c];
  }

  std::uint32_t width;
  std::uint32_t height;
  std::vector<std::uint8_t> bytes;
};

struct Screen {
  std::vector<std::uint32_t> pixels = std::vector<std::uint32_t>(640 * 480, 0x123456);
  Surface surface{pixels.data(), 640, 480};
  std::uint32_t at(std::uint32_t x, std::uint32_t y) const {
    return pixels[std::size_t{y} * 640 + x];
  }
};

/// The mean over a rectangle, straight from its definition.
double area_average(const Picture& p, Size to, std::uint32_t x, std::uint32_t y, unsigned channel) {
  const double x0 = double{x * 1.0} * p.width / to.width;
  const double x1 = (x + 1.0) * p.width / to.width;
  const double y0 = double{y * 1.0} * p.height / to.height;
  const double y1 = (y + 1.0) * p.height / to.height;
  double sum = 0;
  for (auto j = static_cast<std::uint32_t>(y0); j < p.height && j < y1; ++j) {
    const double wy = std::min(y1, j + 1.0) - std::max(y0, double(j));
    for (auto i = static_cast<std::uint32_t>(x0); i < p.width && i < x1; ++i) {
      sum += wy * (std::min(x1, i + 1.0) - std::max(x0, double(i))) * p.channel(i, j, channel);
    }
  }
  return sum / ((x1 - x0) * (y1 - y0));
}

TEST_CASE("a photograph no larger than the frame keeps its size", "[sw][scale]") {
  CHECK(fit({640, 480}, kFrame) == Size{640, 480});
  CHECK(fit({1, 1}, kFrame) == Size{1, 1});
  CHECK(fit({10, 480}, kFrame) == Size{10, 480});
}

TEST_CASE("a larger photograph touches the frame and keeps its aspect", "[sw][scale]") {
  CHECK(fit({1600, 1200}, kFrame) == Size{640, 480});
  CHECK(fit({4608, 3456}, kFrame) == Size{640, 480});
  CHECK(fit({1920, 1080}, kFrame) == Size{640, 360});
  CHECK(fit({1080, 1920}, kFrame) == Size{270, 480});
  CHECK(fit({3000, 2000}, kFrame) == Size{640, 427});
  CHECK(fit({641, 480}, kFrame) == Size{640, 479});
}

TEST_CASE("an extremely long photograph keeps one pixel of the other side", "[sw][scale]") {
  CHECK(fit({1U << 24, 1}, kFrame) == Size{640, 1});
  CHECK(fit({1, 1U << 24}, kFrame) == Size{1, 480});
}

TEST_CASE("a photograph of the frame's size is copied pixel for pixel", "[sw][scale]") {
  const Picture picture{640, 480, 1};
  const Screen screen;
  draw_photograph(picture.photograph(), screen.surface);
  for (std::size_t i = 0; i < screen.pixels.size(); ++i) {
    const auto* const p = &picture.bytes[i * 3];
    REQUIRE(screen.pixels[i] == static_cast<std::uint32_t>(p[0] << 16 | p[1] << 8 | p[2]));
  }
}

TEST_CASE("a small photograph is centred on black", "[sw][scale]") {
  const Picture picture{3, 2, 2};
  const Screen screen;
  draw_photograph(picture.photograph(), screen.surface);
  CHECK(std::count(screen.pixels.begin(), screen.pixels.end(), 0U) == 640 * 480 - 6);
  const auto* const p = picture.bytes.data();
  CHECK(screen.at(318, 239) == static_cast<std::uint32_t>(p[0] << 16 | p[1] << 8 | p[2]));
}

TEST_CASE("a large photograph is reduced by area average", "[sw][scale]") {
  const auto [width, height] = GENERATE(table<std::uint32_t, std::uint32_t>({{1600, 1200},
                                                                             {1280, 960},
                                                                             {641, 481},
                                                                             {999, 333},
                                                                             {700, 1999},
                                                                             {20'000, 3},
                                                                             {2, 9000},
                                                                             {1919, 1079}}));
  CAPTURE(width, height);
  const Picture picture{width, height, width};
  const Size size = fit({width, height}, kFrame);
  const Screen screen;
  draw_photograph(picture.photograph(), screen.surface);
  const std::uint32_t left = (640 - size.width) / 2;
  const std::uint32_t top = (480 - size.height) / 2;
  double worst = 0;
  for (std::uint32_t y = 0; y < size.height; y += 1 + y % 7) {
    for (std::uint32_t x = 0; x < size.width; x += 1 + x % 5) {
      const std::uint32_t pixel = screen.at(left + x, top + y);
      for (unsigned c = 0; c < 3; ++c) {
        const double is = pixel >> (16 - 8 * c) & 0xFF;
        worst = std::max(worst, std::abs(is - area_average(picture, size, x, y, c)));
      }
    }
  }
  CHECK(worst <= 0.5 + 1e-6);
}

TEST_CASE("sixteen white megapixels stay white", "[sw][scale]") {
  Picture picture{4096, 4096, 3};
  std::fill(picture.bytes.begin(), picture.bytes.end(), std::uint8_t{255});
  const Screen screen;
  draw_photograph(picture.photograph(), screen.surface);
  CHECK(std::count(screen.pixels.begin(), screen.pixels.end(), 0xFFFFFFU) == 480 * 480);
  CHECK(std::count(screen.pixels.begin(), screen.pixels.end(), 0U) == 160 * 480);
}

}  // namespace
