// SPDX-License-Identifier: Apache-2.0
// Tables of entries in pages of their own, the last entry of each page a chain to the next:
// Linux 6.1, lib/scatterlist.c.
#include <algorithm>

#include "sw/dma/scatterlist.hpp"
#include "sw/lib/result.hpp"
#include "sw/lib/string.hpp"

using guest::Error;
using guest::to_errno;

namespace {

constexpr unsigned kEntriesOfPage = kPageBytes / sizeof(scatterlist);

/// Whether page `next` may join the entry that ends with `previous` and has `length` bytes.
bool joins(const page* previous, const page* next, std::size_t length, unsigned max_segment) {
  return page_to_phys(next) == page_to_phys(previous) + kPageBytes &&
         length + kPageBytes <= max_segment;
}

/// Calls `use(page, bytes)` for each entry that the pages make.
template <class Use>
void each_run(page** pages, unsigned count, unsigned max_segment, Use use) {
  for (unsigned first = 0; first < count;) {
    unsigned end = first + 1;
    while (end < count &&
           joins(pages[end - 1], pages[end], std::size_t{end - first} << kPageShift, max_segment)) {
      ++end;
    }
    use(pages[first], std::size_t{end - first} << kPageShift);
    first = end;
  }
}

}  // namespace

int sg_alloc_table(sg_table* table, unsigned count, gfp_t gfp) {
  *table = sg_table{};
  if (count == 0) return to_errno(Error::kInvalid);
  scatterlist* last_part = nullptr;
  for (unsigned left = count; left != 0;) {
    page* memory = alloc_pages(gfp, 0);
    if (memory == nullptr) {
      sg_free_table(table);
      return to_errno(Error::kOutOfMemory);
    }
    auto* part = static_cast<scatterlist*>(page_address(memory));
    const bool chained = left > kEntriesOfPage;
    const unsigned used = chained ? kEntriesOfPage - 1 : left;
    sg_init_table(part, used);
    if (last_part == nullptr) {
      table->sgl = part;
    } else {
      // The mark is where the chain was not yet.
      last_part[kEntriesOfPage - 2].page_link &= ~kSgEnd;
      sg_chain(last_part, kEntriesOfPage, part);
    }
    table->orig_nents = table->nents += used;
    last_part = part;
    left -= used;
  }
  return 0;
}

void sg_free_table(sg_table* table) {
  scatterlist* part = table->sgl;
  for (unsigned left = table->orig_nents; left != 0;) {
    const bool chained = left > kEntriesOfPage;
    scatterlist* next = chained ? reinterpret_cast<scatterlist*>(
                                      part[kEntriesOfPage - 1].page_link & ~(kSgChain | kSgEnd))
                                : nullptr;
    left -= chained ? kEntriesOfPage - 1 : left;
    __free_pages(virt_to_page(part), 0);
    part = next;
  }
  *table = sg_table{};
}

int sg_alloc_table_from_pages_segment(sg_table* table, page** pages, unsigned count,
                                      unsigned offset, std::size_t size, unsigned max_segment,
                                      gfp_t gfp) {
  max_segment &= ~static_cast<unsigned>(kPageBytes - 1);
  if (max_segment == 0) return to_errno(Error::kInvalid);
  unsigned runs = 0;
  each_run(pages, count, max_segment, [&](page*, std::size_t) { ++runs; });
  if (const int error = sg_alloc_table(table, runs, gfp); error != 0) return error;
  scatterlist* at = table->sgl;
  each_run(pages, count, max_segment, [&](page* first, std::size_t bytes) {
    const std::size_t used = std::min(size, bytes - offset);
    sg_set_page(at, first, static_cast<unsigned>(used), offset);
    size -= used;
    offset = 0;
    at = sg_next(at);
  });
  return 0;
}

int sg_nents(scatterlist* sg) {
  int count = 0;
  for (; sg != nullptr; sg = sg_next(sg)) ++count;
  return count;
}

int sg_nents_for_len(scatterlist* sg, std::uint64_t length) {
  if (length == 0) return 0;
  std::uint64_t total = 0;
  int count = 0;
  for (; sg != nullptr; sg = sg_next(sg)) {
    ++count;
    total += sg->length;
    if (total >= length) return count;
  }
  return to_errno(Error::kInvalid);
}

scatterlist* sg_last(scatterlist* sg, unsigned count) {
  scatterlist* last = nullptr;
  for (scatterlist& entry : guest::SgRange{sg, count}) last = &entry;
  return last;
}

namespace {

/// Calls `copy(bytes of an entry, bytes before them, how many)` until `length` bytes are done.
template <class Copy>
std::size_t each_piece(scatterlist* sg, unsigned count, std::size_t length, Copy copy) {
  std::size_t done = 0;
  for (const scatterlist& entry : guest::SgRange{sg, count}) {
    const std::size_t bytes = std::min<std::size_t>(entry.length, length - done);
    copy(sg_virt(&entry), done, bytes);
    done += bytes;
  }
  return done;
}

}  // namespace

std::size_t sg_copy_from_buffer(scatterlist* sg, unsigned count, const void* buffer,
                                std::size_t length) {
  return each_piece(sg, count, length, [&](void* entry, std::size_t done, std::size_t bytes) {
    memcpy(entry, static_cast<const std::byte*>(buffer) + done, bytes);
  });
}

std::size_t sg_copy_to_buffer(scatterlist* sg, unsigned count, void* buffer, std::size_t length) {
  return each_piece(sg, count, length, [&](const void* entry, std::size_t done, std::size_t bytes) {
    memcpy(static_cast<std::byte*>(buffer) + done, entry, bytes);
  });
}
