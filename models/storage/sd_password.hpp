// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace linefill {

/// The password of a card, and whether it is locked: CMD42, SD Physical Layer Specification 4.3.7.
/// It survives power off, but not the run.
class SdPassword {
 public:
  /// kForceErase: the card is to be erased, and then `clear`ed.
  enum class Outcome : std::uint8_t { kDone, kFailed, kForceErase };

  bool locked() const { return locked_; }
  void power_on() { locked_ = !password_.empty(); }
  /// Carries out a block of CMD42.
  Outcome execute(std::span<const std::uint8_t> block);
  void clear() {
    password_.clear();
    locked_ = false;
  }

 private:
  using Password = std::span<const std::uint8_t>;
  bool matches(Password given) const;
  bool set(Password given, bool lock);

  std::vector<std::uint8_t> password_;
  bool locked_ = false;
};

}  // namespace linefill
