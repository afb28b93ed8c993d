// SPDX-License-Identifier: Apache-2.0
// Lists of pieces: Linux 6.1, lib/scatterlist.c.
#include "sw/dma/scatterlist.hpp"

#include <cstring>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;
using guest::test::Log;

namespace {
constexpr unsigned kInPage = kPageBytes / sizeof(scatterlist);
}  // namespace

TEST_CASE_METHOD(DmaFixture, "a table has as many entries as asked for, over as many pages",
                 "[sw][dma]") {
  const auto [count, pages] = GENERATE(table<unsigned, std::size_t>(
      {{1, 1}, {kInPage, 1}, {kInPage + 1, 2}, {2 * kInPage - 1, 2}, {2 * kInPage, 3}, {500, 5}}));
  CAPTURE(count);
  sg_table table;
  REQUIRE(sg_alloc_table(&table, count, GFP_KERNEL) == 0);
  CHECK(table.nents == count);
  CHECK(table.orig_nents == count);
  CHECK(sg_nents(table.sgl) == static_cast<int>(count));
  if (count != 500) CHECK(kPages - free_page_count() == pages);
  unsigned seen = 0;
  for (scatterlist& entry : SgRange{table.sgl, count}) {
    CHECK(sg_is_last(&entry) == (++seen == count));
  }
  CHECK(sg_is_last(sg_last(table.sgl, count)));
  sg_free_table(&table);
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(DmaFixture, "an entry without bytes does not fail its list", "[sw][dma]") {
  scatterlist list[3];
  sg_init_table(list, 3);
  sg_set_buf(&list[0], at(0x1000), 0);
  sg_set_buf(&list[1], at(0x2000), 64);
  sg_set_buf(&list[2], at(0x3010), 0);
  CHECK(dma_map_sg(&dev, list, 3, DMA_TO_DEVICE) == 3);
  CHECK(sg_dma_len(&list[0]) == 0);
  CHECK(sg_dma_address(&list[1]) == 0x6000'2000);
  dma_unmap_sg(&dev, list, 3, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(DmaFixture, "a table that finds no memory leaves nothing behind", "[sw][dma]") {
  sg_table table;
  CHECK(sg_alloc_table(&table, 0, GFP_KERNEL) == -22);
  CHECK(sg_alloc_table(&table, 100'000, GFP_KERNEL) == -12);
  CHECK(table.sgl == nullptr);
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(DmaFixture, "neighbouring pages share an entry within the segment size",
                 "[sw][dma]") {
  page* pages[5];
  const std::size_t where[] = {8, 9, 10, 20, 21};
  for (unsigned i = 0; i < 5; ++i) pages[i] = virt_to_page(at(where[i] * kPageBytes));
  sg_table table;
  REQUIRE(sg_alloc_table_from_pages(&table, pages, 5, 0x100, 0x4800, GFP_KERNEL) == 0);
  REQUIRE(table.nents == 2);
  CHECK(sg_phys(table.sgl) == 0x6000'8100);
  CHECK(table.sgl->length == 0x2F00);
  CHECK(sg_phys(sg_next(table.sgl)) == 0x6001'4000);
  CHECK(sg_next(table.sgl)->length == 0x1900);
  sg_free_table(&table);
  REQUIRE(sg_alloc_table_from_pages_segment(&table, pages, 5, 0, 0x5000, 0x2FFF, GFP_KERNEL) == 0);
  CHECK(table.nents == 3);
  CHECK(table.sgl->length == 0x2000);
  sg_free_table(&table);
  CHECK(sg_alloc_table_from_pages_segment(&table, pages, 5, 0, 0x5000, 0xFFF, GFP_KERNEL) == -22);
}

TEST_CASE_METHOD(DmaFixture, "entries are counted up to a length", "[sw][dma]") {
  scatterlist list[3];
  sg_init_table(list, 3);
  for (unsigned i = 0; i < 3; ++i) sg_set_buf(&list[i], at(0x1000 * i), 100);
  CHECK(sg_nents_for_len(list, 0) == 0);
  CHECK(sg_nents_for_len(list, 100) == 1);
  CHECK(sg_nents_for_len(list, 101) == 2);
  CHECK(sg_nents_for_len(list, 300) == 3);
  CHECK(sg_nents_for_len(list, 301) == -22);
}

TEST_CASE_METHOD(DmaFixture, "a list is copied from and to a buffer, piece by piece", "[sw][dma]") {
  scatterlist list[2];
  sg_init_table(list, 2);
  sg_set_buf(&list[0], at(0x10), 3);
  sg_set_buf(&list[1], at(0x2020), 5);
  char text[] = "abcdefgh";
  CHECK(sg_copy_from_buffer(list, 2, text, 20) == 8);
  CHECK(std::memcmp(at(0x10), "abc", 3) == 0);
  CHECK(std::memcmp(at(0x2020), "defgh", 5) == 0);
  char back[8] = {};
  CHECK(sg_copy_to_buffer(list, 2, back, 6) == 6);
  CHECK(std::string_view(back) == "abcdef");
}

TEST_CASE_METHOD(DmaFixture, "mapping leaves what the CPU and the device count apart",
                 "[sw][dma]") {
  sg_table table;
  REQUIRE(sg_alloc_table(&table, 2, GFP_KERNEL) == 0);
  sg_set_buf(table.sgl, at(0x100), 64);
  sg_set_buf(sg_next(table.sgl), at(0x1200), 32);
  REQUIRE(dma_map_sgtable(&dev, &table, DMA_TO_DEVICE, 0) == 0);
  CHECK(table.nents == 2);
  CHECK(table.orig_nents == 2);
  *dev.dma_mask = 0xFF;
  CHECK(dma_map_sgtable(&dev, &table, DMA_TO_DEVICE, 0) == -5);
  sg_free_table(&table);
}
