// SPDX-License-Identifier: Apache-2.0
#include "models/bus/initiator_port.hpp"

#include "models/core/sc_time.hpp"

namespace linefill {

InitiatorPort::InitiatorPort(const sc_core::sc_module_name& name) : sc_module{name} {
  payload_.set_extension(&extension_);
}

InitiatorPort::~InitiatorPort() { payload_.clear_extension(&extension_); }

BusResponse InitiatorPort::read(PhysicalAddress address, std::span<std::byte> data,
                                const Attributes& attributes, Time& now) {
  payload_.set_read();
  return transport(address, data.data(), data.size(), attributes, now);
}

BusResponse InitiatorPort::write(PhysicalAddress address, std::span<const std::byte> data,
                                 const Attributes& attributes, Time& now) {
  payload_.set_write();
  // A write's data are read only; the payload has one pointer for both directions.
  return transport(address, const_cast<std::byte*>(data.data()), data.size(), attributes,
                   now);  // NOLINT
}

BusResponse InitiatorPort::transport(PhysicalAddress address, std::byte* data, std::size_t size,
                                     const Attributes& attributes, Time& now) {
  payload_.set_address(raw(address));
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(data));
  payload_.set_data_length(static_cast<unsigned>(size));
  payload_.set_streaming_width(static_cast<unsigned>(size));
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  extension_.attributes = attributes;
  extension_.attributes.origin.master = master_;
  const sc_core::sc_time& stamp = sc_core::sc_time_stamp();
  sc_core::sc_time delay =
      to_sc_time(now) > stamp ? to_sc_time(now) - stamp : sc_core::SC_ZERO_TIME;
  socket->b_transport(payload_, delay);
  now = time_of(delay);
  return response_of(payload_);
}

}  // namespace linefill
