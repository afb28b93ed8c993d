// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <cstring>
#include <systemc>

#include "models/core/bus_extension.hpp"
#include "models/core/sc_time.hpp"

namespace linefill::test {

/// Stands for the processor: register accesses from the test's body, outside all processes.
class BusDriver : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<BusDriver> socket{"socket"};

  explicit BusDriver(const sc_core::sc_module_name& name) : sc_module{name} {
    payload_.set_extension(&extension_);
  }
  ~BusDriver() override { payload_.clear_extension(&extension_); }

  /// What goes with the next accesses.
  Attributes attributes{};
  BusResponse last_response = BusResponse::kOkay;
  Time last_delay{0};

  std::uint32_t read(std::uint32_t address, unsigned size = 4) {
    std::uint32_t value = 0;
    transport(false, address, &value, size);
    return value;
  }
  void write(std::uint32_t address, std::uint32_t value, unsigned size = 4) {
    transport(true, address, &value, size);
  }
  void transport(bool write, std::uint32_t address, void* data, unsigned size) {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    prepare(write, address, data, size);
    socket->b_transport(payload_, delay);
    last_delay = from_sc_time(delay);
    last_response = response_of(payload_);
  }
  std::uint32_t peek(std::uint32_t address) {
    std::uint32_t value = 0;
    prepare(false, address, &value, 4);
    socket->transport_dbg(payload_);
    return value;
  }

 private:
  void prepare(bool write, std::uint32_t address, void* data, unsigned size) {
    payload_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload_.set_address(address);
    payload_.set_data_ptr(static_cast<unsigned char*>(data));
    payload_.set_data_length(size);
    payload_.set_streaming_width(size);
    payload_.set_byte_enable_ptr(nullptr);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    extension_.attributes = attributes;
  }

  tlm::tlm_generic_payload payload_;
  BusExtension extension_;
};

/// Runs the kernel for `t`.
inline void run(Time t) { sc_core::sc_start(to_sc_time(t)); }

}  // namespace linefill::test
