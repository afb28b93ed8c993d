// SPDX-License-Identifier: Apache-2.0
#include "models/translation/memory_attributes.hpp"

#include <algorithm>

#include "models/translation/descriptor_bits.hpp"

namespace linefill {

namespace {

constexpr MemoryAttributes kStronglyOrdered{};
constexpr MemoryAttributes kDevice{MemoryType::kDevice};

// Device memory is Outer Shareable whatever SH says, and so is Normal memory that is not cached.
MemoryAttributes normal(CachePolicy inner, CachePolicy outer, unsigned sh) {
  const bool uncached = inner == CachePolicy::kNonCacheable && outer == CachePolicy::kNonCacheable;
  return {MemoryType::kNormal, inner, outer, uncached || sh >= 2};
}

/// One half of a byte of MAIR, for Normal memory: bit 0 is the write-allocate hint.
CachePolicy mair_policy(unsigned half) {
  if (half == 4) return CachePolicy::kNonCacheable;
  if ((half & 4U) == 0) return CachePolicy::kWriteThrough;
  return bit(half, 0) ? CachePolicy::kWriteBackWriteAllocate
                      : CachePolicy::kWriteBackNoWriteAllocate;
}

unsigned mair_half(CachePolicy policy) {
  switch (policy) {
    case CachePolicy::kNonCacheable:
      return 0x4;
    case CachePolicy::kWriteThrough:
      return 0xA;
    case CachePolicy::kWriteBackNoWriteAllocate:
      return 0xE;
    default:
      return 0xF;
  }
}

CachePolicy stage2_policy(unsigned two_bits) {
  switch (two_bits) {
    case 1:
      return CachePolicy::kNonCacheable;
    case 2:
      return CachePolicy::kWriteThrough;
    default:
      return CachePolicy::kWriteBackWriteAllocate;
  }
}

// Write-back with either hint, write-through, non-cacheable. The hint is the first stage's.
CachePolicy lesser(CachePolicy first, CachePolicy second) {
  const auto either = [&](CachePolicy p) { return first == p || second == p; };
  if (either(CachePolicy::kNonCacheable)) return CachePolicy::kNonCacheable;
  return either(CachePolicy::kWriteThrough) ? CachePolicy::kWriteThrough : first;
}

}  // namespace

MemoryAttributes decode_mair(unsigned attribute, unsigned sh) {
  const unsigned outer = attribute >> 4 & 0xFU;
  const unsigned inner = attribute & 0xFU;
  if (outer == 0) return inner == 4 || inner == 8 || inner == 0xC ? kDevice : kStronglyOrdered;
  if (inner == 0) return kStronglyOrdered;
  return normal(mair_policy(inner), mair_policy(outer), sh);
}

MemoryAttributes decode_mem_attr(unsigned mem_attr, unsigned sh) {
  const unsigned outer = mem_attr >> 2 & 3U;
  const unsigned inner = mem_attr & 3U;
  if (outer == 0) return inner == 0 ? kStronglyOrdered : kDevice;
  if (inner == 0) return kStronglyOrdered;
  return normal(stage2_policy(inner), stage2_policy(outer), sh);
}

std::uint8_t encode_mair(const MemoryAttributes& attributes) {
  if (attributes.type == MemoryType::kStronglyOrdered) return 0x00;
  if (attributes.type == MemoryType::kDevice) return 0x04;
  return static_cast<std::uint8_t>(mair_half(attributes.outer) << 4 | mair_half(attributes.inner));
}

MemoryAttributes combine(const MemoryAttributes& first, const MemoryAttributes& second) {
  const MemoryType type = std::min(first.type, second.type);
  if (type == MemoryType::kStronglyOrdered) return kStronglyOrdered;
  if (type == MemoryType::kDevice) return kDevice;
  MemoryAttributes both =
      normal(lesser(first.inner, second.inner), lesser(first.outer, second.outer), 0);
  both.shareable = both.shareable || first.shareable || second.shareable;
  return both;
}

}  // namespace linefill
