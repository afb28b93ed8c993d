// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace guest {

/// The machine unit tests pretend to run on: DRAM at 0x60000000 that really has two addresses once
/// it is remapped, and caches that do nothing but keep a log.
class HostMachine {
 public:
  static constexpr std::uint32_t kDramStart = 0x6000'0000;
  static constexpr std::size_t kDramBytes = 16U << 20;

  static HostMachine& instance();

  std::byte* dram() { return dram_; }
  /// A logged operation with addresses as offsets into DRAM: "map_area 0x1000+64 from_device".
  std::vector<std::string> log;
  /// Where the pages of the windows are, by their virtual address.
  std::map<std::uintptr_t, std::uint32_t> pages;

  /// Where in DRAM `address` is.
  std::size_t offset(const void* address) const;
  int memory_file() const { return file_; }

 private:
  HostMachine();
  std::byte* dram_ = nullptr;
  int file_ = -1;
};

}  // namespace guest
