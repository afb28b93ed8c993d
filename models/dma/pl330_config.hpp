// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/core/device_tree.hpp"
#include "models/core/time.hpp"

namespace linefill::pl330 {

inline constexpr unsigned kMaxChannels = 8;
inline constexpr unsigned kMaxBurstBytes = 16 * 16;  ///< 16 beats of 128 bits.

/// What is chosen when a DMA-330 is synthesised or strapped (TRM 3.3.24 to 3.3.29, CR0 to CR4,
/// CRD). The defaults are those of the Zynq-7000's controller, with as many request interfaces as
/// there can be.
struct Config {
  unsigned channels = 8;
  unsigned requests = 32;
  unsigned events = 16;
  unsigned bus_bytes = 8;
  unsigned mfifo_lines = 128;
  unsigned cache_lines = 8;
  unsigned cache_line_bytes = 16;
  unsigned read_capability = 8;
  unsigned write_capability = 8;
  unsigned read_queue = 16;
  unsigned write_queue = 16;
  unsigned fetch_cache = 2;                   ///< AxCACHE of microcode fetches.
  std::optional<std::uint32_t> boot_address;  ///< The manager starts here at reset, if given.
  bool manager_non_secure = false;
  std::uint32_t non_secure_events = 0;
  std::uint32_t non_secure_requests = 0;
  Time period = 10ns;

  /// From `dma-channels`, `dma-requests` and `linefill,...`; ConfigurationError for what cannot be
  /// built.
  static Config from(const DeviceNode& node);

  unsigned mfifo_bytes() const { return mfifo_lines * bus_bytes; }
  std::uint32_t cr0() const;
  std::uint32_t cr1() const;
  std::uint32_t crd() const;
};

}  // namespace linefill::pl330
