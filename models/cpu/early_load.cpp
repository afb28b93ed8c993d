// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/early_load.hpp"

#include <algorithm>

namespace linefill {

void EarlyLoad::hold(std::span<const LookAhead::Step> path, std::uint32_t va,
                     PhysicalAddress address, std::span<const std::byte> bytes) {
  std::copy(path.begin(), path.end(), path_.begin());
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  length_ = static_cast<unsigned>(path.size());
  size_ = bytes.size();
  va_ = va;
  address_ = address;
  reached_ = 0;
}

void EarlyLoad::follow(std::uint32_t pc, std::uint32_t word) {
  if (++reached_ == length_ || path_[reached_].pc != pc || path_[reached_].word != word) drop();
}

}  // namespace linefill
