// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/apps/stress/memory.hpp"
#include "sw/apps/stress/run.hpp"
#include "sw/dmaengine/channel.hpp"

namespace guest {

/// Mappings that are made and used at once where one has just ended: behind an IOMMU their I/O
/// page is the same, the memory another. Nothing that the device's side has kept of the first
/// may serve for the second.
class Successors {
 public:
  static constexpr std::size_t kMostBytes = 2048;
  static constexpr std::size_t kArenaBytes = 3 * (2 * kMostBytes + kPageBytes);

  /// `arena`: cacheable memory of its own.
  explicit Successors(std::span<std::byte> arena);

  /// Now and then two transfers, waited for; other channels go on meanwhile. False: nothing was
  /// done.
  bool step(Run& run);

 private:
  bool transfer(Run& run, DmaChannel& channel);
  bool move(DmaChannel& channel, const Memory& mapped, std::size_t at) const;
  void fill(std::uint32_t seed);
  void verify(Run& run, std::uint32_t seed) const;
  std::span<std::byte> half(std::size_t number) const {
    return other_.bytes.subspan(number * size_, size_);
  }

  Memory first_;
  Memory second_;
  Memory other_;  ///< Where both go, or come from: twice their size, mapped all the time.
  bool to_device_ = false;
  std::size_t size_ = 0;
  std::uint64_t next_ = 0;  ///< After so many transfers of the run.
};

}  // namespace guest
