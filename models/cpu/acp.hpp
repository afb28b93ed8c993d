// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <systemc>

#include "models/core/statistics.hpp"
#include "models/cpu/acp_block.hpp"
#include "models/cpu/bus_unit.hpp"

namespace linefill {

/// The Accelerator Coherency Port: see acp.md. Bus masters bind to `masters`.
class Acp final : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Acp, 64> masters{"masters"};
  tlm_utils::simple_initiator_socket<Acp, 64> memory{"memory"};

  /// `cycle`: of the core's clock.
  Acp(const sc_core::sc_module_name& name, SnoopedCache& l1, Time cycle);

  /// Which addresses memory answers: only these are looked up.
  void set_memory_test(std::function<bool(PhysicalAddress)> test) {
    below_.set_memory_test(std::move(test));
  }
  void set_observer(Observer* observer) { block_.set_observer(observer); }
  const Statistics& statistics() const { return statistics_; }

 private:
  void b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(int port, tlm::tlm_generic_payload& payload);

  Statistics statistics_;
  BusUnit below_;
  AcpBlock block_;
};

}  // namespace linefill
