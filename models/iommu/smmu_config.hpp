// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/device_tree.hpp"
#include "models/core/time.hpp"

namespace linefill::smmu {

inline constexpr unsigned kMaxContextBanks = 128;
inline constexpr unsigned kMaxStreamGroups = 128;
inline constexpr unsigned kMaxWalkers = 32;

/// What is chosen when an SMMU is built. The defaults are an MMU-500's, of the size of ours.
struct Config {
  unsigned version = 2;  ///< Of the architecture: in version 1, CBAR.IRPTNDX chooses the interrupt.
  bool stage1 = true;
  bool stage2 = true;
  bool aarch64 = true;  ///< Has contexts of 64-bit addresses (CBA2R.VA64).
  bool coherent_walks = false;
  bool two_states = false;   ///< Security Extensions (IDR0.SES).
  unsigned page_shift = 12;  ///< Of the register pages: 12 or 16.
  unsigned context_banks = 8;
  unsigned stream_groups = 16;
  unsigned global_interrupts = 1;
  unsigned tlb_entries = 64;
  unsigned walk_cache_entries = 32;
  unsigned walkers = 8;     ///< Page-table walks at one time (MMU-500 TRM 2.2).
  unsigned hit_cycles = 2;  ///< Of a look-up that hits.
  Time period = 5ns;
  Time invalidation = 100ns;       ///< How long an invalidation takes once a sync asks for it.
  Time lazy_invalidation = 100us;  ///< When one that no sync asks for is done.

  /// From `compatible`, `reg`, `#global-interrupts`, `dma-coherent`, `clocks` and `linefill,...`;
  /// ConfigurationError for what cannot be built.
  static Config from(const DeviceNode& node);

  bool nested() const { return stage1 && stage2; }
  unsigned page_index_bits() const;  ///< ID1.NUMPAGENDXB + 1.
  unsigned global_pages() const { return 1U << page_index_bits(); }
  std::uint32_t size() const { return 2 * global_pages() << page_shift; }
  std::uint32_t id0() const;
  std::uint32_t id1() const;
  std::uint32_t id2() const;
  std::uint32_t id7() const { return version == 2 ? 0x21 : 0x10; }
};

}  // namespace linefill::smmu
