// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "models/storage/block_device.hpp"

namespace linefill::test {

/// Sectors in memory; byte i of sector s is (7 s + i) modulo 251 until written.
class MemoryDevice final : public BlockDevice {
 public:
  explicit MemoryDevice(std::size_t sectors) : sectors_{sectors}, bytes_(sectors * kSectorBytes) {
    for (std::size_t i = 0; i < bytes_.size(); ++i)
      bytes_[i] = pattern(i / kSectorBytes, i % kSectorBytes);
  }
  static std::uint8_t pattern(std::uint64_t sector, std::size_t byte) {
    return static_cast<std::uint8_t>((7 * sector + byte) % 251);
  }

  std::uint64_t sectors() const override { return sectors_; }
  void read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) override {
    make(sector + 1);
    std::copy_n(bytes_.begin() + offset(sector), kSectorBytes, data.begin());
  }
  bool write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) override {
    make(sector + 1);
    std::copy(data.begin(), data.end(), bytes_.begin() + offset(sector));
    return !broken;
  }
  bool erase(std::uint64_t first, std::uint64_t count) override {
    make(first + count);
    std::fill_n(bytes_.begin() + offset(first), count * kSectorBytes, std::uint8_t{0});
    return !broken;
  }

  bool broken = false;  ///< Writing fails.

 private:
  void make(std::uint64_t sectors) {
    bytes_.resize(std::max(bytes_.size(), sectors * kSectorBytes));
  }
  static std::ptrdiff_t offset(std::uint64_t sector) {
    return static_cast<std::ptrdiff_t>(sector * kSectorBytes);
  }
  std::uint64_t sectors_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace linefill::test
