// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/remap.hpp"

#include "sw/mm/level.hpp"
#include "sw/mm/page.hpp"
#include "sw/mm/page_window.hpp"

namespace guest {
namespace {

PageWindow<kRemapBytes> window;

Level remapped{"remapped pages", [] { return window.taken(); }};

constexpr std::size_t pages_of(std::size_t size) { return (size + kPageBytes - 1) / kPageBytes; }

}  // namespace

void* remap_pages(phys_addr_t start, std::size_t size, MemoryType type) {
  const std::size_t count = pages_of(size);
  const std::size_t offset = window.take(count);
  if (offset == kRemapBytes) return nullptr;
  map_pages(kRemapStart + offset, start, count * kPageBytes, type);
  return reinterpret_cast<void*>(kRemapStart + offset);
}

void* remap_pages(std::span<page* const> pages, MemoryType type) {
  const std::size_t offset = window.take(pages.size());
  if (offset == kRemapBytes) return nullptr;
  std::uintptr_t at = kRemapStart + offset;
  for (const page* each : pages) {
    map_pages(at, page_to_phys(each), kPageBytes, type);
    at += kPageBytes;
  }
  return reinterpret_cast<void*>(kRemapStart + offset);
}

void unremap_pages(void* address, std::size_t size) {
  const std::size_t count = pages_of(size);
  const auto start = reinterpret_cast<std::uintptr_t>(address);
  unmap_pages(start, count * kPageBytes);
  window.give_back(start - kRemapStart, count);
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
