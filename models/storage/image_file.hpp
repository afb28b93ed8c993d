// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "models/core/log.hpp"
#include "models/storage/block_device.hpp"
#include "models/storage/sector_overlay.hpp"

namespace linefill {

/// An image in a file. Opened read-only unless told otherwise: written sectors are then kept in
/// memory, and the file never changes.
class ImageFile final : public BlockDevice {
 public:
  enum class Writes : std::uint8_t { kInMemory, kToFile };

  /// Throws ConfigurationError if the file cannot be read (or written, if it shall be: nobody may
  /// have taken the right to write it away, nor use it at the same time), is empty, is no whole
  /// number of sectors, or is larger than a card with a CSD of version 2 can be (2 TiB).
  explicit ImageFile(const std::string& path, Writes writes = Writes::kInMemory);
  ~ImageFile() override;
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  std::uint64_t sectors() const override { return sectors_; }
  void read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) override;
  bool write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) override;
  bool erase(std::uint64_t first, std::uint64_t count) override;

 private:
  void open(const std::string& path);
  /// Whether that sector's place is the file; what is not there is kept in memory.
  bool in_file(std::uint64_t sector) const {
    return writes_ == Writes::kToFile && sector < sectors_;
  }
  bool write_file(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data);

  Log log_{"sd image"};
  int file_ = -1;
  Writes writes_;
  std::uint64_t sectors_ = 0;
  SectorOverlay overlay_;
  bool failed_ = false;  ///< It was said.
};

}  // namespace linefill
