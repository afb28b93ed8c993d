// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/lib/types.hpp"
#include "sw/mm/page.hpp"

/// A piece of memory a device reaches: Linux 6.1, include/linux/scatterlist.h, with 64-bit
/// dma_addr_t. `page_link` is the page; bit 0: it is the next list instead; bit 1: the last entry.
struct scatterlist {
  std::uintptr_t page_link;
  unsigned int offset;
  unsigned int length;
  dma_addr_t dma_address;
  unsigned int dma_length;
};
// The host reads these.
static_assert(sizeof(void*) != 4 ||
              (sizeof(scatterlist) == 32 && offsetof(scatterlist, offset) == 4 &&
               offsetof(scatterlist, length) == 8 && offsetof(scatterlist, dma_address) == 16 &&
               offsetof(scatterlist, dma_length) == 24));

struct sg_table {
  scatterlist* sgl;
  unsigned int nents;       ///< Entries that were mapped: for the device.
  unsigned int orig_nents;  ///< Entries there are: for unmap, sync and the CPU.
};

inline constexpr std::uintptr_t kSgChain = 1;
inline constexpr std::uintptr_t kSgEnd = 2;

inline dma_addr_t sg_dma_address(const scatterlist* sg) { return sg->dma_address; }
inline unsigned sg_dma_len(const scatterlist* sg) { return sg->dma_length; }
inline bool sg_is_chain(const scatterlist* sg) { return (sg->page_link & kSgChain) != 0; }
inline bool sg_is_last(const scatterlist* sg) { return (sg->page_link & kSgEnd) != 0; }
inline page* sg_page(const scatterlist* sg) {
  return reinterpret_cast<page*>(sg->page_link & ~(kSgChain | kSgEnd));
}
inline phys_addr_t sg_phys(const scatterlist* sg) { return page_to_phys(sg_page(sg)) + sg->offset; }
inline void* sg_virt(const scatterlist* sg) {
  return static_cast<std::byte*>(page_address(sg_page(sg))) + sg->offset;
}

/// Clears `count` entries and marks the last one.
void sg_init_table(scatterlist* sg, unsigned count);
void sg_set_page(scatterlist* sg, page* first, unsigned length, unsigned offset);
/// `buffer` must be in the linear map.
void sg_set_buf(scatterlist* sg, const void* buffer, unsigned length);
void sg_init_one(scatterlist* sg, const void* buffer, unsigned length);
void sg_mark_end(scatterlist* sg);
/// Makes the last of `count` entries point to another list; one entry is lost by that.
void sg_chain(scatterlist* list, unsigned count, scatterlist* next_list);
/// The entry after this one, through chains; null after the last.
scatterlist* sg_next(scatterlist* sg);
/// A `for` over `count` entries, by `sg` and `i`: a macro in Linux, where drivers bring both
/// variables, and so here. Ours is `SgRange`.
#define for_each_sg(list, sg, count, i) \
  for ((i) = 0, (sg) = (list); (i) < (count); ++(i), (sg) = sg_next(sg))
/// How many entries there are up to the mark.
int sg_nents(scatterlist* sg);
/// How many of them hold `length` bytes; -EINVAL if there are fewer bytes.
int sg_nents_for_len(scatterlist* sg, std::uint64_t length);
scatterlist* sg_last(scatterlist* sg, unsigned count);

/// `count` empty entries, in chained pages. 0, -EINVAL for none, -ENOMEM.
int sg_alloc_table(sg_table* table, unsigned count, gfp_t gfp);
void sg_free_table(sg_table* table);
/// A table of `size` bytes from `offset` of these pages; neighbours in memory share an entry while
/// it has at most `max_segment` bytes, whole pages.
int sg_alloc_table_from_pages_segment(sg_table* table, page** pages, unsigned count,
                                      unsigned offset, std::size_t size, unsigned max_segment,
                                      gfp_t gfp);
inline int sg_alloc_table_from_pages(sg_table* table, page** pages, unsigned count, unsigned offset,
                                     std::size_t size, gfp_t gfp) {
  return sg_alloc_table_from_pages_segment(table, pages, count, offset, size, ~0U, gfp);
}

/// Copies between a list, by its cacheable addresses, and a buffer. Returns how many bytes.
std::size_t sg_copy_from_buffer(scatterlist* sg, unsigned count, const void* buffer,
                                std::size_t length);
std::size_t sg_copy_to_buffer(scatterlist* sg, unsigned count, void* buffer, std::size_t length);

namespace guest {
/// `for (scatterlist& s : SgRange{list, count})`: Linux's for_each_sg.
class SgRange {
 public:
  class Iterator {
   public:
    Iterator(scatterlist* at, unsigned left) : at_{at}, left_{left} {}
    scatterlist& operator*() const { return *at_; }
    Iterator& operator++() {
      if (--left_ != 0) at_ = sg_next(at_);
      return *this;
    }
    bool operator==(const Iterator& other) const { return left_ == other.left_; }

   private:
    scatterlist* at_;
    unsigned left_;
  };
  SgRange(scatterlist* list, unsigned count) : list_{list}, count_{count} {}
  Iterator begin() const { return {list_, count_}; }
  Iterator end() const { return {nullptr, 0}; }

 private:
  scatterlist* list_;
  unsigned count_;
};
}  // namespace guest
