// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "sw/arch/host/machine.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/console.hpp"
#include "sw/mm/page.hpp"

namespace guest::test {

/// DRAM of 64 pages, an outer cache that logs beside the inner one, and a device.
struct DmaFixture {
  static constexpr std::size_t kPages = 64;

  DmaFixture() {
    page_init(machine.dram(), HostMachine::kDramStart, kPages * kPageBytes, map.data());
    page_release(HostMachine::kDramStart, kPages * kPageBytes);
    outer_cache.inv_range = [](phys_addr_t start, phys_addr_t end) {
      note("outer_inv", start, end);
    };
    outer_cache.clean_range = [](phys_addr_t start, phys_addr_t end) {
      note("outer_clean", start, end);
    };
    outer_cache.flush_range = [](phys_addr_t start, phys_addr_t end) {
      note("outer_flush", start, end);
    };
    set_console(&console);
    dev.name = "test";
    log().clear();
  }
  ~DmaFixture() {
    outer_cache = {};
    set_console(nullptr);
  }
  DmaFixture(const DmaFixture&) = delete;
  DmaFixture& operator=(const DmaFixture&) = delete;

  static std::vector<std::string>& log() { return HostMachine::instance().log; }
  static void note(const char* operation, phys_addr_t start, phys_addr_t end) {
    char text[64];
    std::snprintf(text, sizeof text, "%s 0x%x+%u", operation, start - HostMachine::kDramStart,
                  end - start);
    log().emplace_back(text);
  }
  /// The byte at `offset` of DRAM.
  std::byte* at(std::size_t offset) { return machine.dram() + offset; }

  /// What the guest printed.
  std::string console_text() const { return console.text; }

  struct Console final : TextSink {
    void write(std::string_view more) override { text += more; }
    std::string text;
  } console;
  HostMachine& machine = HostMachine::instance();
  std::vector<page> map{std::vector<page>(kPages)};
  device dev;
};

using Log = std::vector<std::string>;

}  // namespace guest::test
