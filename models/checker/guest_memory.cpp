// SPDX-License-Identifier: Apache-2.0
#include "models/checker/guest_memory.hpp"

#include <algorithm>

namespace linefill {

namespace {

constexpr std::uint32_t kPageBytes = 4096;
// sw/mm/page.hpp: struct page is two links, the order of the free block, and whether one begins.
constexpr std::uint32_t kPageStruct = 12;
constexpr std::uint32_t kPageState = 8;
constexpr unsigned kOrders = 15;
constexpr std::uint32_t kLooks = 256;

}  // namespace

void GuestMemory::set_map(std::uint32_t start, std::uint32_t size, std::uint32_t map) {
  dram_ = {start, start + size};
  map_ = map;
}

void GuestMemory::set_program(const Symbols& symbols) {
  const auto range = [&](const char* first, const char* end) {
    return Range{symbols.value_of(first).value_or(0), symbols.value_of(end).value_or(0)};
  };
  code_ = range("_stext", "__end_rodata");
  stack_ = range("exception_stack_top", "stack_top");
}

std::optional<std::uint32_t> GuestMemory::physical(std::uint32_t page, std::uint32_t offset) const {
  const std::uint32_t index = (page - map_) / kPageStruct;
  const bool known = map_ != 0 && page >= map_ && (page - map_) % kPageStruct == 0 &&
                     index < (dram_.end - dram_.first) / kPageBytes;
  if (!known) return {};
  return dram_.first + index * kPageBytes + offset;
}

// What lies below the stack pointer is nobody's; above are the frames of callers.
const char* GuestMemory::unfit(std::uint32_t address, std::uint32_t size, std::uint32_t sp) const {
  if (code_.overlaps(address, size)) return "text";
  const bool on_stack = sp >= stack_.first && sp < stack_.end;
  if (on_stack && Range{sp, stack_.end}.overlaps(address, size)) return "stack";
  const auto end =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{address} + size, dram_.end));
  for (std::uint32_t at = address & ~(kPageBytes - 1); at < end; at += kPageBytes) {
    if (is_free(at)) return "freed";
  }
  return nullptr;
}

// A free block is described at its first page: 2^order pages, aligned by physical address.
bool GuestMemory::is_free(std::uint32_t address) const {
  const std::uint32_t frame = address / kPageBytes;
  const std::uint32_t first = dram_.first / kPageBytes;
  for (unsigned order = 0; order < kOrders; ++order) {
    const std::uint32_t head = frame & ~((1U << order) - 1);
    if (head < first) return false;
    const auto state = program_.word(map_ + (head - first) * kPageStruct + kPageState);
    if (state && (*state >> 8 & 0xFF) == 1 && (*state & 0xFF) >= order) return true;
  }
  return false;
}

bool GuestMemory::same(std::uint32_t a, std::uint32_t b, std::uint32_t size) const {
  const std::uint32_t step = std::max(4U, size / kLooks & ~3U);
  for (std::uint64_t offset = (4 - a % 4) % 4; offset + 4 <= size; offset += step) {
    const auto at = static_cast<std::uint32_t>(offset);
    if (program_.word(a + at) != program_.word(b + at)) return false;
  }
  return true;
}

}  // namespace linefill
