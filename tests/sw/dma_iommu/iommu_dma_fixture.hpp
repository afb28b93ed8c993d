// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <optional>

#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/options.hpp"
#include "tests/sw/iommu/fake_smmu.hpp"

namespace guest::test {

using Log = std::vector<std::string>;

/// The PL330 behind an SMMU. Buffers are in the first half of DRAM, where nothing is allocated:
/// cache operations on them and TLB operations are logged together, in order.
class IommuDmaFixture : public FakeSmmu {
 public:
  static constexpr std::size_t kBufferPages = kPages / 2;

  IommuDmaFixture() {
    page_init(machine.dram(), HostMachine::kDramStart, kPages * kPageBytes, map.data());
    page_release(HostMachine::kDramStart + kBufferPages * kPageBytes, kBufferPages * kPageBytes);
    outer_cache.clean_range = [](phys_addr_t start, phys_addr_t end) {
      note("outer_clean", start, end);
      publish(start, end);
    };
    outer_cache.inv_range = [](phys_addr_t start, phys_addr_t end) {
      note("outer_inv", start, end);
    };
    outer_cache.flush_range = [](phys_addr_t start, phys_addr_t end) {
      note("outer_flush", start, end);
    };
    set_command_line("");
    probe();
    log().clear();
  }

  void write(volatile void* address, std::uint32_t value, unsigned size) override {
    FakeSmmu::write(address, value, size);
    const std::uint32_t offset = written.back().first;
    if (offset < kBanks) return;
    char text[40];
    if ((offset & 0xFFF) == 0x620) {
      std::snprintf(text, sizeof text, "tlbi 0x%x", value & ~0xFFFU);
      log().emplace_back(text);
    } else if ((offset & 0xFFF) == 0x7F0) {
      log().emplace_back("tlb_sync");
    }
  }

  static Log& log() { return HostMachine::instance().log; }
  static void note(const char* operation, phys_addr_t start, phys_addr_t end) {
    const std::uint32_t offset = start - HostMachine::kDramStart;
    if (offset >= kBufferPages * kPageBytes) return;
    char text[64];
    std::snprintf(text, sizeof text, "%s 0x%x+%u", operation, offset, end - start);
    log().emplace_back(text);
  }
  std::byte* at(std::size_t offset) { return machine.dram() + offset; }
  page* page_at(std::size_t number) { return map.data() + number; }

  /// Where the SMMU would go for an address of the PL330's.
  std::optional<Walked> walk(std::uint64_t iova) {
    const unsigned bank_number = registers[0xC00] & 0xFF;
    return walk_long(&PgtableFixture::read, bank(bank_number, 0x20), 1, iova);
  }
  /// Offset into DRAM of what the PL330 finds at an address.
  std::uint32_t offset_behind(std::uint64_t iova) {
    const std::optional<Walked> walked = walk(iova);
    return walked ? static_cast<std::uint32_t>(walked->address) - HostMachine::kDramStart : ~0U;
  }
};

}  // namespace guest::test
