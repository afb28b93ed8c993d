// SPDX-License-Identifier: Apache-2.0
#include "models/core/store_origins.hpp"

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

namespace {

constexpr ByteMask kAll = ~ByteMask{0};

/// What StoreOrigins stands for: an entry for each byte.
struct Plain {
  std::array<StoreOrigin, kLineBytes> origin{};
  ByteMask known = 0;  ///< The bytes that matter.

  void set(ByteMask bytes, StoreOrigin by) {
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if ((bytes >> b & 1U) != 0) origin[b] = by;
    }
    known |= bytes;
  }
  void take(ByteMask bytes, const Plain& other) {
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if ((bytes >> b & 1U) != 0) origin[b] = other.origin[b];
    }
    known |= bytes;
  }
};

std::uint64_t seed() {
  const char* given = std::getenv("LINEFILL_SEED");
  const std::uint64_t value =
      given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
  std::cout << "LINEFILL_SEED=" << value << "\n";
  return value;
}

}  // namespace

TEST_CASE("store origins: bytes that matter keep the stores they are from", "[core]") {
  std::mt19937_64 random{seed()};
  /// Below `n`; 0: of 32 bits.
  const auto pick = [&](std::uint32_t n) {
    const auto value = static_cast<std::uint32_t>(random());
    return n == 0 ? value : value % n;
  };
  std::array<StoreOrigins, 2> compact;
  std::array<Plain, 2> plain;
  for (int step = 0; step < 200'000; ++step) {
    const unsigned which = pick(2);
    const ByteMask bytes = pick(0) >> pick(32);
    const StoreOrigin by{pick(4), pick(4)};
    Plain& p = plain[which];
    switch (pick(8)) {
      case 0:  // Written down: nothing matters any more.
        p.known &= bytes;
        break;
      case 1:
        p.known = 0;
        break;
      case 2:
      case 3: {
        const ByteMask taken = bytes & plain[1 - which].known;
        if (taken == 0) break;
        compact[which].take(taken, compact[1 - which], p.known);
        p.take(taken, plain[1 - which]);
        break;
      }
      default:
        if (bytes == 0) break;
        compact[which].set(bytes, by, p.known);
        p.set(bytes, by);
    }
    ByteMask older = 0;
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if ((p.known >> b & 1U) == 0) continue;
      CAPTURE(step, which, b);
      REQUIRE(compact[which][b] == p.origin[b]);
      if (p.origin[b].epoch < by.epoch) older |= 1U << b;
    }
    REQUIRE(compact[which].older(p.known, by.epoch) == older);
  }
}

TEST_CASE("store origins: a copy of a line of many stores is one of its own", "[core]") {
  StoreOrigins a;
  for (unsigned b = 0; b < kLineBytes; ++b) a.set(1U << b, {b, b}, kAll);
  const StoreOrigins copy = a;
  a.set(1, {99, 99}, kAll);
  CHECK(a[0] == StoreOrigin{99, 99});
  CHECK(copy[0] == StoreOrigin{0, 0});
  CHECK(copy[31] == StoreOrigin{31, 31});
}
