// SPDX-License-Identifier: Apache-2.0
#include "models/storage/image_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "models/core/device_tree.hpp"

namespace linefill {

namespace {

constexpr std::uint64_t kLargestBytes = std::uint64_t{2} << 40;
constexpr mode_t kAnyWrite = S_IWUSR | S_IWGRP | S_IWOTH;

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw ConfigurationError("SD image " + path + ": " + what);
}

struct stat status_of(int file, const std::string& path) {
  struct stat info {};
  if (::fstat(file, &info) != 0) refuse(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) refuse(path, "expected a regular file");
  return info;
}

std::uint64_t checked_sectors(const struct stat& info, const std::string& path) {
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size == 0 || size % kSectorBytes != 0) {
    refuse(path, std::to_string(size) + " bytes: expected a multiple of 512, not 0");
  }
  if (size > kLargestBytes) refuse(path, std::to_string(size) + " bytes: expected at most 2 TiB");
  return size / kSectorBytes;
}

off_t offset_of(std::uint64_t sector) { return static_cast<off_t>(sector * kSectorBytes); }

}  // namespace

ImageFile::ImageFile(const std::string& path, Writes writes) : writes_{writes} {
  // O_NONBLOCK: a pipe is refused below instead of waited for.
  const bool to_file = writes == Writes::kToFile;
  file_ = ::open(path.c_str(), (to_file ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) {
    const std::string reason = std::strerror(errno);
    refuse(path, to_file && errno != ENOENT ? "cannot be written: " + reason
                                            : reason + ": expected a file of 512-byte blocks");
  }
  try {
    open(path);
  } catch (...) {
    ::close(file_);
    throw;
  }
}

ImageFile::~ImageFile() { ::close(file_); }

void ImageFile::open(const std::string& path) {
  const struct stat info = status_of(file_, path);
  sectors_ = checked_sectors(info, path);
  const bool to_file = writes_ == Writes::kToFile;
  // A superuser may open it all the same.
  if (to_file && (info.st_mode & kAnyWrite) == 0)
    refuse(path, "cannot be written: expected a file that is not read-only");
  if (::flock(file_, (to_file ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    refuse(path, to_file ? "is in use: expected a file that nobody else has open as a card"
                         : "is being written by another run");
}

void ImageFile::read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) {
  if (!in_file(sector) && overlay_.read(sector, data)) return;
  const auto got = ::pread(file_, data.data(), data.size(), offset_of(sector));
  // Beyond its end, or a file that shrank, or a medium that failed: what is not there reads as
  // erased.
  const std::size_t valid = got > 0 ? static_cast<std::size_t>(got) : 0;
  std::fill(data.begin() + static_cast<std::ptrdiff_t>(valid), data.end(), std::uint8_t{0});
}

bool ImageFile::write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) {
  if (in_file(sector)) return write_file(sector, data);
  overlay_.write(sector, data);
  return true;
}

bool ImageFile::write_file(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) {
  const auto done = ::pwrite(file_, data.data(), data.size(), offset_of(sector));
  if (done == static_cast<ssize_t>(data.size())) return true;
  if (!failed_) log_.warning("writing the image failed: ", std::strerror(errno));
  failed_ = true;
  return false;
}

bool ImageFile::erase(std::uint64_t first, std::uint64_t count) {
  const std::uint64_t inside = in_file(first) ? std::min(count, sectors_ - first) : 0;
  if (inside != count) overlay_.erase(first + inside, count - inside);
  if (inside == 0) return true;
  constexpr int kPunch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  if (::fallocate(file_, kPunch, offset_of(first), offset_of(inside)) == 0) return true;
  // A file system without holes.
  constexpr Sector kZeros{};
  for (std::uint64_t sector = first; sector < first + inside; ++sector) {
    if (!write_file(sector, kZeros)) return false;
  }
  return true;
}

}  // namespace linefill
