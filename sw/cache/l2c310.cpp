// SPDX-License-Identifier: Apache-2.0
// L2C-310: as the L210, but an operation during one by way is answered with an error. Which errata
// a revision has, by Linux:
//   588369  before r2p0     clean-and-invalidate does not invalidate a clean line
//   727915  r2p0 to r3p0    clean-and-invalidate by way loses a store that comes in between
//   752271  r3p0 to r3p1    a double linefill loses what its second line's victim held
//   753970  r3p0            CACHE_SYNC ends merging; an offset without a register does the rest
//   769419  before r3p2     the store buffer is not drained with time
#include "sw/arch/cpu.hpp"
#include "sw/cache/l2x0.hpp"

using namespace guest;

namespace {

// ACTLR of a Cortex-A9 (TRM 4.3.10): L2 prefetch hints, L1 prefetch, full line of zeros.
constexpr std::uint32_t kCpuZerosAndPrefetch = 1U << 3 | 1U << 2 | 1U << 1;

bool has_zeros() { return (l2x0_saved_regs.aux_ctrl & l2x0::kAuxFullLineOfZeros) != 0; }

void set_in_cpu(bool on) {
  const std::uint32_t others = get_auxcr() & ~kCpuZerosAndPrefetch;
  set_auxcr(others | (on ? kCpuZerosAndPrefetch : 0));
}

bool early_response_disabled = false;
bool zeros_disabled = false;

void parse(FdtNode node, std::uint32_t& aux) {
  early_response_disabled = node.has("arm,early-bresp-disable");
  zeros_disabled = node.has("arm,full-line-zero-disable");
  l2x0::parse_l2c310(node, aux);
}

void save() {
  l2x0::save_aux();
  l2x0_saved_regs.tag_latency = l2x0::read(l2x0::kTagLatency);
  l2x0_saved_regs.data_latency = l2x0::read(l2x0::kDataLatency);
  l2x0_saved_regs.filter_end = l2x0::read(l2x0::kFilterEnd);
  l2x0_saved_regs.filter_start = l2x0::read(l2x0::kFilterStart);
  if (l2x0::release() >= l2x0::kR2p0)
    l2x0_saved_regs.prefetch_ctrl = l2x0::read(l2x0::kPrefetchControl);
  if (l2x0::release() >= l2x0::kR3p0) l2x0_saved_regs.pwr_ctrl = l2x0::read(l2x0::kPowerControl);
}

void put(unsigned long value, unsigned offset) {
  l2x0::write_secure(static_cast<std::uint32_t>(value), offset);
}

void configure() {
  l2x0::configure_aux();
  put(l2x0_saved_regs.tag_latency, l2x0::kTagLatency);
  put(l2x0_saved_regs.data_latency, l2x0::kDataLatency);
  put(l2x0_saved_regs.filter_end, l2x0::kFilterEnd);
  put(l2x0_saved_regs.filter_start, l2x0::kFilterStart);
  if (l2x0::release() >= l2x0::kR2p0) put(l2x0_saved_regs.prefetch_ctrl, l2x0::kPrefetchControl);
  if (l2x0::release() >= l2x0::kR3p0) put(l2x0_saved_regs.pwr_ctrl, l2x0::kPowerControl);
}

// Early responses and full lines of zeros are agreements with a Cortex-A9: in the L2 first. Where
// only firmware writes AUX_CTRL, whether zeros are agreed upon is its affair.
void enable() {
  unsigned long& aux = l2x0_saved_regs.aux_ctrl;
  const bool a9 = cpu_is_cortex_a9();
  if (!a9 || early_response_disabled) {
    aux &= ~static_cast<unsigned long>(l2x0::kAuxEarlyResponse);
  } else if (l2x0::release() >= l2x0::kR2p0) {
    aux |= l2x0::kAuxEarlyResponse;
  }
  if (!a9 || zeros_disabled) {
    aux &= ~static_cast<unsigned long>(l2x0::kAuxFullLineOfZeros);
  } else if (outer_cache.write_sec == nullptr) {
    aux |= l2x0::kAuxFullLineOfZeros;
  }
  aux |= l2x0::kAuxNonSecureLockdown;
  l2x0::enable();
  l2x0::save_aux();
  if (has_zeros()) set_in_cpu(true);
}

void fixup(std::uint32_t release, outer_cache_fns& fns) {
  if (release < l2x0::kR2p0) {
    fns.inv_range = l2c310_inv_range_erratum;
    fns.flush_range = l2c310_flush_range_erratum;
  }
  if (release >= l2x0::kR2p0 && release < l2x0::kR3p1) fns.flush_all = l2c310_flush_all_erratum;
  if (release >= l2x0::kR3p0 && release < l2x0::kR3p2) {
    l2x0_saved_regs.prefetch_ctrl &= ~static_cast<unsigned long>(l2x0::kPrefetchDoubleLinefill);
  }
  if (release == l2x0::kR3p0) l2x0::controller.sync_offset = l2x0::kDummy;
  outer_cache_drained_in_idle = release < l2x0::kR3p2;
}

}  // namespace

void l2c310_disable() {
  if (has_zeros()) set_in_cpu(false);
  l2c_disable();
}

void l2c310_resume() {
  l2c_resume();
  if (has_zeros()) set_in_cpu(true);
}

namespace guest::l2x0 {

const Type l2c310{
    .lockdown_pairs = 8,
    .of_parse = parse,
    .save = save,
    .configure = configure,
    .enable = ::enable,
    .fixup = fixup,
    .fns = {.inv_range = l2c210_inv_range,
            .clean_range = l2c210_clean_range,
            .flush_range = l2c210_flush_range,
            .flush_all = l2c210_flush_all,
            .disable = l2c310_disable,
            .sync = l2c210_sync,
            .resume = l2c310_resume},
};

}  // namespace guest::l2x0
