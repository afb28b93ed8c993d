// SPDX-License-Identifier: Apache-2.0
#include "models/core/bus_extension.hpp"

namespace linefill {

void set_response(tlm::tlm_generic_payload& payload, BusResponse response) {
  switch (response) {
    case BusResponse::kOkay:
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      break;
    case BusResponse::kSlaveError:
      payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
      break;
    case BusResponse::kDecodeError:
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      break;
    case BusResponse::kHeld:
      payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      break;
  }
}

BusResponse response_of(const tlm::tlm_generic_payload& payload) {
  if (payload.is_response_ok()) return BusResponse::kOkay;
  switch (payload.get_response_status()) {
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
      return BusResponse::kDecodeError;
    case tlm::TLM_INCOMPLETE_RESPONSE:
      return BusResponse::kHeld;
    default:
      return BusResponse::kSlaveError;
  }
}

}  // namespace linefill
