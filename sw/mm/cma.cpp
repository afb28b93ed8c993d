// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/cma.hpp"

#include <algorithm>
#include <span>

#include "sw/arch/irqflags.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/level.hpp"

cma* dma_contiguous_default_area = nullptr;

namespace {

constexpr std::size_t kSectionBytes = 1U << 20;
constexpr std::size_t kTableBytes = 1024;  // Of one section.
constexpr unsigned kLargestAlignment = 8;  // CONFIG_CMA_ALIGNMENT: 1 MiB.

cma default_area;
guest::Level level{"pages of the CMA area", [] { return default_area.free_pages(); }};

/// Where the area is: given by `reg`, or any memory of the given `size`.
guest::FdtRange find_memory(guest::FdtNode node) {
  if (const guest::Result<guest::FdtRange> range = node.reg(0); range) return *range;
  const guest::Cells size = node.cells("size");
  return {0, size.number(0, static_cast<unsigned>(size.size()))};
}

guest::FdtNode find_default_node(const guest::FlatDeviceTree& tree) {
  for (guest::FdtNode node = tree.find("/reserved-memory").first_child(); node;
       node = node.next_sibling()) {
    if (node.compatible("shared-dma-pool") && node.has("reusable") &&
        node.has("linux,cma-default") && node.enabled()) {
      return node;
    }
  }
  return {};
}

}  // namespace

bool cma::init(phys_addr_t base, std::size_t size) {
  if (base % kSectionBytes != 0 || size % kSectionBytes != 0 || size == 0) return false;
  const std::size_t sections = size / kSectionBytes;
  const std::size_t pages = size >> kPageShift;
  const std::size_t bitmap_bytes = guest::Bitmap::words_for(pages) * sizeof(std::uint32_t);
  const std::span<std::byte> memory = guest::alloc_bytes(sections * kTableBytes + bitmap_bytes);
  if (memory.empty()) return false;
  guest::split_sections(base, size, memory.first(sections * kTableBytes));
  auto* words = reinterpret_cast<std::uint32_t*>(memory.data() + sections * kTableBytes);
  memset(words, 0, bitmap_bytes);
  base_ = base;
  used_ = {{words, bitmap_bytes / sizeof(std::uint32_t)}, pages};
  return true;
}

page* cma::alloc(std::size_t count, unsigned align) {
  if (count == 0) return nullptr;
  const guest::InterruptGuard guard;
  const std::size_t alignment = std::size_t{1} << std::min(align, kLargestAlignment);
  const std::size_t first = used_.find_clear(count, alignment);
  if (first == used_.size()) return nullptr;
  used_.set(first, count);
  return phys_to_page(base_ + static_cast<phys_addr_t>(first << kPageShift));
}

bool cma::release(const page* first, std::size_t count) {
  const phys_addr_t start = page_to_phys(first);
  const std::size_t index = (start - base_) >> kPageShift;
  if (start < base_ || index >= used_.size() || count > used_.size() - index) return false;
  const guest::InterruptGuard guard;
  used_.clear(index, count);
  return true;
}

void dma_contiguous_reserve(const guest::FlatDeviceTree& tree, const std::uint64_t* cma_bytes) {
  dma_contiguous_default_area = nullptr;
  guest::FdtRange range;
  if (cma_bytes != nullptr) {
    range.size = *cma_bytes;
  } else if (const guest::FdtNode node = find_default_node(tree); node) {
    range = find_memory(node);
  }
  const auto size = static_cast<std::size_t>((range.size + kSectionBytes - 1) &
                                             ~std::uint64_t{kSectionBytes - 1});
  if (size == 0) return;
  auto base = static_cast<phys_addr_t>(range.address);
  if (range.address == 0) {
    void* memory = alloc_pages_exact(size, GFP_KERNEL);
    if (memory == nullptr) return;
    base = virt_to_phys(memory);
  }
  if (default_area.init(base, size)) dma_contiguous_default_area = &default_area;
}
