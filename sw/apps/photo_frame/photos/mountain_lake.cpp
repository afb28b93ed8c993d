// SPDX-License-Identifier: CC0-1.0
// Renders the bundled photograph: a mountain lake in the evening, 1600x1200, as a PPM on the
// standard output.
//   g++ -std=c++20 -O2 mountain_lake.cpp -o mountain_lake && ./mountain_lake | convert - -quality
//   90 > mountain-lake.jpg
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace {

struct Vector {
  double x = 0, y = 0, z = 0;
};
Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vector operator*(Vector a, double s) { return {a.x * s, a.y * s, a.z * s}; }
double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vector unit(Vector a) { return a * (1 / std::sqrt(dot(a, a))); }
Vector mix(Vector a, Vector b, double t) { return a * (1 - t) + b * t; }
double step(double low, double high, double x) {
  const double t = std::clamp((x - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

double lattice(std::int64_t x, std::int64_t z) {
  auto h = static_cast<std::uint64_t>(x) * 0x9E3779B97F4A7C15U ^
           static_cast<std::uint64_t>(z) * 0xC2B2AE3D27D4EB4FU;
  h = (h ^ h >> 29) * 0xBF58476D1CE4E5B9U;
  return static_cast<double>((h ^ h >> 32) & 0xFFFFFF) / 0x1000000;
}
double noise(double x, double z) {
  const double fx = std::floor(x);
  const double fz = std::floor(z);
  const auto ix = static_cast<std::int64_t>(fx);
  const auto iz = static_cast<std::int64_t>(fz);
  const double u = step(0, 1, x - fx);
  const double v = step(0, 1, z - fz);
  return std::lerp(std::lerp(lattice(ix, iz), lattice(ix + 1, iz), u),
                   std::lerp(lattice(ix, iz + 1), lattice(ix + 1, iz + 1), u), v);
}
double octaves(double x, double z, int count) {
  double sum = 0;
  double weight = 0.5;
  for (int i = 0; i < count; ++i, weight *= 0.5) {
    sum += weight * noise(x, z);
    const double turned = 1.6 * x - 1.2 * z;
    z = 1.2 * x + 1.6 * z;
    x = turned;
  }
  return sum;
}

constexpr Vector kSun{-0.85, 0.42, 0.25};
constexpr double kFar = 60;

/// The ground's height in kilometres; the lake is at 0, in front of the viewer.
double ground(double x, double z, int detail) {
  const double ridge =
      std::max(1 - 3 * std::abs(2 * octaves(0.11 * x + 7.3, 0.11 * z + 2.1, 3) - 0.95), 0.0);
  const double basin = step(2.2, 13, std::hypot(0.9 * x - 0.5, 0.75 * (z - 1.5)));
  const double rough = octaves(0.7 * x, 0.7 * z, detail) - 0.45;
  return -0.22 + basin * (3.4 * ridge * std::sqrt(ridge) + 0.25) +
         rough * (0.12 + basin * (0.5 + 1.5 * ridge));
}

Vector sky(Vector direction) {
  const double up = std::max(direction.y, 0.0);
  Vector colour = mix({0.98, 0.72, 0.48}, {0.16, 0.33, 0.62}, std::pow(up, 0.45));
  const double sun = std::max(dot(direction, unit(kSun)), 0.0);
  colour = colour + Vector{1, 0.65, 0.3} * (0.5 * std::pow(sun, 12) + 2 * std::pow(sun, 900));
  if (up > 0.01) {
    const double cloud =
        octaves(1.2 * direction.x / (up + 0.08) + 3, 2.2 * direction.z / (up + 0.08), 7);
    colour = mix(colour, {1, 0.88, 0.8}, 0.8 * step(0.5, 0.72, cloud) * step(0.01, 0.2, up));
  }
  return colour;
}

/// Where a ray meets the ground, or kFar.
double meet(Vector from, Vector direction, double limit) {
  double t = 0.02;
  for (int i = 0; i < 500 && t < limit; ++i) {
    const Vector p = from + direction * t;
    const double above = p.y - ground(p.x, p.z, t < 8 ? 10 : 8);
    if (above < 0.0004 * t) return t;
    if (p.y > 6 && direction.y > 0) break;
    t += 0.3 * above + 0.0012 * t;
  }
  return kFar;
}

Vector ground_colour(Vector p, double distance) {
  const double e = 0.0008 * distance + 0.0005;
  const double here = ground(p.x, p.z, 13);
  const Vector normal = unit({here - ground(p.x + e, p.z, 13), e, here - ground(p.x, p.z + e, 13)});
  const double grain = octaves(60 * p.x, 60 * p.z, 6);
  const double trees = octaves(220 * p.x, 220 * p.z, 4);
  Vector colour = mix({0.30, 0.27, 0.25}, {0.52, 0.46, 0.42}, grain);
  const double green = step(0.62, 0.8, normal.y) * (1 - step(0.7, 1.5, p.y + 0.4 * grain));
  colour = mix(colour, mix({0.05, 0.10, 0.03}, {0.26, 0.30, 0.09}, trees), green);
  colour = mix(colour, {0.62, 0.55, 0.42}, (1 - step(0.008, 0.03, p.y + 0.02 * grain)) * 0.9);
  const double snow = step(1.5, 2.1, p.y + 0.8 * (grain - 0.5)) * step(0.45, 0.7, normal.y);
  colour = mix(colour, {0.95, 0.96, 1.0}, snow);
  const Vector sun = unit(kSun);
  double light = std::max(dot(normal, sun), 0.0);
  if (light > 0 && meet(p + normal * 0.01, sun, 9) < kFar) light = 0;
  const Vector lit =
      Vector{1.55, 1.15, 0.80} * light + Vector{0.22, 0.30, 0.42} * (0.5 + 0.5 * normal.y);
  return {colour.x * lit.x, colour.y * lit.y, colour.z * lit.z};
}

Vector haze(Vector colour, Vector direction, double distance) {
  return mix(colour, sky({direction.x, std::abs(direction.y) * 0.3, direction.z}),
             1 - std::exp(-0.017 * distance));
}

Vector trace(Vector from, Vector direction, bool mirrored) {
  const double water = direction.y < 0 ? -from.y / direction.y : kFar;
  const double t = meet(from, direction, std::min(water, kFar));
  if (t < std::min(water, kFar)) {
    return haze(ground_colour(from + direction * t, t), direction, t);
  }
  if (water >= kFar || mirrored) return sky(direction);
  const Vector p = from + direction * water;
  const double wave = 0.05 / (1 + 0.25 * water);
  const double dx = octaves(70 * p.x, 25 * p.z, 5) - 0.5;
  const double dz = octaves(70 * p.x + 31, 25 * p.z + 17, 5) - 0.5;
  const Vector normal = unit({wave * dx, 1, wave * dz});
  Vector up = unit(direction + normal * (-2 * dot(direction, normal)));
  up.y = std::abs(up.y);
  const double fresnel = 0.06 + 0.94 * std::pow(1 - std::max(-dot(direction, normal), 0.0), 4);
  return haze(mix({0.02, 0.07, 0.09}, trace(p + Vector{0, 0.001, 0}, up, true), fresnel), direction,
              0.4 * water);
}

int byte(double linear) {
  return static_cast<int>(255 * std::pow(std::clamp(linear, 0.0, 1.0), 1 / 1.6) + 0.5);
}

}  // namespace

int main() {
  constexpr int kWidth = 1600;
  constexpr int kHeight = 1200;
  constexpr double kSamples[]{-0.25, 0.25};
  std::printf("P6 %d %d 255\n", kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      Vector sum;
      for (const double s : kSamples) {
        const Vector direction{(x + 0.5 + s - kWidth / 2.0) / kWidth * 0.80,
                               (kHeight * 0.58 - y - 0.5 + s) / kWidth * 0.80, 1};
        sum = sum + trace({0.2, 0.11, -1.0}, unit(direction), false);
      }
      for (const double c : {sum.x, sum.y, sum.z}) std::putchar(byte(0.62 * c));
    }
  }
}
