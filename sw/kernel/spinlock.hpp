// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/arch/irqflags.hpp"

/// On one processor a spin lock is the interrupt mask; the type keeps drivers portable.
struct spinlock_t {
  bool held = false;
};

inline void spin_lock_init(spinlock_t* lock) { lock->held = false; }
/// Linux's is a macro that assigns to `flags`; so this takes a reference.
inline void spin_lock_irqsave(spinlock_t* lock, unsigned long& flags) {
  flags = local_irq_save();
  lock->held = true;
}
inline void spin_unlock_irqrestore(spinlock_t* lock, unsigned long flags) {
  lock->held = false;
  local_irq_restore(flags);
}

namespace guest {

/// Holds a spin lock, interrupts off, while it lives.
class SpinGuard {
 public:
  explicit SpinGuard(spinlock_t& lock) : lock_{lock} { spin_lock_irqsave(&lock_, flags_); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;
  ~SpinGuard() { spin_unlock_irqrestore(&lock_, flags_); }

 private:
  spinlock_t& lock_;
  unsigned long flags_ = 0;
};

}  // namespace guest
