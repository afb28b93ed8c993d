// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/content.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "tests/support/catch.hpp"

using namespace guest;

TEST_CASE("content is told from another seed's, and from its own a byte or a line away",
          "[sw][measure]") {
  std::array<std::byte, 4096 + 32> bytes{};
  const std::span all{bytes};
  fill_content(all, 7);
  CHECK(wrong_content(all, 7) == 0);
  CHECK(wrong_content(all, 8) > 4000);
  CHECK(wrong_content(all.subspan(1), 7) > 4000);
  CHECK(wrong_content(all.subspan(32), 7) > 4000);
  bytes[100] ^= std::byte{1};
  CHECK(wrong_content(all, 7) == 1);
}

TEST_CASE("each bit of the bytes changes the hash, and so does their order", "[sw][measure]") {
  std::array<std::byte, 67> bytes{};
  fill_content(bytes, 3);
  std::set<std::uint32_t> hashes{hash_of(bytes)};
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto changed = bytes;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    CHECK(hashes.insert(hash_of(changed)).second);
  }
  std::rotate(bytes.begin(), bytes.begin() + 4, bytes.begin() + 8);
  CHECK(hashes.insert(hash_of(bytes)).second);
}

TEST_CASE("random numbers repeat with their seed, and stay below their bound", "[sw][measure]") {
  Random one{1};
  Random other{1};
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t number = one.below(10);
    CHECK(number < 10);
    CHECK(number == other.below(10));
  }
}
