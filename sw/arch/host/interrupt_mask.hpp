// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guest {
/// The I bit of the machine a unit test pretends to be.
inline unsigned long host_irq_mask = 0;
}  // namespace guest

inline unsigned long local_irq_save() {
  const unsigned long flags = guest::host_irq_mask;
  guest::host_irq_mask = 1;
  return flags;
}
inline void local_irq_restore(unsigned long flags) { guest::host_irq_mask = flags; }
inline void local_irq_enable() { guest::host_irq_mask = 0; }
inline void local_irq_disable() { guest::host_irq_mask = 1; }
inline bool irqs_disabled() { return guest::host_irq_mask != 0; }
