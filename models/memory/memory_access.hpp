// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <tlm>

#include "models/memory/sparse_storage.hpp"

namespace linefill {

/// Whether a transaction lies within the memory.
inline bool within(const tlm::tlm_generic_payload& payload, const SparseStorage& storage) {
  const std::uint64_t size = payload.get_data_length();
  return payload.get_address() <= storage.size() && size <= storage.size() - payload.get_address();
}

inline std::span<std::byte> data_of(tlm::tlm_generic_payload& payload) {
  return {reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length()};
}

/// Moves a transaction's data, its strobes honoured, and sets the response: SLVERR beyond the end.
void move_data(tlm::tlm_generic_payload& payload, SparseStorage& storage);
/// Likewise for a debugger or loader; returns how many bytes were moved.
unsigned move_debug_data(tlm::tlm_generic_payload& payload, SparseStorage& storage);

}  // namespace linefill
