// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/sw/dma_iommu/iommu_dma_fixture.hpp"

using namespace guest;
using namespace guest::test;

namespace {

struct Piece {
  unsigned page;
  unsigned offset;
  unsigned length;
};

struct SgFixture : IommuDmaFixture {
  SgFixture() { get_dma_ops(dmac); }
  ~SgFixture() { CHECK(iova_pages_in_use() == 0); }

  void make(std::initializer_list<Piece> pieces) {
    list.assign(pieces.size(), {});
    sg_init_table(list.data(), static_cast<unsigned>(pieces.size()));
    std::size_t i = 0;
    for (const Piece& piece : pieces) {
      sg_set_page(&list[i++], page_at(piece.page), piece.length, piece.offset);
    }
  }
  unsigned do_map(dma_data_direction direction = DMA_TO_DEVICE) {
    log().clear();
    return dma_map_sg(dmac, list.data(), static_cast<int>(list.size()), direction);
  }
  int map_table() {
    sg_table table{list.data(), 0, static_cast<unsigned>(list.size())};
    return dma_map_sgtable(dmac, &table, DMA_TO_DEVICE, 0);
  }
  void unmap(dma_data_direction direction = DMA_TO_DEVICE) {
    log().clear();
    dma_unmap_sg(dmac, list.data(), static_cast<int>(list.size()), direction);
  }
  /// Each byte of the list is where the device looks for it.
  void check_bytes(unsigned mapped) {
    std::vector<std::uint32_t> wanted;
    std::vector<std::uint32_t> found;
    for (const scatterlist& entry : list) {
      for (unsigned i = 0; i < entry.length; i += 64) {
        wanted.push_back(sg_phys(&entry) + i - HostMachine::kDramStart);
      }
    }
    for (unsigned n = 0; n < mapped; ++n) {
      for (unsigned i = 0; i < list[n].dma_length; i += 64) {
        found.push_back(offset_behind(list[n].dma_address + i));
      }
    }
    CHECK(found == wanted);
  }

  std::vector<scatterlist> list;
};

}  // namespace

TEST_CASE_METHOD(SgFixture, "scattered whole pages become one for the device", "[sw][dma][iommu]") {
  make({{9, 0, 4096}, {3, 0, 4096}, {12, 0, 8192}, {7, 0, 512}});
  CHECK(do_map() == 1);
  CHECK(list[0].dma_length == 3 * 4096 + 4096 + 512);
  check_bytes(1);
  unmap();
}

TEST_CASE_METHOD(SgFixture, "entries without bytes are none for the device", "[sw][dma][iommu]") {
  make({{9, 64, 0}, {3, 0, 4096}, {5, 100, 0}, {12, 0, 512}, {6, 0, 0}, {8, 32, 64}, {7, 8, 0}});
  CHECK(do_map() == 2);
  CHECK(list[0].dma_length == 4096 + 512);
  CHECK(list[1].dma_length == 64);
  CHECK(list[2].dma_length == 0);
  check_bytes(2);
  unmap();
  make({{9, 64, 0}, {3, 0, 0}});
  CHECK(map_table() == -22);
}

TEST_CASE_METHOD(SgFixture, "entries are joined at page ends only", "[sw][dma][iommu]") {
  make({{9, 512, 3584}, {3, 0, 100}, {4, 0, 4096}, {12, 64, 64}, {7, 0, 64}});
  CHECK(do_map() == 4);
  CHECK(list[0].dma_length == 3684);
  CHECK((list[0].dma_address & 4095) == 512);
  CHECK(list[1].dma_length == 4096);
  CHECK(list[2].dma_length == 64);
  CHECK((list[2].dma_address & 4095) == 64);
  CHECK(list[3].dma_length == 64);
  CHECK(list[4].dma_length == 0);
  check_bytes(4);
  unmap();
}

TEST_CASE_METHOD(SgFixture, "no segment gets longer than the device takes", "[sw][dma][iommu]") {
  dmac->dma_parms->max_segment_size = 8192;
  make({{9, 0, 4096}, {3, 0, 4096}, {12, 0, 4096}, {7, 0, 4096}, {20, 0, 16384}});
  CHECK(do_map() == 3);
  CHECK(list[0].dma_length == 8192);
  CHECK(list[1].dma_length == 8192);
  CHECK(list[2].dma_length == 16384);  // An entry is never divided.
  check_bytes(3);
  unmap();
}

