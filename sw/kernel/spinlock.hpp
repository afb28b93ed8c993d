// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/arch/irqflags.hpp"

/// On one processor a spin lock is the interrupt mask; the type keeps drivers portable.
struct spinlock_t {
  bool held = false;
};

inline void spin_lock_init(spinlock_t* lock) { lock->held = false; }
inline bool spin_is_locked(const spinlock_t* lock) { return lock->held; }

extern "C" {
/// For code that an interrupt handler does not share, or that is one. Whoever takes a lock that is
/// held would wait for ever: the program ends and says so.
void spin_lock(spinlock_t* lock);
void spin_unlock(spinlock_t* lock);
/// Interrupts are on afterwards, whatever they were.
void spin_lock_irq(spinlock_t* lock);
void spin_unlock_irq(spinlock_t* lock);
}

/// Linux's is a macro that assigns to `flags`; so this takes a reference.
inline void spin_lock_irqsave(spinlock_t* lock, unsigned long& flags) {
  flags = local_irq_save();
  spin_lock(lock);
}
inline void spin_unlock_irqrestore(spinlock_t* lock, unsigned long flags) {
  spin_unlock(lock);
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
