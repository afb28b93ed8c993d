// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef __arm__
#include "sw/arch/arm/interrupt_mask.hpp"
#else
#include "sw/arch/host/interrupt_mask.hpp"
#endif

namespace guest {

/// Interrupts are off while it lives; afterwards they are as they were.
class InterruptGuard {
 public:
  InterruptGuard() : flags_{local_irq_save()} {}
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard() { local_irq_restore(flags_); }

 private:
  unsigned long flags_;
};

}  // namespace guest
