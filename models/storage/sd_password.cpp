// SPDX-License-Identifier: Apache-2.0
#include "models/storage/sd_password.hpp"

#include <algorithm>

namespace linefill {

namespace {

// Byte 0 of the block, table 4-6.
constexpr unsigned kSetPassword = 1U << 0;
constexpr unsigned kClearPassword = 1U << 1;
constexpr unsigned kLock = 1U << 2;
constexpr unsigned kErase = 1U << 3;
constexpr unsigned kModes = 0xF;
constexpr std::size_t kLongest = 16;

}  // namespace

bool SdPassword::matches(Password given) const {
  return !password_.empty() &&
         std::equal(given.begin(), given.end(), password_.begin(), password_.end());
}

/// A card that has a password is given the old one with the new one behind it.
bool SdPassword::set(Password given, bool lock) {
  const std::size_t old = password_.size();
  if (given.size() <= old || given.size() - old > kLongest) return false;
  if (old != 0 && !matches(given.first(old))) return false;
  password_.assign(given.begin() + static_cast<std::ptrdiff_t>(old), given.end());
  locked_ = lock;
  return true;
}

// Table 4-7.
SdPassword::Outcome SdPassword::execute(std::span<const std::uint8_t> block) {
  const auto outcome = [](bool done) { return done ? Outcome::kDone : Outcome::kFailed; };
  if (block.empty()) return Outcome::kFailed;
  const unsigned mode = block[0] & kModes;
  if (mode == kErase) return locked_ ? Outcome::kForceErase : Outcome::kFailed;
  if (block.size() < 2 || block.size() - 2 < block[1]) return Outcome::kFailed;
  const Password given = block.subspan(2, block[1]);
  switch (mode) {
    case kSetPassword:
    case kSetPassword | kLock:
      return outcome(set(given, (mode & kLock) != 0));
    case kClearPassword:
      if (!matches(given)) return Outcome::kFailed;
      clear();
      return Outcome::kDone;
    case kLock:
    case 0:  // Unlock.
      if (!matches(given) || locked_ == (mode == kLock)) return Outcome::kFailed;
      locked_ = mode == kLock;
      return Outcome::kDone;
    default:
      return Outcome::kFailed;
  }
}

}  // namespace linefill
