// SPDX-License-Identifier: Apache-2.0
// ARM Dual-Timer Module SP804 (DDI 0271): the first timer counts, the second interrupts.
#include <algorithm>

#include "sw/arch/mmio.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/time.hpp"

namespace guest {
namespace {

struct DualTimer {
  std::uint32_t first[8];   // Timer1Load to Timer1BGLoad
  std::uint32_t second[8];  // Timer2Load to Timer2BGLoad
};
static_assert(offsetof(DualTimer, second) == 0x20);

// Indices of TimerXLoad, Value, Control, IntClr.
constexpr std::size_t kLoad = 0;
constexpr std::size_t kValue = 1;
constexpr std::size_t kControl = 2;
constexpr std::size_t kIntClr = 3;

constexpr std::uint32_t kOneShot = 1U << 0;
constexpr std::uint32_t kWide = 1U << 1;
constexpr std::uint32_t kIntEnable = 1U << 5;
constexpr std::uint32_t kEnable = 1U << 7;
constexpr unsigned kRating = 300;
constexpr std::uint32_t kUsualRate = 1'000'000;
constexpr std::uint32_t kPartNumber = 0x804;

class Sp804 final : public ClockSource, public ClockEvent {
 public:
  Result<void> start(device& dev) {
    if (timer_) return {};  // One is enough.
    const Result<IoPointer> registers = device_iomap(dev);
    if (!registers) return registers.error();
    if ((primecell_id(*registers) & 0xFFF) != kPartNumber) return Error::kNoDevice;
    const Result<unsigned> irq = device_irq(dev);
    if (!irq) return irq.error();
    timer_ = Mmio<DualTimer>{*registers};
    event_rate_ = clock_rate(dev, 1, kUsualRate);
    timer_.write_relaxed(&DualTimer::first, kControl, 0);
    timer_.write_relaxed(&DualTimer::first, kLoad, 0xFFFF'FFFF);
    timer_.write_relaxed(&DualTimer::first, kControl, kWide | kEnable);
    stop();
    if (request_irq(*irq, on_interrupt, 0, dev_name(&dev), this) != 0) return Error::kBusy;
    register_clock_source(*this, clock_rate(dev, 0, kUsualRate), kRating);
    register_clock_event(*this, kRating);
    return {};
  }

  std::uint32_t read() override { return ~timer_.read_relaxed(&DualTimer::first, kValue); }

  void program(std::uint64_t delta_ns) override {
    const std::uint64_t ticks = delta_ns * (event_rate_ / 1000) / kNsPerMs;
    const std::uint64_t limited = std::clamp<std::uint64_t>(ticks, 1, 0xFFFF'FFFF);
    timer_.write_relaxed(&DualTimer::second, kControl, 0);
    timer_.write_relaxed(&DualTimer::second, kLoad, static_cast<std::uint32_t>(limited));
    timer_.write_relaxed(&DualTimer::second, kControl, kOneShot | kWide | kIntEnable | kEnable);
  }
  void stop() override {
    timer_.write_relaxed(&DualTimer::second, kControl, 0);
    timer_.write_relaxed(&DualTimer::second, kIntClr, 0);
  }

 private:
  static irqreturn_t on_interrupt(int /*irq*/, void* data) {
    auto& self = *static_cast<Sp804*>(data);
    self.timer_.write_relaxed(&DualTimer::second, kIntClr, 0);
    run_timers();
    return IRQ_HANDLED;
  }

  Mmio<DualTimer> timer_;
  std::uint32_t event_rate_ = kUsualRate;
};

Sp804 sp804;

Result<void> probe(device& dev) { return sp804.start(dev); }

Driver driver{"arm,sp804", Stage::kTime, probe};

}  // namespace
}  // namespace guest
