// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/arena.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

struct ArenaBench {
  alignas(16) std::array<std::byte, 4096> memory{};
  guest::Arena arena{memory};
};

TEST_CASE_METHOD(ArenaBench, "arena: blocks are aligned and do not overlap", "[sw][arena]") {
  auto* const a = static_cast<std::byte*>(arena.allocate(1));
  auto* const b = static_cast<std::byte*>(arena.allocate(17));
  REQUIRE(a != nullptr);
  REQUIRE(b != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(a) % 16 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(b) % 16 == 0);
  CHECK(b >= a + 16);
}

TEST_CASE_METHOD(ArenaBench, "arena: what does not fit is refused and remembered", "[sw][arena]") {
  CHECK(arena.allocate(4096) == nullptr);
  CHECK(arena.exhausted());
  CHECK(arena.allocate(~std::size_t{0}) == nullptr);
  CHECK(arena.allocate(2000) != nullptr);
  arena.reset();
  CHECK_FALSE(arena.exhausted());
}

TEST_CASE_METHOD(ArenaBench, "arena: all of it is one block again when everything is released",
                 "[sw][arena]") {
  void* const a = arena.allocate(1000);
  void* const b = arena.allocate(1000);
  void* const c = arena.allocate(1000);
  arena.release(b);
  arena.release(a);
  arena.release(c);
  CHECK(arena.allocate(4000) != nullptr);
}

TEST_CASE_METHOD(ArenaBench, "arena: the last block grows in place beyond half of the memory",
                 "[sw][arena]") {
  void* const block = arena.allocate(64);
  CHECK(arena.reallocate(block, 4000) == block);
}

TEST_CASE_METHOD(ArenaBench, "arena: random use keeps every block's content", "[sw][arena]") {
  std::mt19937 random{7};
  std::map<std::byte*, std::pair<std::size_t, std::byte>> live;
  for (int i = 0; i < 20000; ++i) {
    const std::size_t size = random() % 400;
    auto it = live.empty()
                  ? live.end()
                  : std::next(live.begin(), static_cast<std::ptrdiff_t>(random() % live.size()));
    std::byte* block = nullptr;
    std::size_t kept = 0;
    std::byte old{};
    if (it != live.end() && random() % 2 == 0) {
      std::tie(kept, old) = it->second;
      CHECK(std::all_of(it->first, it->first + kept, [&](std::byte b) { return b == old; }));
      if (random() % 2 == 0) {
        arena.release(it->first);
        live.erase(it);
        continue;
      }
      block = static_cast<std::byte*>(arena.reallocate(it->first, size));
      if (block == nullptr) continue;
      live.erase(it);
      kept = std::min(kept, size);
      CHECK(std::all_of(block, block + kept, [&](std::byte b) { return b == old; }));
    } else {
      block = static_cast<std::byte*>(arena.allocate(size));
      if (block == nullptr) continue;
    }
    const auto fill = static_cast<std::byte>(random());
    std::fill_n(block, size, fill);
    live[block] = {size, fill};
  }
  for (const auto& [block, content] : live) arena.release(block);
  CHECK(arena.allocate(4000) != nullptr);
}

}  // namespace
