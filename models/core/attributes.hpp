// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill {

/// ARM Architecture Reference Manual ARMv7-A, A3.5: memory types.
enum class MemoryType : std::uint8_t { kStronglyOrdered, kDevice, kNormal };

/// Cacheability of Normal memory, as the TEX encoding numbers it (ARM ARM B3.8.2).
enum class CachePolicy : std::uint8_t {
  kNonCacheable,
  kWriteBackWriteAllocate,
  kWriteThrough,
  kWriteBackNoWriteAllocate,
};

struct MemoryAttributes {
  MemoryType type = MemoryType::kStronglyOrdered;
  CachePolicy inner = CachePolicy::kNonCacheable;
  CachePolicy outer = CachePolicy::kNonCacheable;
  bool shareable = true;

  constexpr bool normal() const { return type == MemoryType::kNormal; }
  friend constexpr bool operator==(const MemoryAttributes&, const MemoryAttributes&) = default;
};

inline constexpr MemoryAttributes kNormalNonCacheable{MemoryType::kNormal};

/// How the bus answers (AXI: OKAY, SLVERR, DECERR). Held: an IOMMU keeps the access until software
/// has dealt with a fault; nothing was done, and the master is told when to issue it again.
enum class BusResponse : std::uint8_t { kOkay, kSlaveError, kDecodeError, kHeld };

/// Which bus master an access comes from. The processor is 0; the platform numbers the others
/// from 1.
enum class MasterId : std::uint8_t { kProcessor = 0 };

/// How far the processor had come, counted in its stores to device registers. A Normal store made
/// in epoch e is older, in program order, than everything caused by a device store that began epoch
/// c, if e < c (architecture, section 7: what "before" is).
using Epoch = std::uint32_t;

/// Who is behind an access, and since when. For a device: the program counter and epoch of the
/// register write that started it; epoch 0 means that no store did (free-running scan-out).
struct Origin {
  MasterId master = MasterId::kProcessor;
  std::uint32_t pc = 0;
  Epoch epoch = 0;
};

/// The later of two causes: an access needs both to have happened.
constexpr const Origin& later(const Origin& a, const Origin& b) {
  return a.epoch < b.epoch ? b : a;
}

/// What travels with a transaction besides address and data.
struct Attributes {
  MemoryAttributes memory{};
  Origin origin{};
  bool privileged = true;
  bool secure = true;
  bool instruction = false;
  bool exclusive = false;
  bool table_walk = false;  ///< A descriptor, read by an MMU.
  std::uint8_t axi_id = 0;  ///< Which of the master's own streams: a DMA channel.
  /// Behind an IOMMU: the address that the master gave.
  bool translated = false;
  std::uint32_t io_address = 0;
};

}  // namespace linefill
