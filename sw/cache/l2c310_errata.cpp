// SPDX-License-Identifier: Apache-2.0
// The L2C-310's operations around errata 588369 and 727915: with write-back and line fills disabled
// (DEBUG_CTRL, TRM 3.3.13), so that nothing is stored into a line between the parts of an
// operation.
#include <algorithm>

#include "sw/cache/l2x0.hpp"
#include "sw/kernel/spinlock.hpp"

using namespace guest;

namespace {

constexpr phys_addr_t kLockedBytes = 4096;
spinlock_t lock;

/// Holds the lock, write-back and line fills disabled, while it lives.
class Quiet {
 public:
  Quiet() { l2x0::write_secure(3, l2x0::kDebugControl); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() { l2x0::write_secure(0, l2x0::kDebugControl); }

 private:
  SpinGuard guard_{lock};
};

void clean_then_invalidate(phys_addr_t line) {
  l2x0::write(line, l2x0::kCleanPa);
  l2x0::write(line, l2x0::kInvalidatePa);
}

}  // namespace

void l2c310_inv_range_erratum(phys_addr_t start, phys_addr_t end) {
  if (!l2x0::is_line(start | end)) {
    const Quiet quiet;
    if (!l2x0::is_line(start)) {
      start = l2x0::line_of(start);
      clean_then_invalidate(start);
      start += 32;
    }
    if (!l2x0::is_line(end)) {
      end = l2x0::line_of(end);
      clean_then_invalidate(end);
    }
  }
  l2x0::each_line(l2x0::kInvalidatePa, start, end);
  l2c210_sync();
}

void l2c310_flush_range_erratum(phys_addr_t start, phys_addr_t end) {
  for (start = l2x0::line_of(start); start < end;) {
    const Quiet quiet;
    const phys_addr_t part_end = start + std::min(end - start, kLockedBytes);
    for (; start < part_end; start += 32) clean_then_invalidate(start);
  }
  l2c210_sync();
}

void l2c310_flush_all_erratum() {
  {
    const Quiet quiet;
    l2x0::operate_on_all_ways(l2x0::kCleanInvalidateWay);
  }
  l2c210_sync();
}
