// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/scatterlist.hpp"

namespace {

constexpr std::uintptr_t kFlags = kSgChain | kSgEnd;

}  // namespace

void sg_init_table(scatterlist* sg, unsigned count) {
  for (unsigned i = 0; i < count; ++i) sg[i] = scatterlist{};
  if (count != 0) sg_mark_end(&sg[count - 1]);
}

void sg_set_page(scatterlist* sg, page* first, unsigned length, unsigned offset) {
  sg->page_link = (sg->page_link & kSgEnd) | reinterpret_cast<std::uintptr_t>(first);
  sg->offset = offset;
  sg->length = length;
}

void sg_set_buf(scatterlist* sg, const void* buffer, unsigned length) {
  const auto offset =
      static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(buffer) & (kPageBytes - 1));
  sg_set_page(sg, virt_to_page(buffer), length, offset);
}

void sg_init_one(scatterlist* sg, const void* buffer, unsigned length) {
  sg_init_table(sg, 1);
  sg_set_buf(sg, buffer, length);
}

void sg_mark_end(scatterlist* sg) { sg->page_link = (sg->page_link & ~kFlags) | kSgEnd; }

void sg_chain(scatterlist* list, unsigned count, scatterlist* next_list) {
  scatterlist& link = list[count - 1];
  link = scatterlist{};
  link.page_link = reinterpret_cast<std::uintptr_t>(next_list) | kSgChain;
}

scatterlist* sg_next(scatterlist* sg) {
  if (sg_is_last(sg)) return nullptr;
  ++sg;
  return sg_is_chain(sg) ? reinterpret_cast<scatterlist*>(sg->page_link & ~kFlags) : sg;
}
