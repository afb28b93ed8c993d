// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2_master_side.hpp"

#include <algorithm>
#include <bit>

namespace linefill {

BusResponse L2MasterSide::read(PhysicalAddress address, std::span<std::byte> data,
                               const Attributes& attributes, Time& now) {
  return note(port_.read(address, data, attributes, now));
}

BusResponse L2MasterSide::write(PhysicalAddress address, std::span<const std::byte> data,
                                const Attributes& attributes, Time& now) {
  return note(port_.write(address, data, attributes, now));
}

void L2MasterSide::post(LineNumber line, std::span<const std::byte, kLineBytes> data, ByteMask mask,
                        const Attributes& attributes, Time& now) {
  const auto buffer = static_cast<std::size_t>(
      std::min_element(busy_until_.begin(), busy_until_.end()) - busy_until_.begin());
  now = std::max(now, busy_until_[buffer]);
  Time end = now;
  while (mask != 0) {
    const auto first = static_cast<unsigned>(std::countr_zero(mask));
    const auto size = static_cast<unsigned>(std::countr_one(mask >> first));
    mask &= ~bytes_at(first, size);
    note(port_.write(address_of(line) + first, data.subspan(first, size), attributes, end));
  }
  busy_until_[buffer] = std::max(busy_until_[buffer], end);
}

Time L2MasterSide::quiet_at() const {
  return *std::max_element(busy_until_.begin(), busy_until_.end());
}

BusResponse L2MasterSide::note(BusResponse response) {
  const bool own = own_error_;
  own_error_ = false;
  if (response == BusResponse::kSlaveError && !own) monitor_.raise(L2Interrupt::kSlaveError);
  if (response == BusResponse::kDecodeError && !own) monitor_.raise(L2Interrupt::kDecodeError);
  return response;
}

}  // namespace linefill
