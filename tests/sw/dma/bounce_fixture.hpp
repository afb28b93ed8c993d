// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <vector>

#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/kernel/options.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

namespace guest::test {

/// DRAM of 4 MiB, an atomic pool of 64 KiB, and a buffer of 64 KiB in the middle of DRAM.
struct BounceFixture : DmaFixture {
  static constexpr std::size_t kMorePages = 1024;
  static constexpr std::size_t kBufferBytes = 64U << 10;

  BounceFixture() {
    set_command_line("coherent_pool=64K");
    page_init(machine.dram(), HostMachine::kDramStart, kMorePages * kPageBytes, more.data());
    page_release(HostMachine::kDramStart, kMorePages * kPageBytes);
    REQUIRE(dma_atomic_pool_init());
    buffer = static_cast<unsigned char*>(alloc_pages_exact(kBufferBytes, GFP_KERNEL));
    REQUIRE(buffer != nullptr);
    pages_at_start = free_page_count();
    for (std::size_t i = 0; i < kBufferBytes; ++i) buffer[i] = content(i);
    log().clear();
  }
  ~BounceFixture() { set_command_line({}); }
  BounceFixture(const BounceFixture&) = delete;
  BounceFixture& operator=(const BounceFixture&) = delete;

  static unsigned char content(std::size_t i) { return static_cast<unsigned char>(i * 7 % 251); }
  /// What the device finds at a handle.
  unsigned char* device_view(dma_addr_t handle) {
    return static_cast<unsigned char*>(phys_to_virt(static_cast<phys_addr_t>(handle)));
  }
  phys_addr_t physical(std::size_t offset = 0) const { return virt_to_phys(buffer + offset); }

  std::vector<page> more{std::vector<page>(kMorePages)};
  unsigned char* buffer = nullptr;
  std::size_t pages_at_start = 0;
};

}  // namespace guest::test
