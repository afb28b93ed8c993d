// SPDX-License-Identifier: Apache-2.0
// Random maps and unmaps through the core, against a std::map of pages, an independent walker, and
// TLBs that keep what they were not told to forget.
#include <cstdlib>
#include <map>
#include <random>

#include "sw/arch/irqflags.hpp"
#include "sw/iommu/io_pgtable_lpae.hpp"
#include "sw/iommu/io_pgtable_v7s.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/iommu/pgtable_fixture.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kPage = 4096;

/// A TLB of whole leaves. One operation drops the entry that holds an address, as TLBIVA does.
struct KeepingTlb final : iommu_flush_ops {
  struct Leaf {
    std::uint64_t size;
    std::uint64_t address;
  };
  void tlb_flush_all() const override { entries.clear(); }
  void tlb_flush_walk(unsigned long iova, std::size_t size, std::size_t granule) const override {
    for (std::size_t at = 0; at < size; at += granule) drop(iova + at);
  }
  void tlb_add_page(iommu_iotlb_gather&, unsigned long iova, std::size_t) const override {
    drop(iova);
  }
  void drop(std::uint64_t iova) const {
    REQUIRE(irqs_disabled());  // Whoever interrupts finds tables and TLBs in agreement.
    auto at = entries.upper_bound(iova);
    if (at == entries.begin()) return;
    --at;
    if (iova - at->first < at->second.size) entries.erase(at);
  }
  mutable std::map<std::uint64_t, Leaf> entries;
};

/// A domain that is nothing but its tables.
struct TableDomain final : iommu_domain, iommu_domain_ops {
  TableDomain(io_pgtable_ops& its, unsigned long sizes) : its_tables{its} {
    ops = this;
    pgsize_bitmap = sizes;
  }
  int attach_dev(iommu_domain&, device&) const override { return 0; }
  void detach_dev(iommu_domain&, device&) const override {}
  io_pgtable_ops* tables(iommu_domain&) const override { return &its_tables; }
  void flush_iotlb_all(iommu_domain&) const override {}
  void iotlb_sync(iommu_domain&, iommu_iotlb_gather&) const override {}
  int enable_nesting(iommu_domain&) const override { return 0; }
  void free(iommu_domain&) const override {}
  io_pgtable_ops& its_tables;
};

struct Page {
  std::uint32_t address;
  bool writable;
};

class RandomMaps : public PgtableFixture {
 public:
  RandomMaps() {
    const char* wanted = std::getenv("LINEFILL_SEED");  // NOLINT(concurrency-mt-unsafe)
    seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : std::random_device{}();
    random.seed(seed);
  }

  std::uint32_t pick(std::uint32_t count) { return static_cast<std::uint32_t>(random() % count); }

  /// A range of a kind that maps often come in: pages, 64 KiB, megabytes, and odd ones.
  std::uint32_t pick_size() {
    static constexpr std::uint32_t kSizes[] = {1, 16, 256, 512, 4096};
    const std::uint32_t unit = kSizes[pick(5)];
    return kPage * (pick(3) == 0 ? 1 + pick(unit + 20) : unit);
  }

