// SPDX-License-Identifier: Apache-2.0
#include "models/core/log.hpp"

#include <iomanip>
#include <iostream>

namespace linefill {

namespace {
// A guest that loops on a mistake must not drown what a person reads.
constexpr std::uint64_t kGuestErrorsShown = 10;
}  // namespace

bool Log::enough_guest_errors() {
  if (guest_errors_ <= kGuestErrorsShown) return false;
  if (guest_errors_ == kGuestErrorsShown + 1) {
    write(LogLevel::kWarning, "guest error: further ones are counted, not shown");
  }
  return true;
}

void Log::emit(LogLevel level, const std::string& text) const {
  static constexpr const char* kNames[] = {"error", "warning", "info", "debug"};
  std::cerr << kNames[static_cast<unsigned>(level)] << ": " << name_ << ": " << text << '\n';
}

std::string hex(std::uint64_t value, int digits) {
  std::ostringstream out;
  out << "0x" << std::hex << std::setw(digits) << std::setfill('0') << value;
  return out.str();
}

}  // namespace linefill
