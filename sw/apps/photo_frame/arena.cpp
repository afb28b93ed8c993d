// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/arena.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

namespace guest {

namespace {

constexpr std::size_t kAlignment = 16;

/// 0 if the size is beyond what can be rounded up.
std::size_t round_up(std::size_t size) {
  return (std::max<std::size_t>(size, 1) + kAlignment - 1) & ~(kAlignment - 1);
}

}  // namespace

Arena::Arena(std::span<std::byte> memory)
    : memory_{memory.first(memory.size() & ~(kAlignment - 1))} {
  reset();
}

void Arena::reset() {
  exhausted_ = false;
  first_ = nullptr;
  if (memory_.size() <= sizeof(Block)) return;
  first_ = ::new (static_cast<void*>(memory_.data()))
      Block{nullptr, memory_.size() - sizeof(Block), false};
}

// Makes a free block of what `block` does not need.
void Arena::split(Block& block, std::size_t size) {
  if (block.size - size <= sizeof(Block)) return;
  std::byte* const rest = reinterpret_cast<std::byte*>(&block + 1) + size;
  block.next =
      ::new (static_cast<void*>(rest)) Block{block.next, block.size - size - sizeof(Block), false};
  block.size = size;
}

void Arena::join_with_next(Block& block) {
  if (block.next == nullptr || block.next->used) return;
  block.size += sizeof(Block) + block.next->size;
  block.next = block.next->next;
}

void* Arena::allocate(std::size_t size) {
  const std::size_t wanted = round_up(size);
  for (Block* block = first_; block != nullptr && wanted != 0; block = block->next) {
    if (block->used || block->size < wanted) continue;
    split(*block, wanted);
    block->used = true;
    return block + 1;
  }
  exhausted_ = true;
  return nullptr;
}

void* Arena::reallocate(void* payload, std::size_t size) {
  if (payload == nullptr) return allocate(size);
  Block& block = header_of(payload);
  const std::size_t wanted = round_up(size);
  const std::size_t old_size = block.size;
  if (wanted != 0 && wanted > block.size) join_with_next(block);
  if (wanted != 0 && wanted <= block.size) {
    split(block, wanted);
    if (block.next != nullptr && !block.next->used) join_with_next(*block.next);
    return payload;
  }
  split(block, old_size);
  void* const moved = allocate(size);
  if (moved == nullptr) return nullptr;
  std::copy_n(static_cast<const std::byte*>(payload), old_size, static_cast<std::byte*>(moved));
  release(payload);
  return moved;
}

void Arena::release(void* payload) {
  if (payload == nullptr) return;
  Block& block = header_of(payload);
  block.used = false;
  join_with_next(block);
  for (Block* before = first_; before != nullptr && before < &block; before = before->next) {
    if (before->next == &block && !before->used) {
      join_with_next(*before);
      break;
    }
  }
}

}  // namespace guest
