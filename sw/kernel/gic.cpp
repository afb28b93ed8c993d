// SPDX-License-Identifier: Apache-2.0
// Generic Interrupt Controller architecture version 1, ARM IHI 0048A; Cortex-A9 MPCore TRM
// chapter 3.
#include "sw/arch/mmio.hpp"
#include "sw/kernel/interrupt.hpp"

namespace guest {
namespace {

struct Distributor {
  std::uint32_t control;      // ICDDCR
  std::uint32_t type;         // ICDICTR
  std::uint32_t implementer;  // ICDIIDR
  std::uint32_t reserved0[29];
  std::uint32_t security[32];       // ICDISRn
  std::uint32_t set_enable[32];     // ICDISERn
  std::uint32_t clear_enable[32];   // ICDICERn
  std::uint32_t set_pending[32];    // ICDISPRn
  std::uint32_t clear_pending[32];  // ICDICPRn
  std::uint32_t active[32];         // ICDABRn
  std::uint32_t reserved1[32];
  std::uint32_t priority[256];      // ICDIPRn, four fields a word
  std::uint32_t target[256];        // ICDIPTRn, four fields a word
  std::uint32_t configuration[64];  // ICDICFRn, sixteen fields a word
};
static_assert(offsetof(Distributor, security) == 0x080);
static_assert(offsetof(Distributor, set_enable) == 0x100);
static_assert(offsetof(Distributor, active) == 0x300);
static_assert(offsetof(Distributor, priority) == 0x400);
static_assert(offsetof(Distributor, target) == 0x800);
static_assert(offsetof(Distributor, configuration) == 0xC00);

struct CpuInterface {
  std::uint32_t control;           // ICCICR
  std::uint32_t priority_mask;     // ICCPMR
  std::uint32_t binary_point;      // ICCBPR
  std::uint32_t acknowledge;       // ICCIAR
  std::uint32_t end_of_interrupt;  // ICCEOIR
};
static_assert(offsetof(CpuInterface, end_of_interrupt) == 0x10);

// As Linux sets them.
constexpr std::uint32_t kPriorities = 0xA0A0'A0A0;
constexpr std::uint32_t kPriorityMask = 0xF0;
constexpr std::uint32_t kFirstCpu = 0x0101'0101;
constexpr unsigned kFirstShared = 32;
constexpr unsigned kFirstSpecial = 1020;

class Gic final : public InterruptController {
 public:
  void start(IoPointer distributor, IoPointer cpu) {
    distributor_ = Mmio<Distributor>{distributor};
    cpu_ = Mmio<CpuInterface>{cpu};
    distributor_.write_relaxed(&Distributor::control, 0);
    const std::uint32_t words = (distributor_.read_relaxed(&Distributor::type) & 0x1F) + 1;
    for (std::uint32_t i = 0; i < words; ++i) {
      distributor_.write_relaxed(&Distributor::clear_enable, i, i == 0 ? 0xFFFF'0000 : 0xFFFF'FFFF);
    }
    for (std::uint32_t i = 0; i < words * 8; ++i) {
      distributor_.write_relaxed(&Distributor::priority, i, kPriorities);
      if (i >= kFirstShared / 4) distributor_.write_relaxed(&Distributor::target, i, kFirstCpu);
    }
    distributor_.write_relaxed(&Distributor::control, 1);
    cpu_.write_relaxed(&CpuInterface::priority_mask, kPriorityMask);
    cpu_.write_relaxed(&CpuInterface::control, 1);
  }

  void enable(unsigned irq) override {
    distributor_.write_relaxed(&Distributor::set_enable, irq / 32, 1U << irq % 32);
  }
  void disable(unsigned irq) override {
    distributor_.write_relaxed(&Distributor::clear_enable, irq / 32, 1U << irq % 32);
    // Device registers are reached in order: after this read the line is off.
    distributor_.read_relaxed(&Distributor::control);
  }
  void set_trigger(unsigned irq, bool edge) override {
    if (irq < kFirstShared) return;  // Fixed.
    const std::uint32_t bit = 2U << irq % 16 * 2;
    const std::uint32_t old = distributor_.read_relaxed(&Distributor::configuration, irq / 16);
    distributor_.write_relaxed(&Distributor::configuration, irq / 16,
                               edge ? old | bit : old & ~bit);
  }
  void handle(void (*dispatch)(unsigned irq)) override {
    for (;;) {
      const std::uint32_t acknowledged = cpu_.read_relaxed(&CpuInterface::acknowledge);
      const unsigned irq = acknowledged & 0x3FF;
      if (irq >= kFirstSpecial) return;
      dispatch(irq);
      cpu_.write_relaxed(&CpuInterface::end_of_interrupt, acknowledged);
    }
  }

 private:
  Mmio<Distributor> distributor_;
  Mmio<CpuInterface> cpu_;
};

Gic gic;

Result<void> probe(device& dev) {
  const Result<IoPointer> distributor = device_iomap(dev, 0);
  const Result<IoPointer> cpu = device_iomap(dev, 1);
  if (!distributor || !cpu) return Error::kNotFound;
  gic.start(*distributor, *cpu);
  set_interrupt_controller(gic);
  return {};
}

Driver driver{"arm,cortex-a9-gic", Stage::kInterrupts, probe};

}  // namespace
}  // namespace guest
