// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

namespace linefill {

inline constexpr std::size_t kSectorBytes = 512;
using Sector = std::array<std::uint8_t, kSectorBytes>;

/// What a card keeps its data in: numbered sectors of 512 bytes.
class BlockDevice {
 public:
  virtual ~BlockDevice() = default;
  virtual std::uint64_t sectors() const = 0;
  /// `sector` is less than `sectors()`, here and below.
  virtual void read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) = 0;
  virtual void write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) = 0;
};

/// An image in a file. Opened read-only unless told otherwise: written sectors are then kept in
/// memory, and the file never changes.
class ImageFile final : public BlockDevice {
 public:
  enum class Writes : std::uint8_t { kInMemory, kToFile };

  /// Throws ConfigurationError if the file cannot be read, is empty, is no whole number of sectors,
  /// or is larger than a card with a CSD of version 2 can be (2 TiB).
  explicit ImageFile(const std::string& path, Writes writes = Writes::kInMemory);
  ~ImageFile() override;
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  std::uint64_t sectors() const override { return sectors_; }
  void read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) override;
  void write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) override;

 private:
  int file_ = -1;
  Writes writes_;
  std::uint64_t sectors_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Sector>> overlay_;
};

}  // namespace linefill
