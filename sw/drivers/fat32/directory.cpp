// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/fat32/directory.hpp"

#include <algorithm>

#include "sw/drivers/fat32/little_endian.hpp"
#include "sw/drivers/fat32/utf8.hpp"

namespace guest {

namespace {

constexpr std::uint32_t kEntryBytes = 32;
constexpr std::uint32_t kMaxEntries = 65536;  // A directory has at most 2 MiB.

// Fields of a directory entry.
constexpr std::size_t kAttributes = 11;
constexpr std::size_t kCaseFlags = 12;
constexpr std::size_t kClusterHigh = 20;
constexpr std::size_t kClusterLow = 26;
constexpr std::size_t kFileSize = 28;
constexpr std::size_t kLongChecksum = 13;

constexpr std::uint32_t kEnd = 0x00;
constexpr std::uint32_t kDeleted = 0xE5;
constexpr std::uint32_t kVolumeLabel = 0x08;
constexpr std::uint32_t kLongName = 0x0F;
constexpr std::uint32_t kLongNameMask = 0x3F;
constexpr std::uint32_t kLastLongPart = 0x40;

std::uint32_t short_name_checksum(std::span<const std::byte> name) {
  std::uint32_t sum = 0;
  for (const std::byte c : name.first(11))
    sum = ((sum << 7 | sum >> 1) + std::to_integer<std::uint32_t>(c)) & 0xFF;
  return sum;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool DirectoryReader::next_raw() {
  if (offset_ + kEntryBytes < block_.size() && started_) {
    offset_ += kEntryBytes;
    return true;
  }
  if (started_ && ++block_in_cluster_ == volume_.blocks_per_cluster()) {
    block_in_cluster_ = 0;
    error_ = chain_.advance();
    if (error_ != FatError::kNone || chain_.ended()) return false;
  }
  started_ = true;
  if (!volume_.valid(chain_.cluster())) {
    error_ = FatError::kBadCluster;
    return false;
  }
  offset_ = 0;
  error_ = volume_.read_block(volume_.blocks_of(chain_.cluster()).first_block + block_in_cluster_,
                              block_);
  return error_ == FatError::kNone;
}

bool DirectoryReader::next(DirectoryEntry& entry) {
  while (!ended_) {
    if (!next_raw()) break;
    if (++entries_ > kMaxEntries) {
      error_ = FatError::kDirectoryTooLong;
      break;
    }
    const Raw raw{block_.data() + offset_, kEntryBytes};
    const std::uint32_t first = load_le8(raw, 0);
    const std::uint32_t attributes = load_le8(raw, kAttributes);
    if (first == kEnd) break;
    const bool long_name = (attributes & kLongNameMask) == kLongName;
    if (first != kDeleted && long_name) {
      take_long_part(raw);
    } else if (first == kDeleted || (attributes & kVolumeLabel) != 0) {
      parts_ = 0;
    } else {
      if (long_name_belongs_to(raw)) {
        decode_long_name(entry);
      } else {
        decode_short_name(raw, entry);
      }
      parts_ = 0;
      entry.attributes = static_cast<std::uint8_t>(attributes);
      entry.first_cluster =
          (load_le16(raw, kClusterHigh) << 16 | load_le16(raw, kClusterLow)) & 0x0FFF'FFFF;
      entry.size = entry.folder() ? 0 : load_le32(raw, kFileSize);
      return true;
    }
  }
  ended_ = true;
  return false;
}

// The parts of a long name stand in front of the short entry, the last part first.
void DirectoryReader::take_long_part(Raw raw) {
  const std::uint32_t order = load_le8(raw, 0);
  const std::uint32_t number = order & ~kLastLongPart;
  const std::uint32_t checksum = load_le8(raw, kLongChecksum);
  if ((order & kLastLongPart) != 0 && number >= 1 && number <= kMaxParts) {
    parts_ = missing_parts_ = number;
    checksum_ = checksum;
  }
  if (parts_ == 0 || number != missing_parts_ || number == 0 || checksum != checksum_) {
    parts_ = 0;
    return;
  }
  --missing_parts_;
  static constexpr std::array<std::uint8_t, kLongNameUnits> kUnitOffsets{1,  3,  5,  7,  9,  14, 16,
                                                                         18, 20, 22, 24, 28, 30};
  for (std::size_t i = 0; i < kLongNameUnits; ++i) {
    units_[missing_parts_ * kLongNameUnits + i] =
        static_cast<char16_t>(load_le16(raw, kUnitOffsets[i]));
  }
}

bool DirectoryReader::long_name_belongs_to(Raw raw) const {
  return parts_ != 0 && missing_parts_ == 0 && checksum_ == short_name_checksum(raw) &&
         units_[0] != 0;
}

void DirectoryReader::decode_long_name(DirectoryEntry& entry) const {
  const auto end = units_.begin() + std::min<std::size_t>(parts_ * kLongNameUnits, 255);
  const auto terminator = std::find(units_.begin(), end, u'\0');
  entry.name_size = to_utf8({units_.data(), static_cast<std::size_t>(terminator - units_.begin())},
                            entry.name_bytes);
}

void DirectoryReader::decode_short_name(Raw raw, DirectoryEntry& entry) {
  const std::uint32_t flags = load_le8(raw, kCaseFlags);
  entry.name_size = 0;
  const auto append = [&](std::size_t from, std::size_t to, bool in_lower_case) {
    while (to > from && load_le8(raw, to - 1) == ' ') --to;
    for (std::size_t i = from; i < to; ++i) {
      const std::uint32_t code = load_le8(raw, i);
      // The code page of letters beyond ASCII is not recorded on the medium.
      const char c = code >= 0x20 && code < 0x7F ? static_cast<char>(code) : '?';
      entry.name_bytes[entry.name_size++] = in_lower_case ? lower(c) : c;
    }
  };
  append(0, 8, (flags & 0x08) != 0);
  const std::size_t base = entry.name_size;
  entry.name_bytes[entry.name_size++] = '.';
  append(8, 11, (flags & 0x10) != 0);
  if (entry.name_size == base + 1) entry.name_size = base;
}

}  // namespace guest
