// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace guest {

/// The longest contiguous stretch of free memory there is, taken out of the page allocator, small
/// blocks left alone: longer than the largest block the allocator gives at once. Empty if there is
/// none. Given back by the destructor.
class LargestMemory {
 public:
  LargestMemory();
  LargestMemory(const LargestMemory&) = delete;
  LargestMemory& operator=(const LargestMemory&) = delete;
  ~LargestMemory();

  std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace guest
