// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guest {

/// Why a FAT32 file system, or a file on it, cannot be read.
enum class FatError {
  kNone,
  kRead,          ///< The medium failed.
  kNoFileSystem,  ///< Neither a boot sector nor a partition table.
  kFat12,         ///< A file system we know by name but do not read.
  kFat16,
  kExFat,
  kNtfs,
  kGpt,               ///< A GUID partition table.
  kBadBootSector,     ///< FAT32, but its parameters contradict each other.
  kBadCluster,        ///< A chain leaves the volume, or runs into a free or bad cluster.
  kChainLoop,         ///< A chain never ends.
  kChainShort,        ///< A chain ends before the file does.
  kDirectoryTooLong,  ///< A directory without an end mark in 65536 entries.
};

/// The error in words that fit behind "the card cannot be read: ".
const char* describe(FatError error);

}  // namespace guest
