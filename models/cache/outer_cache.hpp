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
#include "models/cache/l2_cache.hpp"
#include "models/cache/outer_maintenance.hpp"
#include "models/core/bus_extension.hpp"
#include "models/core/device.hpp"

namespace linefill {

/// An outer cache as a board sees it: everything the processor sends passes through, from `slave`
/// to `master`, and what comes in at the coherency port, from `slave1`. What is done on the way is
/// its block's.
class OuterCache : public Device, protected BusPort {
 public:
  tlm_utils::simple_target_socket<OuterCache, 64> slave{"slave"};
  tlm_utils::simple_target_socket_optional<OuterCache, 64> slave1{"slave1"};  ///< May be unbound.
  tlm_utils::simple_initiator_socket<OuterCache, 64> master{"master"};

  OuterCache(const sc_core::sc_module_name& name, const DeviceNode& node);
  ~OuterCache() override;

  virtual void set_observer(Observer* observer) = 0;
  /// What the checker asks: the cache, then its store buffer, then its eviction buffers.
  CopyHolder& cache_holder() { return cache(); }
  CopyHolder& buffer_holder() { return buffer(); }
  CopyHolder& eviction_holder() { return evictions(); }
  std::vector<CopyHolder*> holders() { return {&cache(), &buffer(), &evictions()}; }
  /// How the processor's CP15 operates it; null for one that has registers on the bus.
  virtual OuterMaintenance* maintenance() { return nullptr; }

  /// The adversary: writes back and drops a dirty line, from the `choice`th on. False: none is
  /// dirty nearby.
  virtual bool evict_early(std::uint64_t choice) = 0;
  /// The adversary: the store buffer drains no more with time, the eviction buffers keep what they
  /// have.
  virtual void set_late_drain(bool late) = 0;

 protected:
  virtual L2Cache& cache() = 0;
  virtual L2StoreBuffer& buffer() = 0;
  virtual L2EvictionBuffer& evictions() = 0;
  virtual BusResponse pass(bool write, const L2Request& request, Time& now) = 0;
  /// After a transaction that came at `start`.
  virtual void passed(Time /*start*/) {}

 private:
  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now) override;
  BusResponse write(PhysicalAddress address, std::span<const std::byte> data,
                    const Attributes& attributes, Time& now) override;
  BusResponse transport(bool write, PhysicalAddress address, std::byte* data, std::size_t size,
                        const Attributes& attributes, Time& now);

  void serve(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned serve_debugger(tlm::tlm_generic_payload& payload);
  bool debug_below(bool write, PhysicalAddress address, std::span<std::byte> data);

  /// At the master port; kept for reuse. Several are under way when one reaches the controller's
  /// own registers.
  std::deque<BusTransaction> transactions_;
  std::size_t depth_ = 0;
};

}  // namespace linefill
