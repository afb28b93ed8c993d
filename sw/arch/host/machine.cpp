// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/host/machine.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/exception.hpp"
#include "sw/arch/image.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/arch/semihosting.hpp"

namespace guest {
namespace {

constexpr std::size_t kSmallPageBytes = 4096;

void* require(void* mapping) {
  if (mapping == MAP_FAILED) std::abort();
  return mapping;
}

std::uintptr_t reserve_window() {
  return reinterpret_cast<std::uintptr_t>(
      require(mmap(nullptr, kRemapBytes + kUserBytes, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)));
}

void note(const char* operation, const void* start, std::size_t size, const char* what) {
  HostMachine& machine = HostMachine::instance();
  std::ostringstream text;
  text << operation << " 0x" << std::hex << machine.offset(start) << std::dec << '+' << size
       << what;
  machine.log.push_back(text.str());
}

const char* name_of(dma_data_direction direction) {
  switch (direction) {
    case DMA_TO_DEVICE:
      return " to_device";
    case DMA_FROM_DEVICE:
      return " from_device";
    default:
      return " bidirectional";
  }
}

std::size_t distance(const void* start, const void* end) {
  return static_cast<std::size_t>(static_cast<const std::byte*>(end) -
                                  static_cast<const std::byte*>(start));
}

}  // namespace

const std::uintptr_t kRemapStart = reserve_window();
const std::uintptr_t kUserStart = kRemapStart + kRemapBytes;

HostMachine::HostMachine() : file_{memfd_create("dram", 0)} {
  if (file_ < 0 || ftruncate(file_, kDramBytes) != 0) std::abort();
  dram_ = static_cast<std::byte*>(
      require(mmap(nullptr, kDramBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0)));
}

HostMachine& HostMachine::instance() {
  static HostMachine machine;
  return machine;
}

std::size_t HostMachine::offset(const void* address) const { return distance(dram_, address); }

void map_sections(phys_addr_t /*start*/, std::size_t /*size*/, MemoryType /*type*/) {}

void split_sections(phys_addr_t /*start*/, std::size_t /*size*/, std::span<std::byte> /*tables*/) {}

void set_memory_type(phys_addr_t start, std::size_t size, MemoryType type) {
  std::ostringstream text;
  text << "memory_type 0x" << std::hex << start - HostMachine::kDramStart << std::dec << '+' << size
       << ' ' << static_cast<int>(type);
  HostMachine::instance().log.push_back(text.str());
}

void map_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size,
               MemoryType /*type*/, bool /*shareable*/) {
  require(mmap(reinterpret_cast<void*>(virtual_address), size, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_FIXED, HostMachine::instance().memory_file(),
               static_cast<off_t>(start - HostMachine::kDramStart)));
  for (std::size_t i = 0; i < size; i += kSmallPageBytes) {
    HostMachine::instance().pages[virtual_address + i] = start + static_cast<phys_addr_t>(i);
  }
}

void map_user_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size,
                    MemoryType type, UserAccess access) {
  std::ostringstream text;
  text << "user_map 0x" << std::hex << start - HostMachine::kDramStart << std::dec << '+' << size
       << " type " << static_cast<int>(type)
       << (access == UserAccess::kReadWrite ? " read-write" : " execute");
  HostMachine::instance().log.push_back(text.str());
  map_pages(virtual_address, start, size, type, false);
}

void unmap_pages(std::uintptr_t virtual_address, std::size_t size) {
  require(mmap(reinterpret_cast<void*>(virtual_address), size, PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0));
  for (std::size_t i = 0; i < size; i += kSmallPageBytes)
    HostMachine::instance().pages.erase(virtual_address + i);
}

Result<phys_addr_t> translate(const volatile void* virtual_address) {
  const auto address = reinterpret_cast<std::uintptr_t>(virtual_address);
  const std::uintptr_t offset = address % kSmallPageBytes;
  const HostMachine& machine = HostMachine::instance();
  const auto page = machine.pages.find(address - offset);
  if (page == machine.pages.end()) return Error::kNotFound;
  return page->second + static_cast<phys_addr_t>(offset);
}

namespace semihosting {
void write0(const char* text) { std::fputs(text, stdout); }
void exit(int status) { std::_Exit(status); }
}  // namespace semihosting

}  // namespace guest

// An image of no size at the beginning of DRAM.
char image_start[1] = {};
char image_end[1] = {};

cpu_cache_fns cpu_cache{
    .dma_map_area =
        [](const void* start, std::size_t size, dma_data_direction direction) {
          guest::note("map_area", start, size, guest::name_of(direction));
        },
    .dma_unmap_area =
        [](const void* start, std::size_t size, dma_data_direction direction) {
          guest::note("unmap_area", start, size, guest::name_of(direction));
        },
    .dma_flush_range =
        [](const void* start, const void* end) {
          guest::note("flush", start, guest::distance(start, end), "");
        },
    .dma_clean_range =
        [](const void* start, const void* end) {
          guest::note("clean", start, guest::distance(start, end), "");
        },
    .coherent_kern_range =
        [](const void* start, const void* end) {
          guest::note("icache", start, guest::distance(start, end), "");
        },
    .flush_kern_all = [] { guest::HostMachine::instance().log.emplace_back("flush all"); },
    .invalidate_all = [] { guest::HostMachine::instance().log.emplace_back("invalidate all"); },
    .dma_mem_bufferable = true,
};
