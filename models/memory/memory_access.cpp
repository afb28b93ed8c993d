// SPDX-License-Identifier: Apache-2.0
#include "models/memory/memory_access.hpp"

#include <algorithm>

#include "models/core/bus_extension.hpp"

namespace linefill {

void move_data(tlm::tlm_generic_payload& payload, SparseStorage& storage) {
  if (!within(payload, storage)) return set_response(payload, BusResponse::kSlaveError);
  const std::span<std::byte> data = data_of(payload);
  if (payload.is_read()) {
    storage.read(payload.get_address(), data);
  } else if (data.size() <= kLineBytes) {
    storage.write(payload.get_address(), data, extension_of(payload).strobes);
  } else {
    storage.write(payload.get_address(), data);
  }
  set_response(payload, BusResponse::kOkay);
}

unsigned move_debug_data(tlm::tlm_generic_payload& payload, SparseStorage& storage) {
  const std::uint64_t offset = payload.get_address();
  if (offset >= storage.size()) return 0;
  const std::span<std::byte> all = data_of(payload);
  const std::size_t size = std::min(all.size(), storage.size() - offset);
  if (payload.is_read()) {
    storage.read(offset, all.first(size));
  } else {
    storage.write(offset, all.first(size));
  }
  return static_cast<unsigned>(size);
}

}  // namespace linefill
