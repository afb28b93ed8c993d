// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/spinlock.hpp"

#include "sw/kernel/console.hpp"

void spin_lock(spinlock_t* lock) {
  if (lock->held) guest::panic("a spin lock is taken by who holds it");
  lock->held = true;
}

void spin_unlock(spinlock_t* lock) {
  if (!lock->held) guest::panic("a spin lock is released that nobody holds");
  lock->held = false;
}

void spin_lock_irq(spinlock_t* lock) {
  local_irq_disable();
  spin_lock(lock);
}

void spin_unlock_irq(spinlock_t* lock) {
  spin_unlock(lock);
  local_irq_enable();
}