TEST_CASE_METHOD(SgFixture, "no segment crosses the device's boundary", "[sw][dma][iommu]") {
  dmac->dma_parms->max_segment_size = 1U << 20;
  dmac->dma_parms->segment_boundary_mask = 0x3FFF;
  make({{9, 0, 4096}, {3, 0, 4096}, {12, 0, 4096}, {7, 0, 4096}, {20, 0, 4096}, {22, 0, 4096}});
  // Something odd before, so that an unaligned address would cross.
  const dma_addr_t odd = dma_map_single(dmac, at(0), 4096, DMA_TO_DEVICE);
  const unsigned mapped = do_map();
  CHECK(mapped == 2);
  for (unsigned i = 0; i < mapped; ++i) {
    const dma_addr_t first = list[i].dma_address;
    CHECK(first >> 14 == (first + list[i].dma_length - 1) >> 14);
  }
  check_bytes(mapped);
  unmap();
  dma_unmap_single(dmac, odd, 4096, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(SgFixture, "the caches see each entry, after the TLBs when unmapped",
                 "[sw][dma][iommu]") {
  make({{9, 0, 4096}, {3, 0, 64}});
  CHECK(do_map(DMA_FROM_DEVICE) == 1);
  CHECK(log() == Log{"map_area 0x9000+4096 from_device", "outer_inv 0x9000+4096",
                     "map_area 0x3000+64 from_device", "outer_inv 0x3000+64"});
  log().clear();
  dma_sync_sg_for_cpu(dmac, list.data(), 2, DMA_FROM_DEVICE);
  CHECK(log() == Log{"outer_inv 0x9000+4096", "unmap_area 0x9000+4096 from_device",
                     "outer_inv 0x3000+64", "unmap_area 0x3000+64 from_device"});
  unmap(DMA_FROM_DEVICE);
  CHECK(log() == Log{"tlbi 0x2000", "tlbi 0x3000", "tlb_sync", "outer_inv 0x9000+4096",
                     "unmap_area 0x9000+4096 from_device", "outer_inv 0x3000+64",
                     "unmap_area 0x3000+64 from_device"});
}

TEST_CASE_METHOD(SgFixture, "a list that cannot be mapped whole is not mapped at all",
                 "[sw][dma][iommu]") {
  CHECK(dma_set_mask(dmac, 0x3FFF) == 0);
  make({{9, 0, 512}, {3, 512, 512}, {12, 512, 512}, {5, 512, 512}});
  CHECK(do_map() == 0);
  CHECK(map_table() == -22);  // It never will be.
  CHECK(iova_pages_in_use() == 0);
  CHECK_FALSE(walk(0x1000));
}

TEST_CASE_METHOD(SgFixture, "a list for which there are too few tables is not mapped at all",
                 "[sw][dma][iommu]") {
  dmac->dma_parms->max_segment_size = 0xFFFF'FFFF;
  dma_unmap_single(dmac, dma_map_single(dmac, at(0), 64, DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
  while (alloc_pages(GFP_KERNEL, 0) != nullptr) {
  }
  // 500 pages from 0x100000 on need a second table.
  make({{0, 0, 250 * 4096}, {255, 0, 250 * 4096}});
  CHECK(do_map() == 0);
  CHECK(map_table() == -12);
  CHECK_FALSE(walk(0x10'0000));
  CHECK(iova_pages_in_use() == 0);
  make({{0, 0, 250 * 4096}});
  CHECK(do_map() == 1);
  CHECK(list[0].dma_address == 0x10'0000);
  unmap();
}

TEST_CASE_METHOD(SgFixture, "a list for which there are too few addresses is -ENOMEM",
                 "[sw][dma][iommu]") {
  constexpr std::size_t kMost = 128U << 20;  // In one bitmap.
  dma_iommu_mapping& space = *dmac->iommu_mapping;
  std::vector<dma_addr_t> taken;
  for (dma_addr_t iova; (iova = iova_alloc(space, kMost)) != DMA_MAPPING_ERROR;)
    taken.push_back(iova);
  make({{0, 0, kMost}});
  CHECK(map_table() == -12);
  for (const dma_addr_t iova : taken) iova_free(space, iova, kMost);
}

TEST_CASE_METHOD(SgFixture, "neighbours in memory are mapped by blocks", "[sw][dma][iommu]") {
  dmac->dma_parms->max_segment_size = 0xFFFF'FFFF;
  // DRAM is aligned to 2 MiB: 512 pages, in entries of 128.
  make({{0, 0, 1U << 19}, {128, 0, 1U << 19}, {256, 0, 1U << 19}, {384, 0, 1U << 19}});
  CHECK(do_map() == 1);
  check_bytes(1);
  // Aligned to 1 MiB only, as Linux: 2 MiB blocks come by luck; here the second megabyte is first.
  CHECK(list[0].dma_address == 0x10'0000);
  CHECK(walk(list[0].dma_address)->level == 3);
  unmap();
}
