// SPDX-License-Identifier: Apache-2.0
// The global timer of a Cortex-A9, as a counter: Cortex-A9 MPCore TRM (DDI 0407), chapter 4.
#include "sw/arch/mmio.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/time.hpp"

namespace guest {
namespace {

struct GlobalTimer {
  std::uint32_t counter_low;
  std::uint32_t counter_high;
  std::uint32_t control;
};

constexpr std::uint32_t kEnable = 1U << 0;
constexpr unsigned kRating = 350;
constexpr std::uint32_t kUsualRate = 100'000'000;

class GlobalCounter final : public ClockSource {
 public:
  std::uint32_t read() override { return registers.read_relaxed(&GlobalTimer::counter_low); }
  Mmio<GlobalTimer> registers;
};

GlobalCounter counter;

Result<void> probe(device& dev) {
  const Result<IoPointer> registers = device_iomap(dev);
  if (!registers) return registers.error();
  counter.registers = Mmio<GlobalTimer>{*registers};
  counter.registers.write_relaxed(&GlobalTimer::control, kEnable);
  register_clock_source(counter, clock_rate(dev, 0, kUsualRate), kRating);
  return {};
}

Driver driver{"arm,cortex-a9-global-timer", Stage::kTime, probe};

}  // namespace
}  // namespace guest
