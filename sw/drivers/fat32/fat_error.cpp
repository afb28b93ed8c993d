// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/fat32/fat_error.hpp"

namespace guest {

const char* describe(FatError error) {
  switch (error) {
    case FatError::kNone:
      return "no error";
    case FatError::kRead:
      return "the card does not answer";
    case FatError::kNoFileSystem:
      return "no file system";
    case FatError::kFat12:
      return "a FAT12 file system, not FAT32";
    case FatError::kFat16:
      return "a FAT16 file system, not FAT32";
    case FatError::kExFat:
      return "an exFAT file system, not FAT32";
    case FatError::kNtfs:
      return "an NTFS file system, not FAT32";
    case FatError::kGpt:
      return "a GUID partition table, not an MBR";
    case FatError::kBadBootSector:
      return "boot sector damaged";
    case FatError::kBadCluster:
      return "cluster chain damaged";
    case FatError::kChainLoop:
      return "cluster chain without end";
    case FatError::kChainShort:
      return "cluster chain shorter than the file";
    case FatError::kDirectoryTooLong:
      return "directory without end";
  }
  return "unknown error";
}

}  // namespace guest
