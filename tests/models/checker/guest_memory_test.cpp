// SPDX-License-Identifier: Apache-2.0
// Memory of the guest library as its `struct page`s describe it (sw/mm/page.hpp).
#include "models/checker/guest_memory.hpp"

#include <limits>

#include "tests/models/checker/fake_program.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kDram = 0x6000'0000;
constexpr std::uint32_t kMap = 0x8010'0000;
constexpr std::uint32_t kPages = 16;
constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();

/// Sixteen pages, of which the eight from `free` on are one free block.
struct Memory {
  explicit Memory(std::uint32_t free) {
    for (std::uint32_t i = 0; i < kPages; ++i) program.memory[kMap + 12 * i + 8] = 0;
    program.memory[kMap + 12 * free + 8] = 1U << 8 | 3;
    memory.set_map(kDram, kPages * 4096, kMap);
  }
  FakeProgram program;
  GuestMemory memory{program};
};

}  // namespace

TEST_CASE("guest's memory: every page of a free block is free", "[checker]") {
  const Memory m{8};
  CHECK(m.memory.unfit(kDram + 0x7000, 0x1000, 0) == nullptr);
  CHECK(m.memory.unfit(kDram + 0x7FFF, 2, 0) == std::string{"freed"});
  CHECK(m.memory.unfit(kDram + 0xFFFF, 1, 0) == std::string{"freed"});
}

TEST_CASE("guest's memory: no size is too large to be looked at", "[checker]") {
  const Memory m{0};
  CHECK(m.memory.unfit(kDram + 0x8000, kMost, 0) == nullptr);
  CHECK(m.memory.unfit(kDram, kMost, 0) == std::string{"freed"});
  CHECK(m.memory.same(kDram, kDram, kMost));
}

TEST_CASE("guest's memory: a page is found by its description, or not at all", "[checker]") {
  const Memory m{8};
  CHECK(m.memory.physical(kMap + 12 * 3, 0x10) == kDram + 0x3010);
  CHECK_FALSE(m.memory.physical(kMap + 4, 0));
  CHECK_FALSE(m.memory.physical(kMap + 12 * kPages, 0));
  CHECK_FALSE(m.memory.physical(kMap - 12, 0));
}
