// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/cache/set_associative.hpp"
#include "models/core/attributes.hpp"

namespace linefill {

/// The registers of an L2C-310 that steer its cache, as software wrote them (L2C-310 TRM 3.3). The
/// register block writes them; the cache only reads.
struct L2Settings {
  std::uint32_t control = 0;
  std::uint32_t aux = 0;
  std::uint32_t tag_latency = 0;
  std::uint32_t data_latency = 0;
  std::uint32_t lock_line_enable = 0;
  std::uint32_t debug = 0;
  std::uint32_t prefetch = 0;
  /// For each master, modulo 8; the processor is 0 (lockdown by master).
  std::array<std::uint32_t, 8> data_lockdown{};
  std::array<std::uint32_t, 8> instruction_lockdown{};

  bool enabled() const { return bit(control, 0); }
  bool exclusive() const { return bit(aux, 12); }
  bool shared_invalidate() const { return bit(aux, 13); }
  bool shared_override() const { return bit(aux, 22); }
  bool nonsecure_lockdown() const { return bit(aux, 26); }
  bool nonsecure_interrupts() const { return bit(aux, 27); }
  bool fills_disabled() const { return bit(debug, 0); }
  bool write_through_forced() const { return bit(debug, 1); }
  bool locks_lines() const { return bit(lock_line_enable, 0); }
  bool prefetches(bool instruction) const { return bit(prefetch, instruction ? 29 : 28); }
  unsigned prefetch_offset() const { return prefetch & 0x1FU; }
  /// Whether a write miss allocates, for a line whose attributes ask for `wanted` (aux[24:23]).
  bool write_allocates(bool wanted) const {
    const unsigned force = aux >> 23 & 3U;
    return force == 2 || (force != 1 && wanted);
  }
  std::uint32_t locked_ways(MasterId master, bool instruction) const {
    const std::size_t pair = static_cast<std::size_t>(master) % data_lockdown.size();
    return instruction ? instruction_lockdown[pair] : data_lockdown[pair];
  }
  Replacement replacement() const {
    return bit(aux, 25) ? Replacement::kRoundRobin : Replacement::kPseudoRandom;
  }

  /// Way size field: 1 is 16 KiB ... 6 is 512 KiB; 0 acts as 1, 7 as 6.
  CacheGeometry geometry() const {
    const unsigned field = aux >> 17 & 7U;
    const unsigned size = field == 0 ? 1 : field == 7 ? 6 : field;
    return {bit(aux, 16) ? 16U : 8U, (8192U << size) / kLineBytes};
  }
  /// RAM latencies in cycles: a field holds one less.
  unsigned tag_read_cycles() const { return (tag_latency >> 4 & 7U) + 1; }
  unsigned data_read_cycles() const { return (data_latency >> 4 & 7U) + 1; }
  unsigned data_write_cycles() const { return (data_latency >> 8 & 7U) + 1; }

 private:
  static constexpr bool bit(std::uint32_t word, unsigned n) { return (word >> n & 1U) != 0; }
};

}  // namespace linefill
