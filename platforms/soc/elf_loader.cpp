// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/elf_loader.hpp"

#include <elf.h>

#include <cstring>

#include "models/core/device_tree.hpp"

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
  GuestImage image;
  image.entry = header.e_entry;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment =
        at<Elf32_Phdr>(file, header.e_phoff + std::size_t{i} * header.e_phentsize, path);
    if (segment.p_type != PT_LOAD || segment.p_filesz == 0) continue;
    if (std::size_t{segment.p_offset} + segment.p_filesz > file.size()) {
      throw ConfigurationError{path + ": truncated: expected a whole ARM ELF executable"};
    }
    const auto* first = file.data() + segment.p_offset;
    image.segments.push_back({segment.p_paddr, {first, first + segment.p_filesz}});
  }
  if (image.segments.empty())
    throw ConfigurationError{path + ": nothing to load: expected an ARM ELF executable"};
  return image;
}

}  // namespace linefill
