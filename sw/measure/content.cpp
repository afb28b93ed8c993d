// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/content.hpp"

namespace guest {
namespace {

constexpr std::size_t kWordBytes = sizeof(std::uint32_t);

/// The word at `index` of the content. Neighbours have nothing in common.
constexpr std::uint32_t word_at(std::uint32_t seed, std::uint32_t index) {
  std::uint32_t x = (index + seed) * 0x9E37'79B1U;
  x = (x ^ x >> 15) * 0x85EB'CA6BU;
  return x ^ x >> 13 ^ seed;
}

std::uint32_t load(const std::byte* at, std::size_t size) {
  std::uint32_t word = 0;
  __builtin_memcpy(&word, at, size);
  return word;
}

/// Calls `use(at, size, index)` for each word, and for what is left.
template <class Byte, class Use>
void each_word(std::span<Byte> bytes, Use&& use) {
  std::uint32_t index = 0;
  std::size_t at = 0;
  for (; at + kWordBytes <= bytes.size(); at += kWordBytes)
    use(bytes.data() + at, kWordBytes, index++);
  if (at != bytes.size()) use(bytes.data() + at, bytes.size() - at, index);
}

}  // namespace

void fill_content(std::span<std::byte> bytes, std::uint32_t seed) {
  each_word(bytes, [seed](std::byte* at, std::size_t size, std::uint32_t index) {
    const std::uint32_t word = word_at(seed, index);
    __builtin_memcpy(at, &word, size);
  });
}

std::size_t wrong_content(std::span<const std::byte> bytes, std::uint32_t seed) {
  std::size_t wrong = 0;
  each_word(bytes, [&](const std::byte* at, std::size_t size, std::uint32_t index) {
    std::uint32_t difference = load(at, size) ^ word_at(seed, index);
    for (std::size_t i = 0; difference != 0 && i < size; ++i, difference >>= 8)
      wrong += (difference & 0xFF) != 0 ? 1U : 0U;
  });
  return wrong;
}

std::uint32_t hash_of(std::span<const std::byte> bytes) {
  std::uint32_t hash = 0x811C'9DC5;
  each_word(bytes, [&](const std::byte* at, std::size_t size, std::uint32_t /*index*/) {
    hash = (hash ^ load(at, size)) * 0x0100'0193;
    hash ^= hash >> 16;
  });
  return hash;
}

}  // namespace guest
