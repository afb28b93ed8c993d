// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/bus/bus_port.hpp"
#include "models/cache/l2x0_block.hpp"
#include "models/core/bus_extension.hpp"
#include "models/core/device.hpp"

namespace linefill {

/// The outer cache controllers L2C-310 (TRM DDI 0246), L220 (DDI 0329) and L210 (DDI 0284). Device
/// tree: "arm,pl310-cache", "arm,l220-cache", "arm,l210-cache". See l2c310.md, l2c220.md.
///
/// Everything the processor sends passes through: `slave` to `master`. `target` is the register
/// window; a register write comes in at `slave`, goes out at `master` and arrives at `target`, all
/// in one call.
class L2x0 final : public Device, private BusPort {
 public:
  tlm_utils::simple_target_socket<L2x0, 64> slave{"slave"};
  tlm_utils::simple_initiator_socket<L2x0, 64> master{"master"};
  sc_core::sc_out<bool> interrupt{"interrupt"};  ///< L2CCINTR: all sources combined.

  L2x0(const sc_core::sc_module_name& name, const DeviceNode& node);
  ~L2x0() override;

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override { return {&interrupt}; }

  void set_observer(Observer* observer) { block_.set_observer(observer); }
  /// What the checker asks: the cache, then its store buffer.
  CopyHolder& cache_holder() { return block_.cache(); }
  CopyHolder& buffer_holder() { return block_.buffer(); }

  /// The adversary: writes back and drops a dirty line, from the `choice`th on. False: none is
  /// dirty nearby.
  bool evict_early(std::uint64_t choice);
  /// The adversary: the store buffer drains no more with time.
  void set_late_drain(bool late);

 protected:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;
  Time access_time() const override { return access_time_; }

 private:
  /// A transaction at the master port; kept for reuse. Several are under way when one reaches the
  /// controller's own registers.
  struct Transaction {
    Transaction() { payload.set_extension(&extension); }
    ~Transaction() { payload.clear_extension(&extension); }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    tlm::tlm_generic_payload payload;
    BusExtension extension;
  };

  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now) override;
  BusResponse write(PhysicalAddress address, std::span<const std::byte> data,
                    const Attributes& attributes, Time& now) override;
  BusResponse transport(bool write, PhysicalAddress address, std::byte* data, std::size_t size,
                        const Attributes& attributes, Time& now);

  void serve(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned serve_debugger(tlm::tlm_generic_payload& payload);
  bool debug_below(bool write, PhysicalAddress address, std::span<std::byte> data);
  void on_update();
  /// Has on_update run when the next thing happens, or at `now` if the interrupt is to change.
  void schedule(Time now);

  std::deque<Transaction> transactions_;
  std::size_t depth_ = 0;
  L2x0Block block_;
  Time access_time_{0};
  sc_core::sc_event update_;
  Time scheduled_ = kNever;
  bool driven_ = false;  ///< What `interrupt` shows.
};

}  // namespace linefill
