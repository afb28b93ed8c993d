// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/kernel/device.hpp"
#include "sw/lib/result.hpp"

enum irqreturn_t { IRQ_NONE = 0, IRQ_HANDLED = 1 };
using irq_handler_t = irqreturn_t (*)(int irq, void* data);

extern "C" {
/// Calls `handler(irq, data)` whenever the line is active; 0, or a negative errno. Interrupts are
/// off in it.
int request_irq(unsigned irq, irq_handler_t handler, unsigned long flags, const char* name,
                void* data);
void free_irq(unsigned irq, void* data);
void enable_irq(unsigned irq);
void disable_irq(unsigned irq);
}

namespace guest {

/// Where interrupts come from. There is one.
class InterruptController {
 public:
  virtual void enable(unsigned irq) = 0;
  virtual void disable(unsigned irq) = 0;
  virtual void set_trigger(unsigned irq, bool edge) = 0;
  /// Serves everything that is pending; `dispatch(irq)` for each.
  virtual void handle(void (*dispatch)(unsigned irq)) = 0;

 protected:
  ~InterruptController() = default;
};

void set_interrupt_controller(InterruptController& controller);

/// The `index`th interrupt of a device as the GIC numbers it (SPI n is 32 + n), or kNotFound.
Result<unsigned> device_irq(const device& dev, unsigned index = 0);
/// The number of interrupts a device has.
unsigned device_irq_count(const device& dev);

/// How many interrupts were served, for tests and statistics.
unsigned long interrupt_count();
/// In an interrupt handler (not in a tasklet).
bool in_interrupt();

}  // namespace guest

/// Called by the exception vector, interrupts off.
extern "C" void handle_irq();
