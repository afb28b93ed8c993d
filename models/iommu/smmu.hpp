// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/bus/initiator_port.hpp"
#include "models/core/device.hpp"
#include "models/iommu/smmu_block.hpp"

namespace linefill {

/// ARM System MMU, architecture version 1 or 2 (IHI 0062); MMU-500, MMU-401, MMU-400. Stands
/// between bus masters and the interconnect. Device tree: "arm,mmu-500", "arm,smmu-v2" and others.
class Smmu final : public Device, public BusMaster {
 public:
  /// Masters whose accesses are translated, in the order of `attach`.
  tlm_utils::multi_passthrough_target_socket_optional<Smmu, 64> upstream{"upstream"};
  tlm_utils::simple_initiator_socket_optional<Smmu, 64> downstream{"downstream"};

  Smmu(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override;
  InitiatorPort& initiator() override { return tables_; }

  /// A stream ID, and the bits of the master's AXI ID that are added to it.
  struct StreamRange {
    std::uint16_t id = 0;
    std::uint16_t mask = 0;
  };
  /// Which streams the next master bound to `upstream` has. Where there are several ranges, the AXI
  /// ID chooses. `retry` is called when held accesses are to be issued again.
  void attach(std::vector<StreamRange> ranges, std::function<void(Time)> retry);
  void set_observer(Observer* observer);
  /// Whether the SMMU does anything with accesses of the master attached as number `master`.
  bool stands_before(unsigned master) const;
  /// Where one of its accesses would go by what the tables say in memory; nothing if nowhere.
  std::optional<std::uint64_t> look_up(unsigned master, std::uint64_t address);

 protected:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;

 private:
  struct Master {
    std::vector<StreamRange> ranges;
    std::function<void(Time)> retry;
  };
  std::uint16_t first_stream(unsigned master) const { return stream_of(masters_.at(master), 0); }
  static std::uint16_t stream_of(const Master& master, unsigned axi_id);
  /// Memory as the walker would see it, without time.
  class DebugMemory;

  void transport(int master, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void transport_part(const Master& master, tlm::tlm_generic_payload& payload,
                      sc_core::sc_time& delay);
  unsigned transport_debug(int master, tlm::tlm_generic_payload& payload);
  void release(Time now);
  void on_update();
  /// Calls `use` with the table that `offset` is in, its owner, and the offset there, for an access
  /// of a security state.
  template <class Self, class Use>
  static void with_window(Self& block, std::uint32_t offset, bool secure, Use&& use);
  template <class Self, class Use>
  static void with_first_page(Self& block, std::uint32_t at, bool secure, Use&& use);

  InitiatorPort tables_{"tables"};
  smmu::Block block_;
  std::vector<Master> masters_;
  std::deque<sc_core::sc_out<bool>> global_;
  std::deque<sc_core::sc_out<bool>> context_;
  std::unique_ptr<DebugMemory> memory_;
  sc_core::sc_event update_;
};

}  // namespace linefill
