// SPDX-License-Identifier: Apache-2.0
// ARM ARM C12 (PMUv1), Cortex-A9 TRM chapter 11.
#include "models/cpu/cp15/performance_monitors.hpp"

#include <map>

#include "tests/support/catch.hpp"

namespace linefill {
namespace {

constexpr std::uint32_t kCycles = 1U << 31;
constexpr std::uint32_t kEnable = 1;

/// Monitors over a clock and events that the test moves.
struct Bench {
  Bench() {
    monitors.set_event_total([this](PerformanceEvent event) { return totals[event]; });
    monitors.reset();
  }
  void count(unsigned counter, PerformanceEvent event) {
    monitors.select(counter);
    monitors.set_event_type(static_cast<std::uint32_t>(event));
  }
  std::uint32_t read(unsigned counter) {
    monitors.select(counter);
    return monitors.event_count();
  }
  CoreClock clock;
  std::map<PerformanceEvent, std::uint64_t> totals;
  PerformanceMonitors monitors{clock};
};

}  // namespace

TEST_CASE_METHOD(Bench, "PMU: an event counts while its counter and PMCR.E are set", "[pmu]") {
  auto& refills = totals[PerformanceEvent::kDataRefill];
  refills = 100;
  count(2, PerformanceEvent::kDataRefill);
  monitors.set_control(kEnable);
  refills += 5;
  CHECK(read(2) == 0);
  monitors.enable(1U << 2);
  refills += 7;
  CHECK(read(2) == 7);
  monitors.disable(1U << 2);
  refills += 9;
  CHECK(read(2) == 7);
  monitors.enable(1U << 2);
  monitors.set_control(0);
  refills += 9;
  CHECK(read(2) == 7);
  monitors.set_control(kEnable | 2);  // P
  CHECK(read(2) == 0);
}

TEST_CASE_METHOD(Bench, "PMU: a counter that passes 32 bits sets its overflow flag", "[pmu]") {
  count(0, PerformanceEvent::kDataAccess);
  monitors.select(0);
  monitors.set_event_count(0xFFFF'FFFE);
  monitors.enable(1);
  monitors.set_control(kEnable);
  totals[PerformanceEvent::kDataAccess] = 1;
  CHECK(monitors.overflows() == 0);
  totals[PerformanceEvent::kDataAccess] = 3;
  CHECK(monitors.overflows() == 1);
  CHECK(read(0) == 1);
  monitors.clear_overflows(1);
  CHECK(monitors.overflows() == 0);
}

TEST_CASE_METHOD(Bench, "PMU: the cycle counter overflows after 2^32 cycles, or 64 times as many",
                 "[pmu]") {
  monitors.enable(kCycles);
  monitors.set_control(kEnable);
  monitors.set_cycles(0xFFFF'FFFF);
  clock.now += 1;
  CHECK(monitors.overflows() == kCycles);
  CHECK(monitors.cycles() == 0);
  monitors.clear_overflows(kCycles);
  monitors.set_control(kEnable | 8 | 4);  // D, C
  clock.now += 640;
  CHECK(monitors.cycles() == 10);
  monitors.set_cycles(0xFFFF'FFFF);
  clock.now += 64;
  CHECK(monitors.overflows() == kCycles);
}

TEST_CASE_METHOD(Bench, "PMU: the interrupt follows overflow, enable and PMCR.E", "[pmu]") {
  count(1, PerformanceEvent::kIsb);
  monitors.select(1);
  monitors.set_event_count(0xFFFF'FFFF);
  monitors.enable(2);
  monitors.set_control(kEnable);
  totals[PerformanceEvent::kIsb] = 1;
  CHECK_FALSE(monitors.interrupt());
  monitors.enable_interrupts(2);
  CHECK(monitors.interrupt());
  monitors.set_control(0);
  CHECK_FALSE(monitors.interrupt());
  monitors.set_control(kEnable);
  CHECK(monitors.interrupt());
  monitors.clear_overflows(2);
  CHECK_FALSE(monitors.interrupt());
}

TEST_CASE_METHOD(Bench, "PMU: software increments only counters of event 0", "[pmu]") {
  count(0, PerformanceEvent::kSoftwareIncrement);
  count(1, PerformanceEvent::kIsb);
  monitors.enable(3);
  monitors.set_control(kEnable);
  monitors.increment(3);
  CHECK(read(0) == 1);
  CHECK(read(1) == 0);
}

}  // namespace linefill
