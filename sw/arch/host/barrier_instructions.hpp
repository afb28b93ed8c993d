// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

inline void barrier() { std::atomic_signal_fence(std::memory_order_seq_cst); }
inline void isb() { barrier(); }
inline void dsb() { barrier(); }
inline void dsb_st() { barrier(); }
inline void dmb() { barrier(); }
inline void dmb_osh() { barrier(); }
inline void dmb_oshst() { barrier(); }

namespace guest {
/// What a test makes happen while the guest sleeps: time passes, a device interrupts.
inline void (*host_idle)() = nullptr;
}  // namespace guest

inline void wait_for_interrupt() {
  if (guest::host_idle != nullptr) guest::host_idle();
}
