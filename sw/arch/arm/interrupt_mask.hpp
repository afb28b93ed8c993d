// SPDX-License-Identifier: Apache-2.0
#pragma once

inline unsigned long local_irq_save() {
  unsigned long flags;
  asm volatile("mrs %0, cpsr\n\tcpsid i" : "=r"(flags) : : "memory");
  return flags;
}
inline void local_irq_restore(unsigned long flags) {
  asm volatile("msr cpsr_c, %0" : : "r"(flags) : "memory");
}
inline void local_irq_enable() { asm volatile("cpsie i" ::: "memory"); }
inline void local_irq_disable() { asm volatile("cpsid i" ::: "memory"); }
inline bool irqs_disabled() {
  unsigned long flags;
  asm volatile("mrs %0, cpsr" : "=r"(flags));
  return (flags & 0x80) != 0;
}
