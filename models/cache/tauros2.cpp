// SPDX-License-Identifier: Apache-2.0
#include "models/cache/tauros2.hpp"

#include <bit>

#include "models/cache/cache_clock.hpp"
#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"

namespace linefill {

namespace {

const RegisterModel<Tauros2> kModel{"marvell,tauros2-cache",
                                    "Tauros2 outer cache, operated by the core's CP15"};

Tauros2Options options_of(const DeviceNode& node) {
  constexpr std::uint32_t kSmallest = 128 * 1024;
  constexpr std::uint32_t kLargest = 4 * 1024 * 1024;
  Tauros2Options options;
  const std::uint32_t size = node.u32_or("cache-size", 2 * kSmallest);
  if (!std::has_single_bit(size) || size < kSmallest || size > kLargest)
    node.fail("cache-size", "128 KiB to 4 MiB, a power of two");
  options.way_size_field = static_cast<unsigned>(std::countr_zero(size / kSmallest)) + 1;
  options.timing.cycle = period_of(cache_clock_hz(node));
  return options;
}

}  // namespace

Tauros2::Tauros2(const sc_core::sc_module_name& name, const DeviceNode& node)
    : OuterCache{name, node}, block_{*this, options_of(node), statistics_} {
  nobody_.bind(target);
}

void Tauros2::reset() { block_.reset(from_sc_time(sc_core::sc_time_stamp())); }

BusResponse Tauros2::pass(bool write, const L2Request& request, Time& now) {
  return write ? block_.write(request, now) : block_.read(request, now);
}

BusResponse Tauros2::access(DeviceAccess& /*access*/) { return BusResponse::kDecodeError; }

bool Tauros2::evict_early(std::uint64_t choice) {
  return block_.cache().evict_dirty(choice, from_sc_time(sc_core::sc_time_stamp()));
}

}  // namespace linefill
