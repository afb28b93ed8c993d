// SPDX-License-Identifier: Apache-2.0
// The private timer of a Cortex-A9: Cortex-A9 MPCore TRM (DDI 0407), chapter 4.
#include <algorithm>

#include "sw/arch/mmio.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/time.hpp"

namespace guest {
namespace {

struct PrivateTimer {
  std::uint32_t load;
  std::uint32_t counter;
  std::uint32_t control;
  std::uint32_t interrupt_status;
};

constexpr std::uint32_t kEnable = 1U << 0;
constexpr std::uint32_t kInterruptEnable = 1U << 2;
constexpr unsigned kRating = 350;
constexpr std::uint32_t kUsualRate = 100'000'000;

class PrivateTimerEvent final : public ClockEvent {
 public:
  Result<void> start(device& dev) {
    const Result<IoPointer> registers = device_iomap(dev);
    if (!registers) return registers.error();
    timer_ = Mmio<PrivateTimer>{*registers};
    rate_ = clock_rate(dev, 0, kUsualRate);
    stop();
    const Result<unsigned> irq = device_irq(dev);
    if (!irq) return irq.error();
    if (request_irq(*irq, on_interrupt, 0, dev_name(&dev), this) != 0) return Error::kBusy;
    register_clock_event(*this, kRating);
    return {};
  }

  void program(std::uint64_t delta_ns) override {
    // 10 seconds at most, and clocks below 400 MHz: within 32 bits.
    const std::uint64_t ticks = delta_ns * (rate_ / 1'000'000) / kNsPerUs;
    const std::uint64_t limited = std::clamp<std::uint64_t>(ticks, 1, 0xFFFF'FFFF);
    timer_.write_relaxed(&PrivateTimer::control, 0);
    timer_.write_relaxed(&PrivateTimer::load, static_cast<std::uint32_t>(limited));
    timer_.write_relaxed(&PrivateTimer::control, kEnable | kInterruptEnable);
  }
  void stop() override {
    timer_.write_relaxed(&PrivateTimer::control, 0);
    timer_.write_relaxed(&PrivateTimer::interrupt_status, 1);
  }

 private:
  static irqreturn_t on_interrupt(int /*irq*/, void* data) {
    auto& self = *static_cast<PrivateTimerEvent*>(data);
    self.timer_.write_relaxed(&PrivateTimer::interrupt_status, 1);
    run_timers();
    return IRQ_HANDLED;
  }

  Mmio<PrivateTimer> timer_;
  std::uint32_t rate_ = kUsualRate;
};

PrivateTimerEvent event;

Result<void> probe(device& dev) { return event.start(dev); }

Driver driver{"arm,cortex-a9-twd-timer", Stage::kTime, probe};

}  // namespace
}  // namespace guest
