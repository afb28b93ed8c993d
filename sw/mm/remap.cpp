// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/remap.hpp"

#include <bitset>

#include "sw/arch/irqflags.hpp"
#include "sw/mm/page.hpp"

namespace guest {
namespace {

constexpr std::size_t kWindowPages = kRemapBytes / kPageBytes;

std::bitset<kWindowPages> used;

constexpr std::size_t pages_of(std::size_t size) { return (size + kPageBytes - 1) / kPageBytes; }

/// The first run of `count` unused pages; kWindowPages if there is none.
std::size_t find_run(std::size_t count) {
  std::size_t run = 0;
  for (std::size_t i = 0; i < kWindowPages; ++i) {
    run = used[i] ? 0 : run + 1;
    if (run == count) return i + 1 - count;
  }
  return kWindowPages;
}

}  // namespace

void* remap_pages(phys_addr_t start, std::size_t size, MemoryType type) {
  const std::size_t count = pages_of(size);
  const InterruptGuard guard;
  // One page more, never mapped, catches who runs past the end.
  const std::size_t first = find_run(count + 1);
  if (count == 0 || first == kWindowPages) return nullptr;
  for (std::size_t i = 0; i <= count; ++i) used[first + i] = true;
  const std::uintptr_t address = kRemapStart + first * kPageBytes;
  map_pages(address, start, count * kPageBytes, type);
  return reinterpret_cast<void*>(address);
}

void unremap_pages(void* address, std::size_t size) {
  const std::size_t count = pages_of(size);
  const auto start = reinterpret_cast<std::uintptr_t>(address);
  const InterruptGuard guard;
  unmap_pages(start, count * kPageBytes);
  const std::size_t first = (start - kRemapStart) / kPageBytes;
  for (std::size_t i = 0; i <= count; ++i) used[first + i] = false;
}

bool is_remapped(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return at >= kRemapStart && at - kRemapStart < kRemapBytes;
}

}  // namespace guest

IoPointer ioremap(phys_addr_t start, std::size_t size) {
  guest::map_sections(start, size, guest::MemoryType::kDevice);
  return reinterpret_cast<IoPointer>(std::uintptr_t{start});
}

void* ioremap_wc(phys_addr_t start, std::size_t size) {
  return guest::remap_pages(start, size, guest::MemoryType::kBufferable);
}
