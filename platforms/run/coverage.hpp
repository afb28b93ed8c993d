// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <string>

namespace linefill {

/// Which instructions were executed, by virtual address (--coverage).
class Coverage {
 public:
  void note(std::uint32_t pc) {
    const std::uint32_t page = pc / kPageBytes;
    if (page != last_page_ || last_ == nullptr) {
      last_page_ = page;
      last_ = &pages_[page];
    }
    last_->set(pc % kPageBytes / 2);
  }
  /// One address a line, in hexadecimal, ascending. Throws ConfigurationError if it cannot.
  void write(const std::string& path) const;

 private:
  static constexpr std::uint32_t kPageBytes = 4096;
  using Page = std::bitset<kPageBytes / 2>;  // Thumb instructions begin at even addresses.

  std::map<std::uint32_t, Page> pages_;
  std::uint32_t last_page_ = 0;
  Page* last_ = nullptr;
};

}  // namespace linefill
