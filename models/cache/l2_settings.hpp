// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/cache/set_associative.hpp"
#include "models/core/attributes.hpp"

namespace linefill {

/// The controllers of the family, as CACHE_ID[9:6] numbers them.
enum class L2Part : std::uint8_t { kL210 = 1, kL220 = 2, kL310 = 3 };

/// The registers of an outer cache that steer it, as software wrote them (L2C-310 TRM 3.3), and
/// what they mean in each part. The register block writes them; the cache only reads.
struct L2Settings {
  L2Part part = L2Part::kL310;
  /// The second line of a double linefill overwrites a dirty one (erratum 752271).
  bool loses_second_victim = false;
  std::uint32_t control = 0;
  std::uint32_t aux = 0;
  std::uint32_t tag_latency = 0;   ///< L2C-310.
  std::uint32_t data_latency = 0;  ///< L2C-310.
  std::uint32_t lock_line_enable = 0;
  std::uint32_t debug = 0;
  std::uint32_t prefetch = 0;
  /// For each master, modulo 8; the processor is 0 (lockdown by master). L220, L210: the first.
  std::array<std::uint32_t, 8> data_lockdown{};
  std::array<std::uint32_t, 8> instruction_lockdown{};

  bool is_l310() const { return part == L2Part::kL310; }
  /// L210: there is no security; every access is like a secure one.
  bool ignores_security() const { return part == L2Part::kL210; }
  bool enabled() const { return bit(control, 0); }
  bool exclusive() const { return part != L2Part::kL210 && bit(aux, 12); }
  bool shared_invalidate() const { return is_l310() && bit(aux, 13); }
  bool shared_override() const { return bit(aux, 22); }
  /// L210: shared memory is not cached unless overridden.
  bool shared_is_cached() const { return part != L2Part::kL210 || shared_override(); }
  /// Non-cacheable accesses are looked up if they are shared.
  bool looks_up_shared() const { return part != L2Part::kL210 && !shared_override(); }
  bool nonsecure_lockdown() const { return bit(aux, 26); }
  bool nonsecure_interrupts() const { return bit(aux, 27); }
  bool fills_disabled() const { return bit(debug, 0); }
  bool write_through_forced() const { return bit(debug, 1); }
  bool locks_lines() const { return bit(lock_line_enable, 0); }
  /// Writes are answered when their first beat is there.
  bool early_response() const { return is_l310() && bit(aux, 30); }
  /// One beat for a line of zeros is understood.
  bool takes_lines_of_zeros() const { return is_l310() && enabled() && bit(aux, 0); }
  bool double_linefill() const { return bit(prefetch, 30); }
  /// Double linefills go upward only: from an odd line to the next, even.
  bool double_linefill_upward() const { return bit(prefetch, 23); }
  bool prefetches(bool instruction) const { return bit(prefetch, instruction ? 29 : 28); }
  unsigned prefetch_offset() const { return prefetch & 0x1FU; }
  /// Whether a write miss allocates, for a line whose attributes ask for `wanted` (aux[24:23];
  /// L210: aux[23] overrides what is wanted, aux[24] is another thing).
  bool write_allocates(bool wanted) const {
    const unsigned force = aux >> 23 & (part == L2Part::kL210 ? 1U : 3U);
    return force == 2 || (force != 1 && wanted);
  }
  std::uint32_t locked_ways(MasterId master, bool instruction) const {
    const std::size_t pairs = is_l310() ? data_lockdown.size() : 1;
    const std::size_t pair = static_cast<std::size_t>(master) % pairs;
    return instruction ? instruction_lockdown[pair] : data_lockdown[pair];
  }
  Replacement replacement() const {
    return is_l310() && bit(aux, 25) ? Replacement::kRoundRobin : Replacement::kPseudoRandom;
  }

  /// Way size field: 1 is 16 KiB ... 6 is 512 KiB; 0 acts as 1, what is too large as the largest
  /// (L220, L210: 5). L220 and L210 have their number of ways in aux[16:13], 1 to 8.
  CacheGeometry geometry() const {
    const unsigned field = std::clamp(aux >> 17 & 7U, 1U, is_l310() ? 6U : 5U);
    const unsigned sets = (8192U << field) / kLineBytes;
    if (is_l310()) return {bit(aux, 16) ? 16U : 8U, sets};
    return {std::clamp(aux >> 13 & 0xFU, 1U, 8U), sets};
  }
  /// RAM latencies in cycles: a field holds one less.
  unsigned tag_read_cycles() const {
    return (is_l310() ? tag_latency >> 4 & 7U : aux >> 6 & 7U) + 1;
  }
  unsigned data_read_cycles() const { return (is_l310() ? data_latency >> 4 & 7U : aux & 7U) + 1; }

 private:
  static constexpr bool bit(std::uint32_t word, unsigned n) { return (word >> n & 1U) != 0; }
};

}  // namespace linefill
