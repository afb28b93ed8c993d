// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/fat32/fat32_volume.hpp"

#include <algorithm>
#include <string_view>

#include "sw/drivers/fat32/little_endian.hpp"

namespace guest {

namespace {

// BIOS parameter block: FAT specification, section 3.
constexpr std::size_t kOemName = 3;
constexpr std::size_t kBytesPerSector = 11;
constexpr std::size_t kSectorsPerCluster = 13;
constexpr std::size_t kReservedSectors = 14;
constexpr std::size_t kFats = 16;
constexpr std::size_t kRootEntries = 17;
constexpr std::size_t kTotalSectors16 = 19;
constexpr std::size_t kFatSize16 = 22;
constexpr std::size_t kTotalSectors32 = 32;
constexpr std::size_t kFatSize32 = 36;
constexpr std::size_t kExtFlags = 40;
constexpr std::size_t kRootCluster = 44;
constexpr std::size_t kSignature = 510;
constexpr std::uint32_t kSignatureValue = 0xAA55;
constexpr std::uint32_t kFat12Clusters = 4085;

// Master boot record.
constexpr std::size_t kPartitions = 446;
constexpr std::size_t kPartitionBytes = 16;
constexpr std::size_t kPartitionType = 4;
constexpr std::size_t kPartitionFirst = 8;
constexpr std::uint32_t kGptType = 0xEE;

constexpr std::uint32_t kBlockBytes = BlockReader::kBlockBytes;
constexpr std::uint32_t kEntriesPerBlock = kBlockBytes / 4;

bool has_oem_name(std::span<const std::byte> boot, std::string_view name) {
  return std::equal(name.begin(), name.end(), boot.begin() + kOemName,
                    [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
}

bool power_of_two(std::uint32_t value) { return value != 0 && (value & (value - 1)) == 0; }

bool looks_like_boot_sector(std::span<const std::byte> block) {
  const std::uint32_t jump = load_le8(block, 0);
  const std::uint32_t bytes = load_le16(block, kBytesPerSector);
  const std::uint32_t fats = load_le8(block, kFats);
  return (jump == 0xEB || jump == 0xE9) && power_of_two(bytes) && bytes >= kBlockBytes &&
         bytes <= 4096 && power_of_two(load_le8(block, kSectorsPerCluster)) &&
         load_le16(block, kReservedSectors) != 0 && fats != 0 && fats <= 4;
}

}  // namespace

FatError Fat32Volume::read_block(std::uint32_t block, std::span<std::byte> to) {
  if (block >= medium_.block_count()) return FatError::kRead;
  return medium_.read(block, to.first(kBlockBytes)) ? FatError::kNone : FatError::kRead;
}

FatError Fat32Volume::mount() {
  table_valid_ = false;
  clusters_ = 0;
  alignas(64) Block first{};
  if (const FatError error = read_block(0, first); error != FatError::kNone) return error;
  if (const FatError error = mount_at(0, first); error != FatError::kNoFileSystem) return error;
  if (load_le16(first, kSignature) != kSignatureValue) return FatError::kNoFileSystem;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t entry = kPartitions + i * kPartitionBytes;
    const std::uint32_t type = load_le8(first, entry + kPartitionType);
    const std::uint32_t start = load_le32(first, entry + kPartitionFirst);
    if (type == kGptType) return FatError::kGpt;
    if (type == 0 || start == 0 || start >= medium_.block_count()) continue;
    alignas(64) Block boot{};
    if (const FatError error = read_block(start, boot); error != FatError::kNone) return error;
    if (const FatError error = mount_at(start, boot); error != FatError::kNoFileSystem)
      return error;
  }
  return FatError::kNoFileSystem;
}

FatError Fat32Volume::mount_at(std::uint32_t first_block, const Block& boot) {
  if (load_le16(boot, kSignature) != kSignatureValue) return FatError::kNoFileSystem;
  if (has_oem_name(boot, "EXFAT   ")) return FatError::kExFat;
  if (has_oem_name(boot, "NTFS    ")) return FatError::kNtfs;
  if (!looks_like_boot_sector(boot)) return FatError::kNoFileSystem;
  return set_geometry(first_block, boot);
}

FatError Fat32Volume::set_geometry(std::uint32_t first_block, const Block& boot) {
  const std::uint64_t scale = load_le16(boot, kBytesPerSector) / kBlockBytes;
  const std::uint32_t total16 = load_le16(boot, kTotalSectors16);
  const std::uint64_t total = (total16 != 0 ? total16 : load_le32(boot, kTotalSectors32)) * scale;
  const std::uint32_t fat16 = load_le16(boot, kFatSize16);
  const std::uint64_t fat = (fat16 != 0 ? fat16 : load_le32(boot, kFatSize32)) * scale;
  const std::uint64_t reserved = load_le16(boot, kReservedSectors) * scale;
  const std::uint32_t fats = load_le8(boot, kFats);
  const std::uint64_t root =
      (load_le16(boot, kRootEntries) * std::uint64_t{32} + kBlockBytes - 1) / kBlockBytes;
  const std::uint64_t data = reserved + fats * fat + root;
  const std::uint64_t end = std::min<std::uint64_t>(total, medium_.block_count() - first_block);
  if (fat == 0 || data >= end) return FatError::kBadBootSector;
  // At most 64 KiB in a cluster by the specification; 128 sectors of 4096 bytes still fit 16 bits.
  blocks_per_cluster_ = load_le8(boot, kSectorsPerCluster) * static_cast<std::uint32_t>(scale);
  const std::uint64_t clusters = (end - data) / blocks_per_cluster_;
  // As in Linux: it is the size field in use that tells FAT32 from the older two, for small volumes
  // too.
  if (fat16 != 0) return clusters < kFat12Clusters ? FatError::kFat12 : FatError::kFat16;
  if (root != 0) return FatError::kBadBootSector;

  // The table may be smaller than the volume, or a medium cut short: what has no entry does not
  // exist.
  clusters_ =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(clusters, fat * kEntriesPerBlock - 2));
  const std::uint32_t flags = load_le16(boot, kExtFlags);
  const std::uint32_t active = (flags & 0x80) != 0 ? flags & 0xF : 0;
  if (active >= fats) return FatError::kBadBootSector;
  fat_block_ = first_block + static_cast<std::uint32_t>(reserved + active * fat);
  data_block_ = first_block + static_cast<std::uint32_t>(data);
  root_cluster_ = load_le32(boot, kRootCluster);
  return valid(root_cluster_) ? FatError::kNone : FatError::kBadBootSector;
}

BlockExtent Fat32Volume::blocks_of(std::uint32_t cluster) const {
  return {data_block_ + (cluster - 2) * blocks_per_cluster_, blocks_per_cluster_};
}

FatError Fat32Volume::follow(std::uint32_t cluster, std::uint32_t& next) {
  if (!valid(cluster)) return FatError::kBadCluster;
  const std::uint32_t block = fat_block_ + cluster / kEntriesPerBlock;
  if (!table_valid_ || block != table_block_) {
    table_valid_ = false;
    if (const FatError error = read_block(block, table_); error != FatError::kNone) return error;
    table_block_ = block;
    table_valid_ = true;
  }
  // The upper four bits are reserved.
  const std::uint32_t entry = load_le32(table_, cluster % kEntriesPerBlock * 4) & 0x0FFF'FFFF;
  if (entry >= 0x0FFF'FFF8) {
    next = kEndOfChain;
  } else if (valid(entry)) {
    next = entry;
  } else {
    return FatError::kBadCluster;
  }
  return FatError::kNone;
}

FatError ClusterChain::advance() {
  if (const FatError error = volume_.follow(current_, current_); error != FatError::kNone)
    return error;
  if (ended()) return FatError::kNone;
  if (current_ == anchor_) return FatError::kChainLoop;
  if (++steps_ == limit_) {
    anchor_ = current_;
    steps_ = 0;
    limit_ *= 2;
  }
  return FatError::kNone;
}

FileExtents::FileExtents(Fat32Volume& volume, std::uint32_t first_cluster, std::uint32_t bytes)
    : volume_{volume},
      chain_{volume, first_cluster},
      blocks_left_{bytes / kBlockBytes + (bytes % kBlockBytes != 0 ? 1U : 0U)} {}

FatError FileExtents::next(BlockExtent& extent) {
  extent = {};
  while (blocks_left_ != 0) {
    if (chain_.ended()) return FatError::kChainShort;
    if (!volume_.valid(chain_.cluster())) return FatError::kBadCluster;
    const BlockExtent cluster = volume_.blocks_of(chain_.cluster());
    if (extent.blocks != 0 && extent.first_block + extent.blocks != cluster.first_block)
      return FatError::kNone;
    if (extent.blocks == 0) extent.first_block = cluster.first_block;
    const std::uint32_t used = std::min(cluster.blocks, blocks_left_);
    extent.blocks += used;
    blocks_left_ -= used;
    if (const FatError error = chain_.advance(); error != FatError::kNone) return error;
    if (blocks_left_ == 0) return check_tail();
  }
  return FatError::kNone;
}

// Clusters beyond the file's end are legal (preallocated); a chain without end is damage.
FatError FileExtents::check_tail() {
  while (!chain_.ended()) {
    if (const FatError error = chain_.advance(); error != FatError::kNone) return error;
  }
  return FatError::kNone;
}

}  // namespace guest
