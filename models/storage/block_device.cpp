// SPDX-License-Identifier: Apache-2.0
#include "models/storage/block_device.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "models/core/device_tree.hpp"

namespace linefill {

namespace {

constexpr std::uint64_t kLargestBytes = std::uint64_t{2} << 40;

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw ConfigurationError("SD image " + path + ": " + what);
}

std::uint64_t checked_size(int file, const std::string& path) {
  struct stat info {};
  if (::fstat(file, &info) != 0) refuse(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) refuse(path, "expected a regular file");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size == 0 || size % kSectorBytes != 0) {
    refuse(path, std::to_string(size) + " bytes: expected a multiple of 512, not 0");
  }
  if (size > kLargestBytes) refuse(path, std::to_string(size) + " bytes: expected at most 2 TiB");
  return size;
}

}  // namespace

ImageFile::ImageFile(const std::string& path, Writes writes) : writes_{writes} {
  file_ = ::open(path.c_str(), (writes == Writes::kToFile ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (file_ < 0) refuse(path, std::strerror(errno));
  try {
    sectors_ = checked_size(file_, path) / kSectorBytes;
  } catch (...) {
    ::close(file_);
    throw;
  }
}

ImageFile::~ImageFile() { ::close(file_); }

void ImageFile::read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) {
  if (const auto found = overlay_.find(sector); found != overlay_.end()) {
    std::copy(found->second->begin(), found->second->end(), data.begin());
    return;
  }
  const auto got =
      ::pread(file_, data.data(), data.size(), static_cast<off_t>(sector * kSectorBytes));
  // A file that shrank, or a medium that failed: what is not there reads as erased.
  const std::size_t valid = got > 0 ? static_cast<std::size_t>(got) : 0;
  std::fill(data.begin() + static_cast<std::ptrdiff_t>(valid), data.end(), std::uint8_t{0});
}

void ImageFile::write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) {
  if (writes_ == Writes::kToFile) {
    const auto at = static_cast<off_t>(sector * kSectorBytes);
    if (::pwrite(file_, data.data(), data.size(), at) == static_cast<ssize_t>(data.size())) return;
  }
  auto& kept = overlay_[sector];
  if (kept == nullptr) kept = std::make_unique<Sector>();
  std::copy(data.begin(), data.end(), kept->begin());
}

}  // namespace linefill
