// SPDX-License-Identifier: Apache-2.0
#include "sw/iommu/io_pgtable_v7s.hpp"

#include "tests/support/catch.hpp"
#include "tests/sw/iommu/pgtable_fixture.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t k4K = 4096;
constexpr std::size_t k64K = 64U << 10;
constexpr std::size_t k1M = 1U << 20;
constexpr std::size_t k16M = 16U << 20;

struct ShortFixture : MappingFixture<ShortTables> {
  ShortFixture() { REQUIRE(tables.open(cfg, tlb) == 0); }
  ~ShortFixture() { tables.close(); }

  std::optional<Walked> walk(std::uint32_t iova) const {
    return walk_short(&PgtableFixture::read, static_cast<std::uint32_t>(cfg.ttbr), iova);
  }
};

}  // namespace

// TTBR0: S. TTBCR: N = 0. PRRR, NMRR (DDI 0406C B4.1.127, B4.1.104): type 1 Device, 4 Normal
// non-cacheable, 7 Normal write-back write-allocate, inner shareable.
TEST_CASE_METHOD(ShortFixture, "v7s: the walker is told what the tables are like", "[sw][iommu]") {
  CHECK((cfg.ttbr & 0x3FFF) == 0x2);
  CHECK(cfg.tcr == 0);
  CHECK(cfg.mair == 0x800B'8204);
  CHECK(cfg.nmrr == 0x4000'4000);
  CHECK(cfg.pgsize_bitmap == (k4K | k64K | k1M | k16M));
}

TEST_CASE_METHOD(ShortFixture, "v7s: each size is mapped by its own descriptor", "[sw][iommu]") {
  CHECK(map(0x0100'3000, 0x6001'2000, k4K) == 0);
  CHECK(map(0x0201'0000, 0x6003'0000, k64K) == 0);
  CHECK(map(0x0430'0000, 0x6050'0000, k1M) == 0);
  CHECK(map(0x0500'0000, 0x7200'0000, k16M) == 0);
  CHECK(walk(0x0100'3ABC)->address == 0x6001'2ABC);
  CHECK(walk(0x0201'FABC)->address == 0x6003'FABC);
  CHECK(walk(0x043F'FABC)->address == 0x605F'FABC);
  CHECK(walk(0x05FF'FABC)->address == 0x72FF'FABC);
  CHECK_FALSE(walk(0x0100'4000));
  CHECK_FALSE(walk(0x0202'0000));
  CHECK_FALSE(walk(0x0440'0000));
  CHECK_FALSE(walk(0x0600'0000));
  phys_addr_t paddr = 0;
  CHECK(tables.iova_to_phys(0x0201'F123, paddr));
  CHECK(paddr == 0x6003'F123);
  CHECK(tables.iova_to_phys(0x05FF'FABC, paddr));
  CHECK(paddr == 0x72FF'FABC);
}

// Small page: XN 0, B 2, C 3, AP[1:0] 5:4, TEX 8:6, AP[2] 9, S 10, nG 11 (figure B3-5).
// Section: B 2, C 3, XN 4, AP[1:0] 11:10, TEX 14:12, AP[2] 15, S 16, nG 17 (figure B3-4).
TEST_CASE_METHOD(ShortFixture, "v7s: attributes follow the protection", "[sw][iommu]") {
  struct Row {
    int prot;
    std::uint32_t small;
    std::uint32_t section;
  };
  const Row rows[] = {
      {IOMMU_READ | IOMMU_WRITE, 0xC72, 0x3'1C02},
      {IOMMU_READ, 0xE72, 0x3'9C02},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE, 0xC7E, 0x3'1C0E},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO, 0xC36, 0x3'0C06},
      {IOMMU_READ | IOMMU_WRITE | IOMMU_PRIV, 0xC52, 0x3'1402},
      {IOMMU_READ | IOMMU_NOEXEC, 0xE73, 0x3'9C12},
  };
  unsigned long iova = 0x1000;
  for (const Row& row : rows) {
    CAPTURE(row.prot);
    REQUIRE(map(iova, 0x6001'2000, k4K, 1, row.prot) == 0);
    CHECK(walk(static_cast<std::uint32_t>(iova))->descriptor == (0x6001'2000 | row.small));
    const unsigned long section = 0x1000'0000 + iova * 0x100;
    REQUIRE(map(section, 0x6010'0000, k1M, 1, row.prot) == 0);
    CHECK(walk(static_cast<std::uint32_t>(section))->descriptor == (0x6010'0000 | row.section));
    iova += k4K;
  }
}

TEST_CASE_METHOD(ShortFixture, "v7s: what is mapped is not mapped over", "[sw][iommu]") {
  REQUIRE(map(0x10'0000, 0x6010'0000, k1M) == 0);
  REQUIRE(map(0x1000, 0x6000'0000, k4K) == 0);
  CHECK(map(0x10'3000, 0x6000'0000, k4K) == -17);
  CHECK(map(0x10'0000, 0x6000'0000, k1M) == -17);
  CHECK(map(0, 0x6000'0000, k64K) == -17);
  CHECK(map(0, 0x6000'0000, k16M) == -17);
}

TEST_CASE_METHOD(ShortFixture, "v7s: unmapping a part splits what it is part of", "[sw][iommu]") {
  REQUIRE(map(0x0500'0000, 0x7200'0000, k16M) == 0);
  CHECK(unmap(0x0512'3000, k4K) == k4K);
  CHECK(tlb.forgot(0x05FF'F000));
  CHECK_FALSE(walk(0x0512'3000));
  CHECK(walk(0x0512'2FFC)->address == 0x7212'2FFC);
  CHECK((walk(0x0512'2FFC)->descriptor & 0xFFF) == 0xC72);
  CHECK(walk(0x0520'0000)->address == 0x7220'0000);
  CHECK((walk(0x0520'0000)->descriptor & 0xF'FFFF) == 0x3'1C02);

  REQUIRE(map(0x0201'0000, 0x6003'0000, k64K) == 0);
  CHECK(unmap(0x0201'8000, k4K) == k4K);
  CHECK(tlb.forgot(0x0201'F000));
  CHECK_FALSE(walk(0x0201'8000));
  CHECK(walk(0x0201'F123)->address == 0x6003'F123);
  CHECK((walk(0x0201'F123)->descriptor & 0xFFF) == 0xC72);
}

TEST_CASE_METHOD(ShortFixture, "v7s: four neighbouring tables share a page, freed with the last",
                 "[sw][iommu]") {
  const std::size_t before = TableMemory::all_pages();
  for (unsigned long i = 0; i < 4; ++i) {
    REQUIRE(map(i * k1M, 0x6000'0000, k4K) == 0);
    REQUIRE(unmap(i * k1M, k4K) == k4K);
  }
  CHECK(TableMemory::all_pages() == before + 1);
  for (unsigned long i = 0; i < 4; ++i) {
    CHECK(TableMemory::all_pages() == before + 1);
    REQUIRE(map(i * k1M, 0x6010'0000, k1M) == 0);
  }
  CHECK(TableMemory::all_pages() == before);
}

TEST_CASE_METHOD(PgtableFixture, "v7s: all tables are given back", "[sw][iommu]") {
  ShortTables tables;
  REQUIRE(tables.open(cfg, tlb) == 0);
  std::size_t mapped = 0;
  for (unsigned long iova = 0; iova < 0x8000'0000; iova += 0x0212'3000) {
    REQUIRE(tables.map_pages(iova, 0x6000'0000, k4K, 1, kReadWrite, mapped) == 0);
  }
  tables.close();
  CHECK(free_page_count() == kPages);
  CHECK(TableMemory::all_pages() == 0);
}
