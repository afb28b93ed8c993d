// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/content.hpp"

#include <array>
#include <cstring>

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

TEST_CASE("the hash is FNV-1a of 32 bits", "[sw][measure]") {
  // The test vectors of its authors (isthe.com/chongo/tech/comp/fnv).
  CHECK(hash_of({}) == 0x811C9DC5);
  std::array<std::byte, 6> text{};
  std::memcpy(text.data(), "foobar", text.size());
  CHECK(hash_of(text) == 0xBF9CF968);
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
