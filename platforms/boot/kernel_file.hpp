// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/checker/kallsyms.hpp"
#include "platforms/soc/elf_loader.hpp"

namespace linefill {

/// What `--kernel` names.
struct KernelFile {
  enum class Kind : std::uint8_t {
    kElf,     ///< A program linked at physical addresses.
    kZImage,  ///< Linux that decompresses itself (Documentation/arm/booting.rst).
    kImage,   ///< Linux as linked, without anything before it.
  };

  Kind kind = Kind::kElf;
  GuestImage elf;                     ///< kElf.
  std::vector<std::byte> bytes;       ///< The others: the file.
  std::uint32_t text_offset = 0;      ///< Of Linux: where it runs, from the first byte of memory.
  std::uint32_t running_bytes = 0;    ///< Of Linux: how much of memory it needs there to begin.
  std::vector<KernelSymbol> symbols;  ///< Of Linux, by its own table; empty if it cannot be read.
};

/// Reads an ELF, a zImage or a raw Image for 32-bit little-endian ARM. Throws ConfigurationError:
/// another machine's, damaged, compressed.
KernelFile read_kernel(const std::string& path);

}  // namespace linefill
