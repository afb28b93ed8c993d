// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <systemc>
#include <utility>
#include <vector>

#include "models/bus/interconnect.hpp"

namespace linefill {

/// Puts what was loaded into memory once the sockets are bound, before time begins.
class Loader final : public sc_core::sc_module {
 public:
  Loader(const sc_core::sc_module_name& name, Interconnect& interconnect)
      : sc_module{name}, interconnect_{interconnect} {}

  void add(PhysicalAddress address, std::vector<std::byte> bytes) {
    pending_.emplace_back(address, std::move(bytes));
  }

 private:
  void start_of_simulation() override {
    for (auto& [address, bytes] : pending_) interconnect_.debug_access(true, address, bytes);
    pending_.clear();
  }

  Interconnect& interconnect_;
  std::vector<std::pair<PhysicalAddress, std::vector<std::byte>>> pending_;
};

}  // namespace linefill
