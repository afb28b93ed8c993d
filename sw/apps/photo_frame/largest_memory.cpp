// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/largest_memory.hpp"

#include <algorithm>
#include <array>

#include "sw/mm/page.hpp"

namespace guest {

namespace {

constexpr unsigned kLargestOrder = 14;
constexpr unsigned kSmallestOrder = 11;  // 8 MiB.

struct Block {
  std::byte* start = nullptr;
  unsigned order = 0;
  std::size_t size() const { return kPageBytes << order; }
};

}  // namespace

LargestMemory::LargestMemory() {
  std::array<Block, 64> blocks;
  std::size_t count = 0;
  for (unsigned order = kLargestOrder; order >= kSmallestOrder; --order) {
    while (count != blocks.size()) {
      page* const first = alloc_pages(GFP_KERNEL, order);
      if (first == nullptr) break;
      blocks[count++] = {static_cast<std::byte*>(page_address(first)), order};
    }
  }
  const std::span<Block> all = std::span{blocks}.first(count);
  std::sort(all.begin(), all.end(),
            [](const Block& a, const Block& b) { return a.start < b.start; });

  std::span<std::byte> best;
  std::span<std::byte> run;
  for (const Block& block : all) {
    const bool neighbour = !run.empty() && run.data() + run.size() == block.start;
    run = neighbour ? std::span{run.data(), run.size() + block.size()}
                    : std::span{block.start, block.size()};
    if (run.size() > best.size()) best = run;
  }
  for (const Block& block : all) {
    const bool used = block.start >= best.data() && block.start < best.data() + best.size();
    if (!used) __free_pages(virt_to_page(block.start), block.order);
  }
  bytes_ = best;
}

LargestMemory::~LargestMemory() {
  if (!bytes_.empty()) page_release(virt_to_phys(bytes_.data()), bytes_.size());
}

}  // namespace guest
