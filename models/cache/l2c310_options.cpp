// SPDX-License-Identifier: Apache-2.0
// What the device tree says of an L2C-310: arm/l2c2x0.yaml, and linefill,... properties.
#include "models/cache/l2c310_options.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>
#include <vector>

namespace linefill {

namespace {

constexpr std::uint32_t kDefaultSize = 512 * 1024;
constexpr unsigned kDefaultWays = 8;
constexpr std::uint64_t kDefaultClockHz = 400'000'000;
constexpr std::uint32_t kMinWayBytes = 16 * 1024;
constexpr std::uint32_t kMaxWayBytes = 512 * 1024;

/// TRM 3.3.1: RTL release field of the cache ID.
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 8> kRevisions{{{"r0p0", 0x00},
                                                                                {"r1p0", 0x02},
                                                                                {"r2p0", 0x04},
                                                                                {"r3p0", 0x05},
                                                                                {"r3p1", 0x06},
                                                                                {"r3p1-50", 0x07},
                                                                                {"r3p2", 0x08},
                                                                                {"r3p3", 0x09}}};

std::uint32_t cache_id(const DeviceNode& node) {
  constexpr std::uint32_t kL310 = 0x4100'00C0;
  const std::string revision = node.string_or("linefill,revision", "r3p2");
  for (const auto& [name, code] : kRevisions) {
    if (revision == name) return kL310 | code;
  }
  node.fail("linefill,revision", "r0p0, r1p0, r2p0, r3p0, r3p1, r3p1-50, r3p2 or r3p3");
}

// The controller runs at the core's clock.
std::uint64_t clock_hz(const DeviceNode& node) {
  const DeviceNode* root = &node;
  while (root->parent() != nullptr) root = root->parent();
  const DeviceNode* cpus = root->child("cpus");
  std::uint64_t core = kDefaultClockHz;
  if (cpus != nullptr && !cpus->children().empty()) {
    core = cpus->children().front()->u32_or("clock-frequency", kDefaultClockHz);
  }
  const std::uint64_t hz = node.clock_hz({}, core);
  if (hz == 0) node.fail("clock-frequency", "more than 0");
  return hz;
}

void set_geometry(const DeviceNode& node, L2c310Options& options) {
  const std::uint32_t size = node.u32_or("cache-size", kDefaultSize);
  const std::uint32_t sets = node.u32_or("cache-sets", size / kDefaultWays / kLineBytes);
  const std::uint32_t way_bytes = sets <= kMaxWayBytes / kLineBytes ? sets * kLineBytes : 0;
  if (!std::has_single_bit(way_bytes) || way_bytes < kMinWayBytes) {
    node.fail("cache-sets", "512 to 16384 sets (ways of 16 to 512 KiB), a power of two");
  }
  if (size != way_bytes * 8 && size != way_bytes * 16)
    node.fail("cache-size", "8 or 16 ways of cache-sets lines");
  options.way_size_field = static_cast<unsigned>(std::countr_zero(way_bytes / kMinWayBytes)) + 1;
  options.sixteen_ways = size == way_bytes * 16;
}

// Only checked: it is the guest that programs the latencies.
void check_latency(const DeviceNode& node, const std::string& property) {
  if (!node.has(property)) return;
  constexpr std::uint32_t kMaxCycles = 8;  // Three bits, cycles less one.
  const auto possible = [](std::uint32_t cycles) { return cycles >= 1 && cycles <= kMaxCycles; };
  const std::vector<std::uint32_t> cells = node.cells(property);
  if (cells.size() != 3 || !std::all_of(cells.begin(), cells.end(), possible)) {
    node.fail(property, "three cells, read, write and setup, of 1 to 8 cycles");
  }
}

}  // namespace

L2c310Options l2c310_options(const DeviceNode& node) {
  L2c310Options options;
  options.cache_id = cache_id(node);
  set_geometry(node, options);
  check_latency(node, "arm,tag-latency");
  check_latency(node, "arm,data-latency");
  options.ram_latency_reset = node.u32_or("linefill,ram-latency-reset", options.ram_latency_reset);
  if ((options.ram_latency_reset & ~0x777U) != 0)
    node.fail("linefill,ram-latency-reset", "bits within 0x777");
  constexpr std::uint32_t kPicosecondsPerNanosecond = 1000;
  const std::uint32_t drain = node.u32_or("linefill,store-buffer-drain-ns", 1000);
  options.store_buffer_drain = Time{static_cast<std::int64_t>(drain) * kPicosecondsPerNanosecond};
  options.timing.cycle = period_of(clock_hz(node));
  options.timing.hit_cycles = node.u32_or("linefill,hit-latency-cycles", options.timing.hit_cycles);
  if (options.timing.hit_cycles > 1000) node.fail("linefill,hit-latency-cycles", "at most 1000");
  return options;
}

}  // namespace linefill
