// SPDX-License-Identifier: Apache-2.0
// L220: every operation runs in the background; a second one meanwhile is answered with an error.
// So each is waited for, with the lock held; long ranges give it up now and then.
#include <algorithm>

#include "sw/cache/l2x0.hpp"
#include "sw/kernel/spinlock.hpp"

using namespace guest;

namespace {

constexpr phys_addr_t kLockedBytes = 4096;
spinlock_t lock;

void sync_and_wait() {
  l2x0::write(0, l2x0::kCacheSync);
  l2x0::wait_until_clear(l2x0::kCacheSync, 1);
}

void on_all_ways(unsigned offset) {
  const SpinGuard guard{lock};
  l2x0::operate_on_all_ways(offset);
  sync_and_wait();
}

/// One line, begun and ended.
void on_line(unsigned offset, phys_addr_t line) {
  l2x0::write(line, offset);
  l2x0::wait_until_clear(offset, 1);
}

/// Lines from `start` on, a sync at their end; the lock is held for a part at a time.
void on_range(unsigned offset, phys_addr_t start, phys_addr_t end) {
  while (start < end) {
    const SpinGuard guard{lock};
    const phys_addr_t part_end = start + std::min(end - start, kLockedBytes);
    for (; start < part_end; start += 32) on_line(offset, start);
  }
  const SpinGuard guard{lock};
  sync_and_wait();
}

/// As `on_range`; a range as large as the cache is done by way.
void on_range_or_all(unsigned offset, unsigned by_way, phys_addr_t start, phys_addr_t end) {
  start = l2x0::line_of(start);
  if (end > start && end - start >= l2x0::controller.size_bytes) {
    on_all_ways(by_way);
  } else {
    on_range(offset, start, end);
  }
}

void enable() {
  l2x0_saved_regs.aux_ctrl |= l2x0::kAuxNonSecureLockdown;
  l2x0::enable();
}

}  // namespace

void l2c220_sync() {
  const SpinGuard guard{lock};
  sync_and_wait();
}

void l2c220_inv_range(phys_addr_t start, phys_addr_t end) {
  {
    const SpinGuard guard{lock};
    if (!l2x0::is_line(start)) {
      start = l2x0::line_of(start);
      on_line(l2x0::kCleanInvalidatePa, start);
      start += 32;
    }
    if (!l2x0::is_line(end)) {
      end = l2x0::line_of(end);
      on_line(l2x0::kCleanInvalidatePa, end);
    }
  }
  on_range(l2x0::kInvalidatePa, start, end);
}

void l2c220_clean_range(phys_addr_t start, phys_addr_t end) {
  on_range_or_all(l2x0::kCleanPa, l2x0::kCleanWay, start, end);
}

void l2c220_flush_range(phys_addr_t start, phys_addr_t end) {
  on_range_or_all(l2x0::kCleanInvalidatePa, l2x0::kCleanInvalidateWay, start, end);
}

void l2c220_flush_all() { on_all_ways(l2x0::kCleanInvalidateWay); }

namespace guest::l2x0 {

const Type l2c220{
    .lockdown_pairs = 1,
    .of_parse = parse_l2x0,
    .save = save_aux,
    .configure = configure_aux,
    .enable = ::enable,
    .fixup = nullptr,
    .fns = {.inv_range = l2c220_inv_range,
            .clean_range = l2c220_clean_range,
            .flush_range = l2c220_flush_range,
            .flush_all = l2c220_flush_all,
            .disable = l2c_disable,
            .sync = l2c220_sync,
            .resume = l2c_resume},
};

}  // namespace guest::l2x0
