// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/completion.hpp"

#include "sw/arch/barrier.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/kernel/tasklet.hpp"
#include "sw/kernel/time.hpp"

namespace {
constexpr unsigned kForAll = ~0U;  // Linux: UINT_MAX.
}

void complete(completion* x) {
  const guest::InterruptGuard guard;
  if (x->done != kForAll) x->done = x->done + 1;
}

void complete_all(completion* x) { x->done = kForAll; }

bool try_wait_for_completion(completion* x) {
  const guest::InterruptGuard guard;
  if (x->done == 0) return false;
  if (x->done != kForAll) x->done = x->done - 1;
  return true;
}

unsigned long wait_for_completion_timeout(completion* x, unsigned long timeout_us) {
  using namespace guest;
  const Deadline deadline = Deadline::in_us(timeout_us);
  Timer alarm{[](void*) {}, nullptr};
  alarm.start(deadline.at_ns());
  for (;;) {
    // Masked between the look and the sleep, or the interrupt in between would be slept over.
    local_irq_disable();
    if (try_wait_for_completion(x)) {
      local_irq_enable();
      const std::uint64_t now = ktime_ns();
      const std::uint64_t left = now < deadline.at_ns() ? (deadline.at_ns() - now) / kNsPerUs : 0;
      return left == 0 ? 1 : static_cast<unsigned long>(left);
    }
    if (deadline.passed()) {
      local_irq_enable();
      return 0;
    }
    if (tasklets_pending()) {
      run_tasklets();
    } else {
      arch_cpu_idle();
    }
    local_irq_enable();
  }
}
