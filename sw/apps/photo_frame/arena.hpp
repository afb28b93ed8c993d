// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace guest {

/// Memory for one photograph at a time: first fit over a stretch of bytes, all of it free again
/// after `reset`. Blocks grow in place where they can, so that a decoder's doubling buffer needs no
/// second copy.
class Arena {
 public:
  /// `memory` must outlive the arena and be aligned to 16 bytes.
  explicit Arena(std::span<std::byte> memory);

  /// 16-byte aligned; null if it does not fit (and `exhausted` from then on).
  void* allocate(std::size_t size);
  /// Like realloc: `block` may be null. On failure `block` stays as it is.
  void* reallocate(void* block, std::size_t size);
  void release(void* block);  ///< `block` may be null.

  /// Frees everything.
  void reset();
  /// An allocation has failed since the last reset.
  bool exhausted() const { return exhausted_; }
  std::size_t capacity() const { return memory_.size(); }

 private:
  struct alignas(16) Block {
    Block* next;       ///< By address; null for the last.
    std::size_t size;  ///< Of the payload behind this header.
    bool used;
  };

  static Block& header_of(void* payload) { return static_cast<Block*>(payload)[-1]; }
  void split(Block& block, std::size_t size);
  void join_with_next(Block& block);

  std::span<std::byte> memory_;
  Block* first_ = nullptr;
  bool exhausted_ = false;
};

}  // namespace guest
