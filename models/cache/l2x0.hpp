// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/cache/l2x0_block.hpp"
#include "models/cache/outer_cache.hpp"

namespace linefill {

/// The outer cache controllers L2C-310 (TRM DDI 0246), L220 (DDI 0329) and L210 (DDI 0284). Device
/// tree: "arm,pl310-cache", "arm,l220-cache", "arm,l210-cache". See l2c310.md, l2c220.md.
///
/// `target` is the register window; a register write comes in at `slave`, goes out at `master` and
/// arrives at `target`, all in one call.
class L2x0 final : public OuterCache {
 public:
  sc_core::sc_out<bool> interrupt{"interrupt"};  ///< L2CCINTR: all sources combined.

  L2x0(const sc_core::sc_module_name& name, const DeviceNode& node);
  ~L2x0() override;

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override { return {&interrupt}; }

  void set_observer(Observer* observer) override { block_.set_observer(observer); }
  bool evict_early(std::uint64_t choice) override;
  void set_late_drain(bool late) override;

 protected:
  L2Cache& cache() override { return block_.cache(); }
  L2StoreBuffer& buffer() override { return block_.buffer(); }
  L2EvictionBuffer& evictions() override { return block_.evictions(); }
  BusResponse pass(bool write, const L2Request& request, Time& now) override;
  void passed(Time start) override { schedule(start); }
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;
  Time access_time() const override { return access_time_; }

 private:
  void on_update();
  /// Has on_update run when the next thing happens, or at `now` if the interrupt is to change.
  void schedule(Time now);

  L2x0Block block_;
  Time access_time_{0};
  sc_core::sc_event update_;
  Time scheduled_ = kNever;
  bool driven_ = false;  ///< What `interrupt` shows.
};

}  // namespace linefill
