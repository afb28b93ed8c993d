// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/content.hpp"

namespace guest {
namespace {

/// The byte at `index` of the content.
constexpr std::byte content_at(std::uint32_t seed, std::size_t index) {
  std::uint32_t x = (static_cast<std::uint32_t>(index) + seed) * 0x9E37'79B1U;
  x ^= x >> 15;
  return static_cast<std::byte>((x ^ seed) & 0xFF);
}

}  // namespace

void fill_content(std::span<std::byte> bytes, std::uint32_t seed) {
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = content_at(seed, i);
}

std::size_t wrong_content(std::span<const std::byte> bytes, std::uint32_t seed) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) wrong += bytes[i] != content_at(seed, i) ? 1U : 0U;
  return wrong;
}

std::uint32_t hash_of(std::span<const std::byte> bytes) {
  std::uint32_t hash = 0x811C'9DC5;
  for (const std::byte b : bytes) hash = (hash ^ std::to_integer<std::uint32_t>(b)) * 0x0100'0193;
  return hash;
}

}  // namespace guest
