// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/core/address.hpp"
#include "models/cpu/isa/look_ahead.hpp"

namespace linefill {

/// A load that was done before an earlier one: its value waits for the program to come to it, by
/// exactly the way that was foreseen. Whatever else is executed, and be it an exception, drops it,
/// as a core drops what it has mispredicted.
class EarlyLoad {
 public:
  /// Holds what `bytes` were at `address`, for the load of `va` at the end of `path`.
  void hold(std::span<const LookAhead::Step> path, std::uint32_t va, PhysicalAddress address,
            std::span<const std::byte> bytes);
  bool held() const { return length_ != 0; }
  void drop() { length_ = 0; }

  /// The program has come to this instruction.
  void at_instruction(std::uint32_t pc, std::uint32_t word) {
    if (held()) follow(pc, word);
  }
  /// Whether it is at the load that was done early, and that is this one.
  bool is(std::uint32_t va, PhysicalAddress address, std::size_t size) const {
    return held() && reached_ == length_ - 1 && va == va_ && address == address_ && size == size_;
  }
  std::span<const std::byte> bytes() const { return {bytes_.data(), size_}; }

 private:
  void follow(std::uint32_t pc, std::uint32_t word);

  std::array<LookAhead::Step, LookAhead::kSteps> path_{};
  unsigned length_ = 0;
  unsigned reached_ = 0;  ///< The step that the program is at.
  std::uint32_t va_ = 0;
  PhysicalAddress address_{0};
  std::array<std::byte, 4> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace linefill
