// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/core/device_tree.hpp"

namespace linefill {

/// The bridge between a bus whose masters see memory at other addresses than the processor, and the
/// interconnect: Devicetree Specification v0.4, 2.3.9 `dma-ranges`. What no row covers is answered
/// by DECERR. Adds no time.
class DmaRanges final : public sc_core::sc_module {
 public:
  /// One row: addresses of the bus, and what they are for the processor.
  struct Row {
    std::uint64_t bus = 0;
    std::uint64_t cpu = 0;
    std::uint64_t size = 0;
  };

  tlm_utils::multi_passthrough_target_socket<DmaRanges, 64> upstream{"upstream"};
  tlm_utils::simple_initiator_socket<DmaRanges, 64> downstream{"downstream"};

  /// `bus` has `dma-ranges`.
  DmaRanges(const sc_core::sc_module_name& name, const DeviceNode& bus);

  /// Where the access goes; nothing: a row does not hold all of it.
  std::optional<std::uint64_t> translate(std::uint64_t address, unsigned length) const;
  /// The rows of a bus; none where the property is absent, or empty: the addresses are the same.
  /// Throws ConfigurationError.
  static std::vector<Row> rows_of(const DeviceNode& bus);

 private:
  void transport(int master, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_debug(int master, tlm::tlm_generic_payload& payload);

  std::vector<Row> rows_;
};

}  // namespace linefill
