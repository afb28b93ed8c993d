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
  }
}

BusResponse response_of(const tlm::tlm_generic_payload& payload) {
  if (payload.is_response_ok()) return BusResponse::kOkay;
  return payload.get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE
             ? BusResponse::kDecodeError
             : BusResponse::kSlaveError;
}

}  // namespace linefill
