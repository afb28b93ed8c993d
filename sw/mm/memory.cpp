// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/memory.hpp"

#include <algorithm>

#include "sw/arch/image.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/mm/page.hpp"

namespace guest {
namespace {

constexpr std::uint64_t kSectionBytes = 1U << 20;

struct Stretch {
  std::uint64_t start;
  std::uint64_t end;
};

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

/// The window of /memory that the image is in, in whole megabytes.
Result<Stretch> find_dram(const FlatDeviceTree& tree) {
  for (FdtNode node = tree.root(); node; node = tree.next(node)) {
    if (node.text("device_type") != "memory") continue;
    for (unsigned i = 0;; ++i) {
      const Result<FdtRange> range = node.reg(i);
      if (!range) break;
      const std::uint64_t start = (range->address + kSectionBytes - 1) & ~(kSectionBytes - 1);
      const std::uint64_t end = std::min<std::uint64_t>(
          (range->address + range->size) & ~(kSectionBytes - 1), kRemapStart);
      if (start <= address_of(image_start) && address_of(image_end) <= end)
        return Stretch{start, end};
    }
  }
  return Error::kNotFound;
}

/// Gives out [at, end) except what the blob and reserved-memory take.
class Releaser {
 public:
  explicit Releaser(Stretch all) : all_{all} {}

  void reserve(Stretch taken) {
    if (count_ < kMost) taken_[count_++] = taken;
  }
  void release() {
    std::sort(taken_, taken_ + count_,
              [](const Stretch& a, const Stretch& b) { return a.start < b.start; });
    std::uint64_t at = all_.start;
    for (std::size_t i = 0; i < count_; ++i) {
      give(at, std::min(taken_[i].start, all_.end));
      at = std::max(at, taken_[i].end);
    }
    give(at, all_.end);
  }

 private:
  static constexpr std::size_t kMost = 16;

  static void give(std::uint64_t start, std::uint64_t end) {
    if (start < end)
      page_release(static_cast<phys_addr_t>(start), static_cast<std::size_t>(end - start));
  }

  Stretch all_;
  Stretch taken_[kMost] = {};
  std::size_t count_ = 0;
};

}  // namespace

Result<void> memory_init(const FlatDeviceTree& tree, std::span<const std::byte> blob) {
  const Result<Stretch> dram = find_dram(tree);
  if (!dram) return dram.error();
  const auto start = static_cast<phys_addr_t>(dram->start);
  const auto size = static_cast<std::size_t>(dram->end - dram->start);
  map_sections(start, size, MemoryType::kWriteAllocate);

  // The map of pages follows the image, or the blob if that is in the way.
  const Stretch blob_at{address_of(blob.data()), address_of(blob.data()) + blob.size()};
  const std::uint64_t map_bytes = (size >> kPageShift) * sizeof(page);
  std::uint64_t map_start = address_of(image_end);
  if (map_start < blob_at.end && blob_at.start < map_start + map_bytes) {
    map_start = (blob_at.end + kPageBytes - 1) & ~std::uint64_t{kPageBytes - 1};
  }
  if (map_start + map_bytes > dram->end) return Error::kOutOfMemory;
  page_init(reinterpret_cast<void*>(std::uintptr_t{start}), start, size,
            reinterpret_cast<page*>(static_cast<std::uintptr_t>(map_start)));

  Releaser releaser{{address_of(image_end), dram->end}};
  releaser.reserve({map_start, map_start + map_bytes});
  releaser.reserve({blob_at.start & ~std::uint64_t{kPageBytes - 1}, blob_at.end});
  for (FdtNode node = tree.find("/reserved-memory").first_child(); node;
       node = node.next_sibling()) {
    const Result<FdtRange> range = node.reg(0);
    if (range) releaser.reserve({range->address, range->address + range->size});
  }
  releaser.release();
  return {};
}

}  // namespace guest
