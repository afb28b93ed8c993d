// SPDX-License-Identifier: Apache-2.0
#pragma once

#if __ARM_ARCH >= 7
inline unsigned long local_irq_save() {
  unsigned long flags;
  asm volatile("mrs %0, cpsr\n\tcpsid i" : "=r"(flags) : : "memory");
  return flags;
}
inline void local_irq_enable() { asm volatile("cpsie i" ::: "memory"); }
inline void local_irq_disable() { asm volatile("cpsid i" ::: "memory"); }
#else
inline unsigned long local_irq_save() {
  unsigned long flags;
  unsigned long masked;
  asm volatile("mrs %0, cpsr\n\torr %1, %0, #0x80\n\tmsr cpsr_c, %1"
               : "=r"(flags), "=r"(masked)
               :
               : "memory");
  return flags;
}
inline void local_irq_enable() {
  unsigned long flags;
  asm volatile("mrs %0, cpsr\n\tbic %0, %0, #0x80\n\tmsr cpsr_c, %0" : "=r"(flags) : : "memory");
}
inline void local_irq_disable() { local_irq_save(); }
#endif
inline void local_irq_restore(unsigned long flags) {
  asm volatile("msr cpsr_c, %0" : : "r"(flags) : "memory");
}
inline bool irqs_disabled() {
  unsigned long flags;
  asm volatile("mrs %0, cpsr" : "=r"(flags));
  return (flags & 0x80) != 0;
}