  void step(iommu_domain& domain) {
    std::uint32_t size = pick_size();
    const std::uint32_t align = pick(2) == 0 ? kPage : size & (0U - size);
    const std::uint32_t iova = (0x3F00'0000 + pick(0x0800'0000)) & ~(align - 1);
    if (pick(3) != 0) {
      map(domain, iova, (0x6000'0000 + pick(0x2000'0000)) & ~(align - 1), size);
    } else {
      unmap(domain, iova, size);
    }
  }

  void map(iommu_domain& domain, std::uint32_t iova, std::uint32_t paddr, std::uint32_t size) {
    const auto next = oracle.lower_bound(iova);
    const bool taken = next != oracle.end() && next->first < iova + size;
    const bool writable = pick(2) == 0;
    const int result =
        iommu_map(&domain, iova, paddr, size, writable ? IOMMU_READ | IOMMU_WRITE : IOMMU_READ);
    REQUIRE(result == (taken ? -17 : 0));
    if (taken) return;
    for (std::uint32_t at = 0; at < size; at += kPage) oracle[iova + at] = {paddr + at, writable};
  }

  /// From a mapped page on, so much as is mapped there in one piece.
  void unmap(iommu_domain& domain, std::uint32_t iova, std::uint32_t size) {
    const auto first = oracle.lower_bound(iova);
    if (first == oracle.end()) return;
    std::uint32_t length = 0;
    auto last = first;
    while (last != oracle.end() && last->first == first->first + length && length < size) {
      ++last;
      length += kPage;
    }
    REQUIRE(iommu_unmap(&domain, first->first, length) == length);
    oracle.erase(first, last);
  }

  template <class Walk>
  void check(io_pgtable_ops& tables, Walk&& walk) {
    for (unsigned i = 0; i < 40; ++i) {
      std::uint32_t iova = (0x3F00'0000 + pick(0x0900'0000)) & ~(kPage - 1);
      if (const auto near = oracle.lower_bound(iova); i % 4 != 0 && near != oracle.end()) {
        iova = near->first;
      }
      const auto expected = oracle.find(iova);
      const std::optional<Walked> walked = walk(iova);
      CAPTURE(iova);
      REQUIRE(bool{walked} == (expected != oracle.end()));
      phys_addr_t paddr = 0;
      REQUIRE(tables.iova_to_phys(iova, paddr) == bool{walked});
      if (!walked) continue;
      REQUIRE(walked->address == expected->second.address);
      REQUIRE(paddr == expected->second.address);
    }
  }

  /// What the TLB kept is what a walk would bring.
  template <class Walk>
  void check_tlb(Walk&& walk) {
    for (const auto& [iova, leaf] : keeping.entries) {
      CAPTURE(iova, leaf.size);
      const std::optional<Walked> walked = walk(static_cast<std::uint32_t>(iova));
      REQUIRE(walked);
      REQUIRE(walked->address == leaf.address);
    }
  }

  template <class Walk, class LeafSize>
  void run(io_pgtable_ops& tables, Walk&& walk, LeafSize&& leaf_size) {
    TableDomain domain{tables, cfg.pgsize_bitmap};
    for (unsigned i = 0; i < 300; ++i) {
      step(domain);
      check(tables, walk);
      check_tlb(walk);
      for (unsigned n = 0; n < 20 && !oracle.empty(); ++n) {
        const auto at = oracle.lower_bound(0x3F00'0000 + pick(0x0800'0000));
        if (at == oracle.end()) continue;
        const std::optional<Walked> walked = walk(at->first);
        const std::uint64_t size = leaf_size(*walked);
        const std::uint64_t start = at->first & ~(size - 1);
        keeping.entries.insert_or_assign(
            start, KeepingTlb::Leaf{size, walked->address - (at->first - start)});
      }
    }
    while (!oracle.empty()) unmap(domain, 0, 0x0800'0000);
    CHECK(keeping.entries.empty());
    tables.close();
    CHECK(free_page_count() == kPages);
  }

  std::uint64_t seed = 0;
  std::mt19937_64 random;
  std::map<std::uint32_t, Page> oracle;
  KeepingTlb keeping;
};

}  // namespace

TEST_CASE_METHOD(RandomMaps, "LPAE: random maps and unmaps agree with an oracle",
                 "[sw][iommu][random]") {
  INFO("repeat with LINEFILL_SEED=" << seed);
  LpaeTables tables;
  REQUIRE(tables.open(ARM_32_LPAE_S1, cfg, keeping) == 0);
  const auto walk = [&](std::uint32_t iova) {
    return walk_long(&PgtableFixture::read, cfg.ttbr, 1, iova);
  };
  run(tables, walk, [](const Walked& w) { return std::uint64_t{1} << (12 + 9 * (3 - w.level)); });
}

TEST_CASE_METHOD(RandomMaps, "v7s: random maps and unmaps agree with an oracle",
                 "[sw][iommu][random]") {
  INFO("repeat with LINEFILL_SEED=" << seed);
  ShortTables tables;
  REQUIRE(tables.open(cfg, keeping) == 0);
  const auto walk = [&](std::uint32_t iova) {
    return walk_short(&PgtableFixture::read, static_cast<std::uint32_t>(cfg.ttbr), iova);
  };
  run(tables, walk, [](const Walked& w) -> std::uint64_t {
    if (w.level == 1) return (w.descriptor & 1U << 18) != 0 ? 16U << 20 : 1U << 20;
    return (w.descriptor & 3) == 1 ? 64U << 10 : 4U << 10;
  });
}
