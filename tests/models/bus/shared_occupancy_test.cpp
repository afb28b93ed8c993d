// SPDX-License-Identifier: Apache-2.0
#include "models/bus/shared_occupancy.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

namespace {
constexpr MasterId kCpu{0};
constexpr MasterId kDisplay{1};
constexpr MasterId kDma{2};
}  // namespace

TEST_CASE("shared occupancy: a free resource is taken at once", "[bus][block]") {
  SharedOccupancy bus;
  CHECK(bus.take(kCpu, 5ns, 20ns) == 5ns);
  CHECK(bus.take(kDma, 25ns, 80ns) == 25ns);
  CHECK(bus.waited() == Time{0});
}

TEST_CASE("shared occupancy: a master waits for its own bursts", "[bus][block]") {
  SharedOccupancy bus;
  for (int i = 0; i < 8; ++i) CHECK(bus.take(kDma, 0ns, 80ns) == i * 80ns);
}

TEST_CASE("shared occupancy: a burst that is booked for later leaves the time before free",
          "[bus][block]") {
  SharedOccupancy bus;
  bus.take(kCpu, 100ns, 20ns);
  CHECK(bus.take(kCpu, 10ns, 20ns) == 10ns);
  CHECK(bus.take(kCpu, 85ns, 20ns) == 120ns);  // Too long for the gap.
}

TEST_CASE("shared occupancy: a master waits for one burst of each other, however many are booked",
          "[bus][block]") {
  SharedOccupancy bus;
  for (int i = 0; i < 8; ++i) bus.take(kDma, 0ns, 80ns);
  CHECK(bus.take(kDisplay, 10ns, 20ns) == 80ns);
  CHECK(bus.take(kCpu, 10ns, 20ns) == 80ns);
}

TEST_CASE("shared occupancy: who is overtaken pays with the next burst", "[bus][block]") {
  SharedOccupancy bus;
  for (int i = 0; i < 8; ++i) bus.take(kDma, 0ns, 80ns);
  bus.take(kDisplay, 10ns, 20ns);
  CHECK(bus.take(kDma, 10ns, 80ns) == 660ns);
}

TEST_CASE("shared occupancy: an overload by two masters gives each a half, and not more than all",
          "[bus][block]") {
  // Each keeps four bursts outstanding, as an AXI master does.
  SharedOccupancy bus;
  struct Master {
    MasterId id;
    std::array<Time, 4> ends{};
    int done = 0;
  };
  std::array<Master, 2> masters{Master{kCpu}, Master{kDma}};
  constexpr Time kBurst = 10ns;
  constexpr Time kEnd = 100us;
  for (Time now{0}; now < kEnd; now += 1ns) {
    for (Master& m : masters) {
      for (Time& end : m.ends) {
        if (end > now) continue;
        end = bus.take(m.id, now, kBurst) + kBurst;
        ++m.done;
      }
    }
  }
  const int all = masters[0].done + masters[1].done;
  CHECK(all >= kEnd / kBurst * 98 / 100);
  CHECK(all <= kEnd / kBurst * 102 / 100);
  CHECK(masters[0].done >= all * 40 / 100);
  CHECK(masters[1].done >= all * 40 / 100);
}

namespace {

/// How long the slowest of a display's reads waits while `masters` others keep eight bursts of 80
/// ns booked: 32 bytes are due every 318 ns (640x480, 32 bits, 60 Hz).
Time longest_wait_of_display(unsigned masters) {
  SharedOccupancy bus;
  std::vector<std::array<Time, 8>> others(masters);
  Time longest{0};
  Time due{0};
  for (Time now{0}; now < 200us; now += 2ns) {
    for (unsigned m = 0; m < masters; ++m) {
      for (Time& end : others[m]) {
        if (end <= now)
          end = bus.take(MasterId{static_cast<std::uint8_t>(2 + m)}, now, 80ns) + 80ns;
      }
    }
    if (now < due) continue;
    const Time start = bus.take(kDisplay, now, 20ns);
    longest = std::max(longest, start - now);
    due = std::max(due + 318ns, start + 20ns);
  }
  return longest;
}

}  // namespace

TEST_CASE("shared occupancy: a busy DMA controller does not starve a display", "[bus][block]") {
  CHECK(longest_wait_of_display(1) <= 80ns);
  CHECK(longest_wait_of_display(3) <= 240ns);
}

TEST_CASE("shared occupancy: more masters than there is room for do starve it", "[bus][block]") {
  CHECK(longest_wait_of_display(6) > 318ns);
}
