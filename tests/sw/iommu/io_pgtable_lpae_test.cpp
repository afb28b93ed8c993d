// SPDX-License-Identifier: Apache-2.0
#include "sw/iommu/io_pgtable_lpae.hpp"

#include "tests/support/catch.hpp"
#include "tests/sw/iommu/pgtable_fixture.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t k4K = 4096;
constexpr std::size_t k2M = 2U << 20;
constexpr std::size_t k1G = 1U << 30;

struct ProtectionRow {
  int prot;
  std::uint64_t descriptor;
};

struct LpaeFixture : MappingFixture<LpaeTables> {
  explicit LpaeFixture(io_pgtable_fmt format = ARM_32_LPAE_S1) {
    REQUIRE(tables.open(format, cfg, tlb) == 0);
  }
  ~LpaeFixture() { tables.close(); }

  std::optional<Walked> walk(std::uint64_t iova) const {
    return walk_long(&PgtableFixture::read, cfg.ttbr, 1, iova);
  }
  /// A page mapped with each protection has this descriptor.
  void check_descriptors(std::span<const ProtectionRow> rows) {
    unsigned long iova = 0x10'0000;
    for (const ProtectionRow& row : rows) {
      CAPTURE(row.prot);
      REQUIRE(map(iova, 0x6000'1000, k4K, 1, row.prot) == 0);
      CHECK(walk(iova)->descriptor == (row.descriptor | 0x6000'1000));
      iova += k4K;
    }
  }
};

struct Stage2Fixture : LpaeFixture {
  Stage2Fixture() : LpaeFixture{ARM_32_LPAE_S2} {}
};

using Calls = std::vector<LoggingTlb::Call>;

}  // namespace

TEST_CASE_METHOD(LpaeFixture, "LPAE: a page is found where it was mapped, and nowhere else",
                 "[sw][iommu]") {
  CHECK(map(0x1234'5000, 0x6001'0000, k4K) == 0);
  CHECK(mapped == k4K);
  REQUIRE(walk(0x1234'5678));
  CHECK(walk(0x1234'5678)->address == 0x6001'0678);
  CHECK(walk(0x1234'5678)->level == 3);
  CHECK_FALSE(walk(0x1234'6000));
  CHECK_FALSE(walk(0x1234'4FFF));
  phys_addr_t paddr = 0;
  CHECK(tables.iova_to_phys(0x1234'5678, paddr));
  CHECK(paddr == 0x6001'0678);
  CHECK_FALSE(tables.iova_to_phys(0x1234'6000, paddr));
}

// TTBCR: EAE, EPD1, SH0 = outer, IRGN0 = ORGN0 = non-cacheable (DDI 0406C, B4.1.153); MAIR0: 0x44
// non-cacheable, 0xFF write-back, 0x04 Device, 0xF4.
TEST_CASE_METHOD(LpaeFixture, "LPAE: the walker of stage 1 is told what the tables are like",
                 "[sw][iommu]") {
  CHECK(cfg.tcr == 0x8080'2000);
  CHECK(cfg.mair == 0xF404'FF44);
  CHECK(cfg.pgsize_bitmap == (k4K | k2M | k1G));
  CHECK((cfg.ttbr & 31) == 0);
}

TEST_CASE_METHOD(Stage2Fixture, "LPAE: the walker of stage 2 starts at level 1", "[sw][iommu]") {
  CHECK(cfg.tcr == 0x8000'2040);
  CHECK(map(0x8000'0000, 0x4000'0000, k1G, 1, kReadWrite) == 0);
  CHECK(walk(0x8123'4567)->address == 0x4123'4567);
}

TEST_CASE_METHOD(PgtableFixture, "LPAE: a coherent walker is told so and nothing is cleaned",
                 "[sw][iommu]") {
  cfg.coherent_walk = true;
  LpaeTables tables;
  REQUIRE(tables.open(ARM_32_LPAE_S1, cfg, tlb) == 0);
  CHECK(cfg.tcr == 0x8080'3500);  // SH0 inner, write-back write-allocate.
  std::size_t mapped = 0;
  CHECK(tables.map_pages(0x1000, 0x6000'0000, k4K, 1, kReadWrite, mapped) == 0);
  CHECK(machine.log.empty());
  CHECK(memory() == std::vector<std::byte>(kPages * kPageBytes, std::byte{0xA5}));
  tables.close();
}

// DDI 0406C B3.6.2: AttrIndx [4:2], AP [7:6], SH [9:8], AF [10], nG [11], XN [54].
TEST_CASE_METHOD(LpaeFixture, "LPAE: attributes of stage 1 follow the protection", "[sw][iommu]") {
  const ProtectionRow rows[] = {
      {IOMMU_READ | IOMMU_WRITE, 0xE43},
      {IOMMU_READ, 0xEC3},
      {IOMMU_WRITE, 0xE43},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE, 0xF47},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO, 0xE4B},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_PRIV, 0xE03},
      {IOMMU_READ | IOMMU_NOEXEC, 0x40'0000'0000'0EC3},
  };
  check_descriptors(rows);
}

// B3.6.2: MemAttr [5:2] (0xF write-back, 5 non-cacheable, 1 Device), HAP [7:6].
TEST_CASE_METHOD(Stage2Fixture, "LPAE: attributes of stage 2 follow the protection",
                 "[sw][iommu]") {
  const ProtectionRow rows[] = {
      {IOMMU_READ | IOMMU_WRITE, 0x6D7},
      {IOMMU_READ, 0x657},
      {IOMMU_WRITE, 0x697},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE, 0x7FF},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO, 0x6C7},
  };
  check_descriptors(rows);
}

TEST_CASE_METHOD(LpaeFixture, "LPAE: blocks are mapped on the levels of their sizes",
                 "[sw][iommu]") {
  CHECK(map(0x4000'0000, 0x8000'0000, k1G) == 0);
  CHECK(walk(0x7FFF'FFFC)->level == 1);
  CHECK(walk(0x7FFF'FFFC)->address == 0xBFFF'FFFC);
  CHECK(map(0x20'0000, 0x6020'0000, k2M, 3) == 0);
  CHECK(mapped == 3 * k2M);
  CHECK(walk(0x7F'FFFC)->level == 2);
  CHECK(walk(0x7F'FFFC)->address == 0x607F'FFFC);
}

TEST_CASE_METHOD(LpaeFixture, "LPAE: a run of pages ends with its table", "[sw][iommu]") {
  CHECK(map(0x1F'E000, 0x6000'0000, k4K, 10) == 0);
  CHECK(mapped == 2 * k4K);
}

TEST_CASE_METHOD(LpaeFixture, "LPAE: what is mapped is not mapped over", "[sw][iommu]") {
  CHECK(map(0x20'0000, 0x6020'0000, k2M) == 0);
  CHECK(map(0x20'1000, 0x6000'0000, k4K) == -17);
  CHECK(map(0x20'0000, 0x6000'0000, k2M) == -17);
  CHECK(walk(0x20'1000)->address == 0x6020'1000);
}

TEST_CASE_METHOD(LpaeFixture, "LPAE: addresses and sizes beyond the format are refused",
                 "[sw][iommu]") {
  CHECK(map(0x1'0000'0000, 0x6000'0000, k4K) == -34);
  CHECK(map(0x1000, 0x6000'0000, 0x2000) == -22);
  CHECK(map(0x1000, 0x6000'0000, k4K, 1, 0) == 0);
  CHECK(mapped == 0);
  CHECK(unmap(0x1'0000'0000, k4K) == 0);
}

TEST_CASE_METHOD(LpaeFixture, "LPAE: what is unmapped is gone for the walker and the TLB",
                 "[sw][iommu]") {
  REQUIRE(map(0x3000, 0x6000'0000, k4K, 4) == 0);
  CHECK(unmap(0x4000, k4K, 2) == 2 * k4K);
  CHECK(tlb.calls == Calls{{'p', 0x4000, k4K}, {'p', 0x5000, k4K}});
  CHECK(walk(0x3000));
  CHECK_FALSE(walk(0x4000));
  CHECK_FALSE(walk(0x5000));
  CHECK(walk(0x6000));
  CHECK(unmap(0x4000, k4K) == 0);
  CHECK(tlb.calls.empty());
}

TEST_CASE_METHOD(LpaeFixture, "LPAE: a page unmapped from a block splits the block",
                 "[sw][iommu]") {
  REQUIRE(map(0x4000'0000, 0x8000'0000, k1G) == 0);
  CHECK(unmap(0x4020'3000, k4K) == k4K);
  // The blocks that were there leave the TLB whole.
  CHECK(tlb.forgot(0x7FFF'F000));
  CHECK_FALSE(walk(0x4020'3000));
  CHECK(walk(0x4020'2FFC)->address == 0x8020'2FFC);
  CHECK(walk(0x4020'2FFC)->level == 3);
  CHECK(walk(0x4020'4000)->address == 0x8020'4000);
  CHECK(walk(0x7FFF'FFFC)->address == 0xBFFF'FFFC);
  CHECK(walk(0x7FFF'FFFC)->level == 2);
  CHECK((walk(0x7FFF'FFFC)->descriptor & 0xFFF) == 0xE41);
  CHECK((walk(0x4020'4000)->descriptor & 0xFFF) == 0xE43);
}

TEST_CASE_METHOD(LpaeFixture, "LPAE: a block takes the place of an emptied table, which is freed",
                 "[sw][iommu]") {
  const std::size_t before = TableMemory::all_pages();
  REQUIRE(map(0x40'0000, 0x6000'0000, k4K) == 0);
  CHECK(TableMemory::all_pages() == before + 2);
  REQUIRE(unmap(0x40'0000, k4K) == k4K);
  CHECK(map(0x40'0000, 0x6020'0000, k2M) == 0);
  CHECK(TableMemory::all_pages() == before + 1);
  CHECK(tlb.calls.back() == LoggingTlb::Call{'w', 0x40'0000, k2M});
  CHECK(walk(0x40'1000)->address == 0x6020'1000);
}

// TCR: T0SZ = 64 - 40, EPD1, SH0 outer (DDI 0487, D13.2.120). Level 0 resolves bits [47:39].
TEST_CASE_METHOD(PgtableFixture, "LPAE: wider addresses of stage 1 are walked from level 0",
                 "[sw][iommu]") {
  cfg.ias = 40;
  LpaeTables tables;
  REQUIRE(tables.open(ARM_64_LPAE_S1, cfg, tlb) == 0);
  CHECK(cfg.tcr == 0x80'2018);
  std::size_t mapped = 0;
  const unsigned long iova = 0x80'1234'5000;
  CHECK(tables.map_pages(iova, 0x6000'1000, k4K, 1, kReadWrite, mapped) == 0);
  CHECK(walk_long(&PgtableFixture::read, cfg.ttbr, 0, iova)->address == 0x6000'1000);
  CHECK_FALSE(walk_long(&PgtableFixture::read, cfg.ttbr, 0, iova - 0x80'0000'0000));
  CHECK(tables.map_pages(std::uint64_t{1} << 40, 0x6000'1000, k4K, 1, kReadWrite, mapped) == -34);
  tables.close();
}

// VTCR: T0SZ = 24, SL0 = 1 (level 1), SH0 outer (D13.2.148): two tables side by side.
TEST_CASE_METHOD(PgtableFixture, "LPAE: stage 2 saves a level by tables side by side",
                 "[sw][iommu]") {
  cfg.ias = 40;
  LpaeTables tables;
  REQUIRE(tables.open(ARM_64_LPAE_S2, cfg, tlb) == 0);
  CHECK(cfg.tcr == 0x2058);
  CHECK((cfg.ttbr & 0x1FFF) == 0);
  std::size_t mapped = 0;
  const unsigned long iova = 0x80'1234'5000;
  CHECK(tables.map_pages(iova, 0x6000'1000, k4K, 1, kReadWrite, mapped) == 0);
  CHECK(walk_long(&PgtableFixture::read, cfg.ttbr, 1, iova)->address == 0x6000'1000);
  tables.close();
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(PgtableFixture, "LPAE: what no walker could walk is not made", "[sw][iommu]") {
  LpaeTables tables;
  cfg.ias = 33;
  CHECK(tables.open(ARM_32_LPAE_S1, cfg, tlb) == -22);
  cfg.ias = 32;
  cfg.pgsize_bitmap = 0x1'0000;  // 64 KiB is another granule.
  CHECK(tables.open(ARM_32_LPAE_S1, cfg, tlb) == -22);
}

TEST_CASE_METHOD(PgtableFixture, "LPAE: all tables are given back", "[sw][iommu]") {
  const std::size_t before = free_page_count();
  LpaeTables tables;
  REQUIRE(tables.open(ARM_32_LPAE_S1, cfg, tlb) == 0);
  std::size_t mapped = 0;
  for (unsigned long iova = 0; iova < 0x8000'0000; iova += 0x0812'3000) {
    REQUIRE(tables.map_pages(iova, 0x6000'0000, k4K, 1, kReadWrite, mapped) == 0);
  }
  tables.close();
  CHECK(free_page_count() == before);
  CHECK(TableMemory::all_pages() == 0);
}

TEST_CASE_METHOD(PgtableFixture, "LPAE: without memory nothing is mapped and nothing is lost",
                 "[sw][iommu]") {
  LpaeTables tables;
  REQUIRE(tables.open(ARM_32_LPAE_S1, cfg, tlb) == 0);
  std::size_t mapped = 0;
  REQUIRE(tables.map_pages(0x4000'0000, 0x8000'0000, k1G, 1, kReadWrite, mapped) == 0);
  std::vector<page*> taken;
  while (page* p = alloc_pages(GFP_KERNEL, 0)) taken.push_back(p);
  mapped = 0;
  CHECK(tables.map_pages(0, 0x6000'0000, k4K, 1, kReadWrite, mapped) == -12);
  CHECK(mapped == 0);
  iommu_iotlb_gather gather;
  CHECK(tables.unmap_pages(0x4000'0000, k4K, 1, gather) == 0);  // No table to split into.
  CHECK(walk_long(&PgtableFixture::read, cfg.ttbr, 1, 0x4000'0000)->address == 0x8000'0000);
  for (page* p : taken) __free_pages(p, 0);
  tables.close();
  CHECK(free_page_count() == kPages);
}
