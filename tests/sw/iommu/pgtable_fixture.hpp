// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "sw/arch/host/machine.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/iommu/io_pgtable.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/mm/page.hpp"
#include "tests/sw/iommu/table_walker.hpp"

namespace guest::test {

/// TLBs that keep a log, in the order of the calls.
struct LoggingTlb final : iommu_flush_ops {
  struct Call {
    char what;  ///< 'a'll, 'w'alk, 'p'age.
    unsigned long iova;
    std::size_t size;
    bool operator==(const Call&) const = default;
  };
  void tlb_flush_all() const override { calls.push_back({'a', 0, 0}); }
  void tlb_flush_walk(unsigned long iova, std::size_t size, std::size_t) const override {
    calls.push_back({'w', iova, size});
  }
  void tlb_add_page(iommu_iotlb_gather&, unsigned long iova, std::size_t size) const override {
    calls.push_back({'p', iova, size});
  }
  /// Whether an entry of `size` bytes for `iova` would still be there.
  bool forgot(unsigned long iova) const {
    for (const Call& call : calls) {
      if (call.what == 'a' || (iova >= call.iova && iova - call.iova < call.size)) return true;
    }
    return false;
  }
  mutable std::vector<Call> calls;
};

/// DRAM of which a walker sees only what was cleaned out of the outer cache.
struct PgtableFixture {
  static constexpr std::size_t kPages = 1024;
  static constexpr std::size_t kLine = 32;

  PgtableFixture() {
    std::memset(machine.dram(), 0, kPages * kPageBytes);
    page_init(machine.dram(), HostMachine::kDramStart, kPages * kPageBytes, map.data());
    page_release(HostMachine::kDramStart, kPages * kPageBytes);
    // What was in memory before is not zero.
    memory().assign(kPages * kPageBytes, std::byte{0xA5});
    HostMachine::instance().log.clear();
    outer_cache.clean_range = publish;
  }
  ~PgtableFixture() { outer_cache = {}; }
  PgtableFixture(const PgtableFixture&) = delete;
  PgtableFixture& operator=(const PgtableFixture&) = delete;

  static std::vector<std::byte>& memory() {
    static std::vector<std::byte> bytes;
    return bytes;
  }
  /// What the outer cache's clean makes visible, after the inner one's.
  static void publish(phys_addr_t start, phys_addr_t end) {
    std::size_t at = (start - HostMachine::kDramStart) & ~(kLine - 1);
    const std::size_t last = end - HostMachine::kDramStart;
    for (; at < last; at += kLine) {
      std::memcpy(&memory()[at], HostMachine::instance().dram() + at, kLine);
    }
    std::vector<std::string>& log = HostMachine::instance().log;
    if (!log.empty() && log.back().rfind("clean ", 0) == 0) log.pop_back();
  }
  static std::uint32_t read(std::uint64_t address) {
    std::uint32_t word = 0;
    std::memcpy(&word, &memory().at(address - HostMachine::kDramStart), sizeof word);
    return word;
  }

  HostMachine& machine = HostMachine::instance();
  std::vector<page> map{std::vector<page>(kPages)};
  LoggingTlb tlb;
  io_pgtable_cfg cfg{.pgsize_bitmap = ~0UL};
};

inline constexpr int kReadWrite = IOMMU_READ | IOMMU_WRITE;

/// Tables of one format. Opening and closing them is the user's.
template <class Tables>
struct MappingFixture : PgtableFixture {
  int map(unsigned long iova, phys_addr_t paddr, std::size_t size, std::size_t count = 1,
          int prot = kReadWrite) {
    mapped = 0;
    return tables.map_pages(iova, paddr, size, count, prot, mapped);
  }
  std::size_t unmap(unsigned long iova, std::size_t size, std::size_t count = 1) {
    tlb.calls.clear();
    return tables.unmap_pages(iova, size, count, gather);
  }

  Tables tables;
  iommu_iotlb_gather gather;
  std::size_t mapped = 0;
};

}  // namespace guest::test
