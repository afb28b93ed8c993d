// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/page.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "sw/arch/host/machine.hpp"
#include "sw/mm/remap.hpp"
#include "tests/support/catch.hpp"

using namespace guest;

namespace {

/// 256 pages of DRAM, all free, on a machine that has more.
struct Pages {
  static constexpr std::size_t kPages = 256;
  Pages() {
    page_init(HostMachine::instance().dram(), HostMachine::kDramStart, kPages * kPageBytes,
              map.data());
    page_release(HostMachine::kDramStart, kPages * kPageBytes);
  }
  std::vector<page> map{std::vector<page>(kPages)};
};

}  // namespace

TEST_CASE_METHOD(Pages, "addresses of the linear map convert both ways", "[sw][mm]") {
  page* p = alloc_pages(GFP_KERNEL, 0);
  REQUIRE(p != nullptr);
  CHECK(virt_to_page(page_address(p)) == p);
  CHECK(phys_to_page(page_to_phys(p)) == p);
  CHECK(virt_to_phys(page_address(p)) == page_to_phys(p));
  CHECK(virt_addr_valid(page_address(p)));
  CHECK_FALSE(virt_addr_valid(&p));
}

TEST_CASE_METHOD(Pages, "a block is aligned to its size", "[sw][mm]") {
  REQUIRE(alloc_pages(GFP_KERNEL, 0) != nullptr);
  for (unsigned order = 0; order < 7; ++order) {
    page* p = alloc_pages(GFP_KERNEL, order);
    REQUIRE(p != nullptr);
    CHECK(page_to_phys(p) % (kPageBytes << order) == 0);
  }
}

TEST_CASE_METHOD(Pages, "all pages can be taken, and given back as one block", "[sw][mm]") {
  std::vector<page*> taken;
  while (page* p = alloc_pages(GFP_KERNEL, 0)) taken.push_back(p);
  CHECK(taken.size() == kPages);
  CHECK(free_page_count() == 0);
  for (page* p : taken) __free_pages(p, 0);
  CHECK(free_page_count() == kPages);
  CHECK(alloc_pages(GFP_KERNEL, 8) != nullptr);
}

TEST_CASE("an order is the smallest that holds a size, however large that is", "[sw][mm]") {
  CHECK(get_order(1) == 0);
  CHECK(get_order(kPageBytes) == 0);
  CHECK(get_order(kPageBytes + 1) == 1);
  CHECK(get_order(0x1'0000) == 4);
  CHECK(get_order(~std::size_t{0}) == 8 * sizeof(std::size_t) - kPageShift);
}

TEST_CASE_METHOD(Pages, "pages beyond the exact size stay free", "[sw][mm]") {
  void* bytes = alloc_pages_exact(5 * kPageBytes + 1, GFP_KERNEL);
  REQUIRE(bytes != nullptr);
  CHECK(free_page_count() == kPages - 6);
  free_pages_exact(bytes, 5 * kPageBytes + 1);
  CHECK(alloc_pages(GFP_KERNEL, 8) != nullptr);
}

TEST_CASE_METHOD(Pages, "zeroed pages are zero", "[sw][mm]") {
  page* p = alloc_pages(GFP_KERNEL, 0);
  std::memset(page_address(p), 0xEE, kPageBytes);
  __free_pages(p, 0);
  page* again = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
  const auto* bytes = static_cast<const unsigned char*>(page_address(again));
  for (std::size_t i = 0; i < kPageBytes; ++i) REQUIRE(bytes[i] == 0);
}

TEST_CASE_METHOD(Pages, "no page is ever given out twice", "[sw][mm]") {
  constexpr unsigned kSeed = 7;
  std::mt19937 random{kSeed};
  std::vector<bool> used(kPages);
  std::vector<std::pair<page*, unsigned>> blocks;
  for (unsigned i = 0; i < 20000; ++i) {
    if (random() % 2 == 0) {
      const auto order = static_cast<unsigned>(random() % 5);
      page* p = alloc_pages(GFP_KERNEL, order);
      if (p == nullptr) continue;
      for (std::size_t k = 0; k < std::size_t{1} << order; ++k) {
        const auto index = static_cast<std::size_t>(p - map.data()) + k;
        REQUIRE_FALSE(used.at(index));
        used[index] = true;
      }
      blocks.emplace_back(p, order);
    } else if (!blocks.empty()) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const auto [p, order] = blocks.back();
      blocks.pop_back();
      for (std::size_t k = 0; k < std::size_t{1} << order; ++k)
        used[static_cast<std::size_t>(p - map.data()) + k] = false;
      __free_pages(p, order);
    }
  }
  CHECK(free_page_count() == static_cast<std::size_t>(std::count(used.begin(), used.end(), false)));
}

TEST_CASE_METHOD(Pages, "remapped pages are the same memory at another address", "[sw][mm]") {
  auto* bytes = static_cast<std::byte*>(alloc_pages_exact(2 * kPageBytes, GFP_KERNEL));
  auto* alias = static_cast<std::byte*>(
      remap_pages(virt_to_phys(bytes), 2 * kPageBytes, MemoryType::kBufferable));
  REQUIRE(alias != nullptr);
  CHECK(is_remapped(alias));
  CHECK_FALSE(is_remapped(bytes));
  alias[kPageBytes + 5] = std::byte{0x5A};
  CHECK(bytes[kPageBytes + 5] == std::byte{0x5A});
  unremap_pages(alias, 2 * kPageBytes);
}

TEST_CASE_METHOD(Pages, "the window of remapped pages is used again", "[sw][mm]") {
  void* bytes = alloc_pages_exact(kPageBytes, GFP_KERNEL);
  void* first = remap_pages(virt_to_phys(bytes), kPageBytes, MemoryType::kBufferable);
  unremap_pages(first, kPageBytes);
  CHECK(remap_pages(virt_to_phys(bytes), kPageBytes, MemoryType::kBufferable) == first);
  CHECK(remap_pages(virt_to_phys(bytes), kRemapBytes, MemoryType::kBufferable) == nullptr);
  unremap_pages(first, kPageBytes);
}
