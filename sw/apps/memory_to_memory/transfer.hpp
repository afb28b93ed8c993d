// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/apps/memory_to_memory/mistake.hpp"
#include "sw/arch/shared.hpp"
#include "sw/dmaengine/channel.hpp"

namespace guest {

/// The memory of one copy, and a counter that the CPU keeps counting while the copy runs.
struct Buffers {
  static constexpr std::size_t kBytes = 16 * 1024;

  std::span<std::byte> source;
  std::span<std::byte> target;
  Shared<std::uint32_t>* counter;

  /// The counter stands right behind the target: in a line of its own, or, with the mistake, in the
  /// target's last line. Takes its pages for good.
  static Buffers allocate(const Mistake& mistake);
};

/// Copies source to target by DMA as a driver does: map, submit, wait, unmap, all but the mistake.
Result<void> transfer(DmaChannel& channel, const Buffers& buffers, const Mistake& mistake);

}  // namespace guest
