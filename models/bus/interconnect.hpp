// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <array>
#include <deque>
#include <memory>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/bus/shared_occupancy.hpp"
#include "models/core/address.hpp"
#include "models/core/bus_extension.hpp"
#include "models/core/device_tree.hpp"
#include "models/core/log.hpp"
#include "models/core/observer.hpp"
#include "models/core/statistics.hpp"

namespace linefill {

/// The address decoder between masters (L2, PL330, CLCD) and targets (memories, devices). Each
/// target has its own data paths, one for reads and one for writes as AXI has (64 bits a bus
/// clock), which the masters share fairly; an address with no target is answered by DECERR.
/// Accesses to memory that come in at `masters`, of masters other than the processor, are told to
/// the observer. Debug transport through here shows memory *as DMA sees it*.
class Interconnect final : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket_optional<Interconnect, 64> masters{"masters"};
  /// Likewise, for a cache or a core: who is above tells the observer what there is to tell.
  tlm_utils::multi_passthrough_target_socket<Interconnect, 64, tlm::tlm_base_protocol_types, 0,
                                             sc_core::SC_ZERO_OR_MORE_BOUND>
      caches{"caches"};
  tlm_utils::multi_passthrough_initiator_socket<Interconnect> targets{"targets"};

  /// `node`: `clock-frequency` of the bus (default 200 MHz).
  Interconnect(const sc_core::sc_module_name& name, const DeviceNode& node);

  enum class Kind : std::uint8_t { kMemory, kDevice };
  /// Maps a window to the target that is bound next. Later windows do not hide earlier ones:
  /// overlap throws ConfigurationError. `local_base` is subtracted to give the target's own offset.
  void map(AddressRange window, Kind kind, const std::string& path);
  void set_observer(Observer* observer) { observer_ = observer; }
  /// A master's traffic, for the report.
  struct Traffic {
    std::uint64_t read_bytes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t transactions = 0;
  };
  const Traffic& traffic(MasterId master) const {
    return traffic_[static_cast<std::size_t>(master)];
  }
  bool is_memory(PhysicalAddress address) const;
  /// The device-tree path of what answers there; empty if nothing does.
  std::string path_at(PhysicalAddress address) const;
  /// Debug access as DMA would see memory: around all caches. Returns how many bytes were served.
  unsigned debug_access(bool write, PhysicalAddress address, std::span<std::byte> data);
  const Statistics& statistics() const { return statistics_; }

 private:
  struct Window {
    std::uint64_t base = 0;
    std::uint64_t size = 0;
    Kind kind = Kind::kDevice;
    int target = 0;
    std::string path;
  };

  void serve_master(int /*port*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    transport(payload, delay, observer_);
  }
  void serve_cache(int /*port*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    transport(payload, delay, nullptr);
  }
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, Observer* observer);
  unsigned transport_dbg(int master, tlm::tlm_generic_payload& payload);
  const Window* find(std::uint64_t address) const;
  void refuse(tlm::tlm_generic_payload& payload, const Attributes& attributes);
  void account(const tlm::tlm_generic_payload& payload, MasterId master);

  std::vector<Window> windows_;  ///< Sorted by base.
  mutable std::size_t last_window_ = 0;
  struct DataPaths {
    SharedOccupancy reads;
    SharedOccupancy writes;
  };
  std::deque<DataPaths> paths_;  ///< By target.
  Time clock_;
  std::array<Traffic, 256> traffic_{};
  Observer* observer_ = nullptr;
  Log log_;
  Statistics statistics_;
  Counter decode_errors_{statistics_, "decode_errors", "transactions"};
};

}  // namespace linefill
