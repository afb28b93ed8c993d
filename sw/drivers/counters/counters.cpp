// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/counters/counters.hpp"

#include <algorithm>

#include "sw/arch/barrier.hpp"

namespace guest {

Result<Counters> Counters::find() {
  const device* const dev = find_device("linefill,counters");
  if (dev == nullptr) return Error::kNoDevice;
  const Result<IoPointer> window = device_iomap(*dev);
  if (!window) return window.error();
  Counters counters;
  counters.registers_ = Mmio<Registers>{*window};
  counters.node_ = dev->of_node;
  if (counters.registers_.read(&Registers::id) != kIdentification) return Error::kNoDevice;
  counters.count_ = std::min<std::size_t>(counters.registers_.read(&Registers::count), kMost);
  return counters;
}

void Counters::stop() const {
  dsb();
  registers_.write_relaxed(&Registers::stop, 1);
}

// The property has a string "NAME OWNER COUNTER" for each register.
std::size_t Counters::index_of(std::string_view name) const {
  const std::span<const std::byte> bytes = node_.bytes("linefill,counters");
  std::string_view rows{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  for (std::size_t i = 0; i < count_ && !rows.empty(); ++i) {
    const std::string_view row = rows.substr(0, rows.find('\0'));
    if (row.substr(0, row.find(' ')) == name) return i;
    rows.remove_prefix(std::min(rows.size(), row.size() + 1));
  }
  return kMost;
}

std::uint64_t Counters::operator[](std::string_view name) const {
  const std::size_t index = index_of(name);
  if (index >= count_) return 0;
  const std::uint64_t high = registers_.read_relaxed(&Registers::values, 2 * index + 1);
  return high << 32 | registers_.read_relaxed(&Registers::values, 2 * index);
}

}  // namespace guest
