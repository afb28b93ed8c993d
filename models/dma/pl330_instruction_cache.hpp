// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace linefill::pl330 {

/// The controller's own instruction cache (TRM 2.4), direct mapped, shared by all threads. It keeps
/// copies until DMAGO or "DMAWFE event, invalid": microcode changed in memory meanwhile is not
/// seen.
class InstructionCache {
 public:
  InstructionCache(unsigned lines, unsigned line_bytes)
      : line_bytes_{line_bytes}, tags_(lines, kEmpty), data_(std::size_t{lines} * line_bytes) {}

  unsigned line_bytes() const { return line_bytes_; }
  std::uint32_t line_address(std::uint32_t address) const { return address & ~(line_bytes_ - 1); }

  bool holds(std::uint32_t address) const { return tags_[index(address)] == line_address(address); }
  std::uint8_t byte(std::uint32_t address) const {
    return std::to_integer<std::uint8_t>(
        data_[index(address) * line_bytes_ + address % line_bytes_]);
  }
  void fill(std::uint32_t address, std::span<const std::byte> line) {
    tags_[index(address)] = line_address(address);
    for (std::size_t i = 0; i < line.size(); ++i) data_[index(address) * line_bytes_ + i] = line[i];
  }
  void invalidate() { tags_.assign(tags_.size(), kEmpty); }

 private:
  static constexpr std::uint32_t kEmpty = 1;  ///< No line begins at an odd address.
  std::size_t index(std::uint32_t address) const { return address / line_bytes_ % tags_.size(); }

  unsigned line_bytes_;
  std::vector<std::uint32_t> tags_;
  std::vector<std::byte> data_;
};

}  // namespace linefill::pl330
