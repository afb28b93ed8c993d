// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/elf_loader.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "models/core/device_tree.hpp"
#include "models/core/log.hpp"

namespace linefill {

namespace {

template <class T>
T at(std::span<const std::byte> file, std::size_t offset, const std::string& path) {
  if (offset + sizeof(T) > file.size() || offset + sizeof(T) < offset) {
    throw ConfigurationError{path + ": truncated: expected a whole ARM ELF executable"};
  }
  T value;
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return value;
}

bool is_arm_executable(const Elf32_Ehdr& header) {
  return header.e_ident[EI_CLASS] == ELFCLASS32 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
         header.e_machine == EM_ARM && header.e_type == ET_EXEC;
}

// Bit 0 says that the code there is T32.
bool holds_entry(const GuestImage& image) {
  return std::any_of(image.segments.begin(), image.segments.end(), [&](const auto& segment) {
    return (image.entry & ~1U) - segment.address < segment.bytes.size();
  });
}

}  // namespace

GuestImage load_elf(std::span<const std::byte> file, const std::string& path) {
  const bool elf = file.size() >= SELFMAG && std::memcmp(file.data(), ELFMAG, SELFMAG) == 0;
  if (!elf) throw ConfigurationError{path + ": not an ELF file: expected an ARM ELF executable"};
  const auto header = at<Elf32_Ehdr>(file, 0, path);
  if (!is_arm_executable(header)) {
    throw ConfigurationError{
        path +
        ": for another machine, or not linked: expected a 32-bit little-endian ARM ELF executable"};
  }
  const auto damaged = [&](const std::string& why) {
    return ConfigurationError{path + ": " + why + ": expected a whole ARM ELF executable"};
  };
  if (header.e_phnum != 0 && header.e_phentsize != sizeof(Elf32_Phdr))
    throw damaged("damaged: program headers of " + std::to_string(header.e_phentsize) + " bytes");
  GuestImage image;
  image.entry = header.e_entry;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment =
        at<Elf32_Phdr>(file, header.e_phoff + std::size_t{i} * header.e_phentsize, path);
    if (segment.p_type != PT_LOAD || (segment.p_filesz | segment.p_memsz) == 0) continue;
    if (segment.p_filesz > segment.p_memsz)
      throw damaged("damaged: a segment has more bytes in the file than in memory");
    if (std::size_t{segment.p_offset} + segment.p_filesz > file.size()) throw damaged("truncated");
    const auto* first = file.data() + segment.p_offset;
    image.segments.push_back(
        {segment.p_paddr, {first, first + segment.p_filesz}, segment.p_memsz - segment.p_filesz});
  }
  if (image.segments.empty())
    throw ConfigurationError{path + ": nothing to load: expected an ARM ELF executable"};
  if (!holds_entry(image))
    throw ConfigurationError{path + ": it begins at " + hex(image.entry) +
                             ", where it has no code: expected one linked at physical addresses"};
  return image;
}

}  // namespace linefill
