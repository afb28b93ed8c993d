// SPDX-License-Identifier: Apache-2.0
// Lists of pieces: every name that no other program calls, and entries that are none.
#include <array>

#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr std::uint32_t kOld = 0x01D0'01D0;
constexpr std::uint32_t kNew = 0x4E3A'4E3A;

/// A chained list, by Linux's macro, mapped, synced and unmapped.
void lists_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  std::array<scatterlist, 3> first{};
  std::array<scatterlist, 2> second{};
  sg_init_table(first.data(), 3);
  sg_init_table(second.data(), 2);
  sg_chain(first.data(), 3, second.data());
  sg_set_buf(&first[0], bench.begin(), 1024);
  sg_set_buf(&first[1], bench.begin() + 1024, 1024);
  sg_set_buf(&second[0], bench.begin() + 2048, 1024);
  sg_set_buf(&second[1], bench.begin() + 3072, 1024);
  check(sg_nents(first.data()) == 4, "sg_nents");
  check(sg_nents_for_len(first.data(), 2049) == 3, "sg_nents_for_len");
  check(sg_last(first.data(), 4) == &second[1], "sg_last");
  sg_table table{first.data(), 4, 4};
  bench.store_all(kNew);
  check(dma_map_sgtable(dev, &table, DMA_BIDIRECTIONAL, 0) == 0, "dma_map_sgtable");
  scatterlist* sg = nullptr;
  unsigned i = 0;
  std::size_t bytes = 0;
  for_each_sg(table.sgl, sg, table.nents, i) {
    bench.device_copies(bench.coherent_physical() + bytes, sg_dma_address(sg), sg_dma_len(sg));
    bytes += sg_dma_len(sg);
  }
  check_equal(bytes, kBytes, "bytes of all entries");
  check(bench.all_seen(kNew), "the device read them");
  dma_sync_sg_for_cpu(dev, table.sgl, 4, DMA_BIDIRECTIONAL);
  dma_sync_sg_for_device(dev, table.sgl, 4, DMA_BIDIRECTIONAL);
  dma_unmap_sgtable(dev, &table, DMA_BIDIRECTIONAL, 0);
}

/// What has no bytes is none of the device's business.
void empty_entries_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  std::array<scatterlist, 4> list{};
  sg_init_table(list.data(), 4);
  sg_set_buf(&list[0], bench.begin() + 100, 0);
  sg_set_buf(&list[1], bench.begin(), kBytes / 2);
  sg_set_buf(&list[2], bench.begin(), 0);
  sg_set_buf(&list[3], bench.begin() + kBytes / 2, kBytes / 2);
  sg_table table{list.data(), 4, 4};
  bench.store_all(kNew);
  check(dma_map_sgtable(dev, &table, DMA_TO_DEVICE, 0) == 0, "it is mapped");
  std::size_t bytes = 0;
  for (scatterlist& entry : SgRange{table.sgl, table.nents}) {
    const std::size_t length = sg_dma_len(&entry);
    if (length != 0)
      bench.device_copies(bench.coherent_physical() + bytes, sg_dma_address(&entry), length);
    bytes += length;
  }
  check_equal(bytes, kBytes, "bytes of all entries");
  check(bench.all_seen(kNew), "the device read them");
  dma_unmap_sgtable(dev, &table, DMA_TO_DEVICE, 0);
}

/// Bytes go from a buffer into a list of pieces, and back; whichever is shorter ends it.
void copies_case() {
  constexpr std::size_t kSmall = 12;
  constexpr std::size_t kListed = 1024 + kSmall + 1024;
  constexpr std::size_t kTaken = 2000;
  DmaBench bench;
  bench.store_all(kOld);
  std::array<scatterlist, 3> list{};
  sg_init_table(list.data(), 3);
  sg_set_buf(&list[0], bench.begin() + 3072, 1024);
  sg_set_buf(&list[1], bench.begin() + 4, kSmall);
  sg_set_buf(&list[2], bench.begin() + 1024, 1024);
  std::byte* const from = alloc_bytes(kBytes).data();
  std::byte* const to = alloc_bytes(kBytes).data();
  for (std::size_t i = 0; i < kBytes; i += 4) {
    poke(from + i, kNew + i);
    poke(to + i, kOld);
  }
  check_equal(sg_copy_from_buffer(list.data(), 3, from, kBytes), kListed, "sg_copy_from_buffer");
  check_equal(bench.load(3072), kNew, "the first piece begins");
  check_equal(bench.load(4092), kNew + 1020, "and ends");
  check_equal(bench.load(4), kNew + 1024, "the second one");
  check_equal(bench.load(1024), kNew + 1024 + kSmall, "the third one");
  check(bench.load(0) == kOld && bench.load(4 + kSmall) == kOld && bench.load(2048) == kOld,
        "nothing between them");
  check_equal(sg_copy_to_buffer(list.data(), 3, to, kTaken), kTaken, "sg_copy_to_buffer");
  bool right = true;
  for (std::size_t i = 0; i < kTaken; i += 4) right = right && peek(to + i) == kNew + i;
  check(right, "what it took, in the list's order");
  check_equal(peek(to + kTaken), kOld, "and no more");
}

/// Lists that are allocated, and what their entries tell.
void tables_case() {
  DmaBench bench;
  sg_table table{};
  check(sg_alloc_table(&table, 0, GFP_KERNEL) == -22, "a table of nothing is -EINVAL");
  check(sg_alloc_table(&table, 200, GFP_KERNEL) == 0, "sg_alloc_table");
  check(sg_nents(table.sgl) == 200, "entries, in more than one page");
  scatterlist* const second = sg_next(table.sgl);
  sg_set_page(second, virt_to_page(bench.begin()), 64, 128);
  check(sg_page(second) == virt_to_page(bench.begin()), "sg_page");
  check_equal(sg_phys(second), bench.physical() + 128, "sg_phys");
  check(sg_virt(second) == bench.begin() + 128, "sg_virt");
  check(!sg_is_chain(second) && !sg_is_last(second), "one of many");
  sg_mark_end(second);
  check(sg_is_last(second) && sg_next(second) == nullptr, "sg_mark_end");
  check(sg_nents(table.sgl) == 2, "what is left");
  sg_free_table(&table);
  page* pages[] = {virt_to_page(bench.begin())};
  check(sg_alloc_table_from_pages(&table, pages, 1, 0x100, 512, GFP_KERNEL) == 0,
        "sg_alloc_table_from_pages");
  check(table.orig_nents == 1 && table.sgl->offset == 0x100 && table.sgl->length == 512,
        "a part of a page");
  sg_free_table(&table);
}

constexpr Case kCases[] = {
    {"lists", lists_case},
    {"empty_entries", empty_entries_case},
    {"copies", copies_case},
    {"tables", tables_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
