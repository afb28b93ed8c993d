// SPDX-License-Identifier: Apache-2.0
// L210: operations on one line and the sync are atomic, those on ways run in the background, and an
// operation meanwhile is ignored: none may come.
#include "sw/arch/irqflags.hpp"
#include "sw/cache/l2x0.hpp"

using namespace guest;

void l2c210_sync() { l2x0::write(0, l2x0::controller.sync_offset); }

// A partial first or last line has other data in it: cleaned, too.
void l2c210_inv_range(phys_addr_t start, phys_addr_t end) {
  if (!l2x0::is_line(start)) {
    start = l2x0::line_of(start);
    l2x0::write(start, l2x0::kCleanInvalidatePa);
    start += 32;
  }
  if (!l2x0::is_line(end)) {
    end = l2x0::line_of(end);
    l2x0::write(end, l2x0::kCleanInvalidatePa);
  }
  l2x0::each_line(l2x0::kInvalidatePa, start, end);
  l2c210_sync();
}

void l2c210_clean_range(phys_addr_t start, phys_addr_t end) {
  l2x0::each_line(l2x0::kCleanPa, l2x0::line_of(start), end);
  l2c210_sync();
}

void l2c210_flush_range(phys_addr_t start, phys_addr_t end) {
  l2x0::each_line(l2x0::kCleanInvalidatePa, l2x0::line_of(start), end);
  l2c210_sync();
}

void l2c210_flush_all() {
  const InterruptGuard guard;
  l2x0::operate_on_all_ways(l2x0::kCleanInvalidateWay);
  l2c210_sync();
}

namespace guest::l2x0 {

const Type l2c210{
    .lockdown_pairs = 1,
    .of_parse = parse_l2x0,
    .save = save_aux,
    .configure = configure_aux,
    .enable = enable,
    .fixup = nullptr,
    .fns = {.inv_range = l2c210_inv_range,
            .clean_range = l2c210_clean_range,
            .flush_range = l2c210_flush_range,
            .flush_all = l2c210_flush_all,
            .disable = l2c_disable,
            .sync = l2c210_sync,
            .resume = l2c_resume},
};

}  // namespace guest::l2x0
