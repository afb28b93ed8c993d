// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/interrupt.hpp"

#include <array>

#include "sw/arch/irqflags.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/tasklet.hpp"

namespace guest {
namespace {

constexpr std::size_t kMostInterrupts = 256;
constexpr unsigned kFirstShared = 32;   // GIC: SPI 0.
constexpr unsigned kFirstPrivate = 16;  // GIC: PPI 0.
constexpr unsigned kCellsPerInterrupt = 3;
constexpr unsigned kEdgeTriggers = 3;  // Rising or falling.

struct Action {
  irq_handler_t handler = nullptr;
  void* data = nullptr;
  const char* name = nullptr;
};

std::array<Action, kMostInterrupts> actions;
InterruptController* controller = nullptr;
unsigned long served = 0;
unsigned depth = 0;

void dispatch(unsigned irq) {
  ++served;
  const Action action = irq < kMostInterrupts ? actions[irq] : Action{};
  if (action.handler != nullptr) {
    action.handler(static_cast<int>(irq), action.data);
  } else {
    printk("interrupt ", irq, ": nobody asked for it, switched off\n");
    controller->disable(irq);
  }
}

}  // namespace

void set_interrupt_controller(InterruptController& new_controller) { controller = &new_controller; }
unsigned long interrupt_count() { return served; }
bool in_interrupt() { return depth != 0; }

unsigned device_irq_count(const device& dev) {
  return static_cast<unsigned>(dev.of_node.cells("interrupts").size() / kCellsPerInterrupt);
}

Result<unsigned> device_irq(const device& dev, unsigned index) {
  if (index >= device_irq_count(dev)) return Error::kNotFound;
  const Cells cells = dev.of_node.cells("interrupts");
  const std::size_t at = std::size_t{index} * kCellsPerInterrupt;
  const unsigned irq =
      static_cast<unsigned>(cells[at + 1]) + (cells[at] == 0 ? kFirstShared : kFirstPrivate);
  if (irq >= kMostInterrupts) return Error::kOutOfRange;
  if (controller != nullptr) controller->set_trigger(irq, (cells[at + 2] & kEdgeTriggers) != 0);
  return irq;
}

}  // namespace guest

int request_irq(unsigned irq, irq_handler_t handler, unsigned long /*flags*/, const char* name,
                void* data) {
  using namespace guest;
  if (irq >= kMostInterrupts || handler == nullptr) return to_errno(Error::kInvalid);
  if (actions[irq].handler != nullptr) return to_errno(Error::kBusy);
  if (controller == nullptr) return to_errno(Error::kNoDevice);
  actions[irq] = {handler, data, name};
  controller->enable(irq);
  return 0;
}

void free_irq(unsigned irq, void* /*data*/) {
  using namespace guest;
  if (irq >= kMostInterrupts || controller == nullptr) return;
  controller->disable(irq);
  actions[irq] = {};
}

void enable_irq(unsigned irq) { guest::controller->enable(irq); }
void disable_irq(unsigned irq) { guest::controller->disable(irq); }

void handle_irq() {
  using namespace guest;
  ++depth;
  if (controller != nullptr) controller->handle(dispatch);
  --depth;
  if (depth == 0) run_tasklets();
}
