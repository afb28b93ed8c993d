// SPDX-License-Identifier: Apache-2.0
#pragma once

// ARM ARM DDI 0406C, A3.8.3.

inline void barrier() { asm volatile("" ::: "memory"); }
inline void isb() { asm volatile("isb" ::: "memory"); }
inline void dsb() { asm volatile("dsb sy" ::: "memory"); }
inline void dsb_st() { asm volatile("dsb st" ::: "memory"); }
inline void dmb() { asm volatile("dmb sy" ::: "memory"); }
inline void dmb_osh() { asm volatile("dmb osh" ::: "memory"); }
inline void dmb_oshst() { asm volatile("dmb oshst" ::: "memory"); }
/// Sleeps until an interrupt is pending, masked or not.
inline void wait_for_interrupt() { asm volatile("dsb sy\n\twfi" ::: "memory"); }
