// SPDX-License-Identifier: Apache-2.0
// What the device tree says of an outer cache controller: arm/l2c2x0.yaml, and linefill,...
// properties.
#include "models/cache/l2x0_options.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>
#include <vector>

#include "models/cache/cache_clock.hpp"

namespace linefill {

namespace {

constexpr std::uint32_t kDefaultSize = 512 * 1024;
constexpr unsigned kDefaultWays = 8;
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

L2Part part_of(const DeviceNode& node) {
  if (node.compatible_with("arm,l220-cache")) return L2Part::kL220;
  if (node.compatible_with("arm,l210-cache")) return L2Part::kL210;
  return L2Part::kL310;
}

std::uint32_t cache_id(const DeviceNode& node, L2Part part) {
  constexpr std::uint32_t kL210 = 0x4100'0040;
  constexpr std::uint32_t kL220 = 0x4100'0086;
  constexpr std::uint32_t kL310 = 0x4100'00C0;
  if (part != L2Part::kL310) {
    if (node.has("linefill,revision")) node.fail("linefill,revision", "only for an L2C-310");
    return part == L2Part::kL220 ? kL220 : kL210;
  }
  const std::string revision = node.string_or("linefill,revision", "r3p2");
  for (const auto& [name, code] : kRevisions) {
    if (revision == name) return kL310 | code;
  }
  node.fail("linefill,revision", "r0p0, r1p0, r2p0, r3p0, r3p1, r3p1-50, r3p2 or r3p3");
}

void set_geometry(const DeviceNode& node, L2x0Options& options) {
  const bool l310 = options.part == L2Part::kL310;
  const std::uint32_t max_way_bytes = l310 ? kMaxWayBytes : kMaxWayBytes / 2;
  const std::uint32_t size = node.u32_or("cache-size", kDefaultSize);
  const std::uint32_t sets = node.u32_or("cache-sets", size / kDefaultWays / kLineBytes);
  const std::uint32_t way_bytes = sets <= max_way_bytes / kLineBytes ? sets * kLineBytes : 0;
  if (!std::has_single_bit(way_bytes) || way_bytes < kMinWayBytes) {
    node.fail("cache-sets", l310 ? "512 to 16384 sets (ways of 16 to 512 KiB), a power of two"
                                 : "512 to 8192 sets (ways of 16 to 256 KiB), a power of two");
  }
  const std::uint32_t ways = size % way_bytes == 0 ? size / way_bytes : 0;
  if (l310 && ways != 8 && ways != 16) node.fail("cache-size", "8 or 16 ways of cache-sets lines");
  if (ways < 1 || ways > 16 || (!l310 && ways > 8))
    node.fail("cache-size", "1 to 8 ways of cache-sets lines");
  options.way_size_field = static_cast<unsigned>(std::countr_zero(way_bytes / kMinWayBytes)) + 1;
  options.ways = ways;
}

// Only checked: it is the guest that programs the latencies. Three bits, cycles less one. What a
// part has no field for may be 0 or be left out: of `cells`, the first `used` count.
void check_latency(const DeviceNode& node, const std::string& property, std::size_t used,
                   std::size_t cells, const std::string& expected) {
  if (!node.has(property)) return;
  constexpr std::uint32_t kMaxCycles = 8;
  const std::vector<std::uint32_t> found = node.cells(property);
  bool possible = found.size() >= used && found.size() <= cells;
  for (std::size_t i = 0; i < found.size(); ++i)
    possible = possible && found[i] <= kMaxCycles && (found[i] >= 1 || i >= used);
  if (!possible) node.fail(property, expected);
}

void check_latencies(const DeviceNode& node, L2Part part) {
  if (part == L2Part::kL310) {
    const char* const all = "three cells, read, write and setup, of 1 to 8 cycles";
    check_latency(node, "arm,tag-latency", 3, 3, all);
    check_latency(node, "arm,data-latency", 3, 3, all);
    return;
  }
  check_latency(node, "arm,tag-latency", 1, 3, "a cell of 1 to 8 cycles");
  check_latency(node, "arm,data-latency", 2, 3, "two cells, read and write, of 1 to 8 cycles");
  check_latency(node, "arm,dirty-latency", 1, 1, "a cell of 1 to 8 cycles");
}

}  // namespace

L2x0Options l2x0_options(const DeviceNode& node) {
  L2x0Options options;
  options.part = part_of(node);
  options.cache_id = cache_id(node, options.part);
  set_geometry(node, options);
  check_latencies(node, options.part);
  options.ram_latency_reset = node.u32_or("linefill,ram-latency-reset", options.ram_latency_reset);
  if ((options.ram_latency_reset & ~0x777U) != 0)
    node.fail("linefill,ram-latency-reset", "bits within 0x777");
  constexpr std::uint32_t kPicosecondsPerNanosecond = 1000;
  const std::uint32_t drain = node.u32_or("linefill,store-buffer-drain-ns", 1000);
  options.store_buffer_drain = Time{static_cast<std::int64_t>(drain) * kPicosecondsPerNanosecond};
  options.timing.cycle = period_of(cache_clock_hz(node));
  options.timing.hit_cycles = node.u32_or("linefill,hit-latency-cycles", options.timing.hit_cycles);
  if (options.timing.hit_cycles > 1000) node.fail("linefill,hit-latency-cycles", "at most 1000");
  return options;
}

}  // namespace linefill
