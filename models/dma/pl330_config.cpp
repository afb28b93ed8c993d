// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330_config.hpp"

#include <bit>
#include <string>

namespace linefill::pl330 {

namespace {

constexpr std::uint64_t kDefaultHz = 100'000'000;

unsigned in_range(const DeviceNode& node, const char* property, unsigned fallback, unsigned low,
                  unsigned high) {
  const std::uint32_t value = node.u32_or(property, fallback);
  if (value < low || value > high)
    node.fail(property, std::to_string(low) + " to " + std::to_string(high));
  return value;
}

unsigned power_of_two(const DeviceNode& node, const char* property, unsigned fallback, unsigned low,
                      unsigned high) {
  const unsigned value = in_range(node, property, fallback, low, high);
  if (!std::has_single_bit(value)) node.fail(property, "a power of two");
  return value;
}

constexpr std::uint32_t log2_of(unsigned value) { return std::bit_width(value) - 1U; }

}  // namespace

Config Config::from(const DeviceNode& node) {
  Config c;
  c.channels = in_range(node, "dma-channels", c.channels, 1, kMaxChannels);
  c.requests = in_range(node, "dma-requests", c.requests, 0, 32);
  c.events = in_range(node, "linefill,events", c.events, 1, 32);
  c.bus_bytes = power_of_two(node, "linefill,bus-width", c.bus_bytes * 8, 32, 128) / 8;
  c.mfifo_lines = in_range(node, "linefill,mfifo-lines", c.mfifo_lines, 1, 1024);
  c.cache_lines = in_range(node, "linefill,cache-lines", c.cache_lines, 1, 16);
  c.cache_line_bytes = power_of_two(node, "linefill,cache-line-bytes", c.cache_line_bytes, 4, 32);
  c.read_capability = in_range(node, "linefill,read-capability", c.read_capability, 1, 8);
  c.write_capability = in_range(node, "linefill,write-capability", c.write_capability, 1, 8);
  c.read_queue = in_range(node, "linefill,read-queue", c.read_queue, 1, 16);
  c.write_queue = in_range(node, "linefill,write-queue", c.write_queue, 1, 16);
  c.fetch_cache = in_range(node, "linefill,fetch-cache", c.fetch_cache, 0, 15);
  if (node.has("linefill,boot-address")) c.boot_address = node.u32("linefill,boot-address");
  c.manager_non_secure = node.has("linefill,manager-non-secure");
  c.non_secure_events = node.u32_or("linefill,non-secure-events", 0);
  c.non_secure_requests = node.u32_or("linefill,non-secure-requests", 0);
  c.period = period_of(node.clock_hz("apb_pclk", kDefaultHz));
  return c;
}

std::uint32_t Config::cr0() const {
  const std::uint32_t interfaces = requests > 0 ? 1U | (requests - 1) << 12 : 0U;
  return interfaces | (boot_address ? 2U : 0U) | (manager_non_secure ? 4U : 0U) |
         (channels - 1) << 4 | (events - 1) << 17;
}

std::uint32_t Config::cr1() const { return log2_of(cache_line_bytes) | (cache_lines - 1) << 4; }

std::uint32_t Config::crd() const {
  return log2_of(bus_bytes) | (write_capability - 1) << 4 | (write_queue - 1) << 8 |
         (read_capability - 1) << 12 | (read_queue - 1) << 16 | (mfifo_lines - 1) << 20;
}

}  // namespace linefill::pl330
