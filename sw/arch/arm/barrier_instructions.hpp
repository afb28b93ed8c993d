// SPDX-License-Identifier: Apache-2.0
#pragma once

inline void barrier() { asm volatile("" ::: "memory"); }

#if __ARM_ARCH >= 7
// ARM ARM DDI 0406C, A3.8.3.
inline void isb() { asm volatile("isb" ::: "memory"); }
inline void dsb() { asm volatile("dsb sy" ::: "memory"); }
inline void dsb_st() { asm volatile("dsb st" ::: "memory"); }
inline void dmb() { asm volatile("dmb sy" ::: "memory"); }
inline void dmb_osh() { asm volatile("dmb osh" ::: "memory"); }
inline void dmb_oshst() { asm volatile("dmb oshst" ::: "memory"); }
/// Sleeps until an interrupt is pending, masked or not.
inline void wait_for_interrupt() {
  dsb();
  asm volatile("wfi" ::: "memory");
}
#else
// ARMv5 (ARM DDI 0100I, B2.6; Linux 6.1, arch/arm/include/asm/barrier.h): the core keeps its own
// order; `dsb` drains the write buffer.
inline void isb() { asm volatile("mcr p15, 0, %0, c7, c5, 4" : : "r"(0) : "memory"); }
inline void dsb() { asm volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory"); }
inline void dsb_st() { dsb(); }
inline void dmb() { barrier(); }
inline void dmb_osh() { barrier(); }
inline void dmb_oshst() { barrier(); }
inline void wait_for_interrupt() {
  dsb();
  asm volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
}
#endif
