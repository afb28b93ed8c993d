// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <tlm>

#include "models/bus/bus_port.hpp"
#include "models/core/bus_extension.hpp"

namespace linefill {

/// A bus master's socket, usable by its block as a `BusPort`. The platform sets the master's number
/// into the attributes' origin.
class InitiatorPort final : public sc_core::sc_module, public BusPort {
 public:
  tlm_utils::simple_initiator_socket<InitiatorPort, 64> socket{"socket"};

  explicit InitiatorPort(const sc_core::sc_module_name& name);
  ~InitiatorPort() override;

  void set_master(MasterId master) { master_ = master; }
  MasterId master() const { return master_; }

  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now) override;
  BusResponse write(PhysicalAddress address, std::span<const std::byte> data,
                    const Attributes& attributes, Time& now) override;

 private:
  BusResponse transport(PhysicalAddress address, std::byte* data, std::size_t size,
                        const Attributes& attributes, Time& now);

  tlm::tlm_generic_payload payload_;
  BusExtension extension_;
  MasterId master_{};
};

/// A device that is also a bus master.
class BusMaster {
 public:
  virtual InitiatorPort& initiator() = 0;
  /// Accesses that were answered by BusResponse::kHeld are to be issued again, at `now`.
  virtual void reissue_held(Time /*now*/) {}

 protected:
  ~BusMaster() = default;
};

}  // namespace linefill
