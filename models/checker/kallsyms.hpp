// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace linefill {

/// A name as Linux's tools write it: `type` is nm's letter.
struct KernelSymbol {
  std::uint32_t address = 0;
  char type = '?';
  std::string name;

  bool is_code() const { return type == 't' || type == 'T' || type == 'w' || type == 'W'; }
};

/// The symbol table that a 32-bit little-endian Linux kernel carries in its own image, as
/// scripts/kallsyms.c writes it (layouts of Linux 4.6 to 6.3, and of 6.4 and later), in the order
/// of addresses. Nothing if the image has none.
std::optional<std::vector<KernelSymbol>> find_kallsyms(std::span<const std::byte> image);

/// The text of System.map or /proc/kallsyms: "c0008000 T stext", names of modules with "[module]"
/// behind. Nothing if a line is of another form, or if all addresses are 0, as an unprivileged
/// reader of /proc/kallsyms sees them.
std::optional<std::vector<KernelSymbol>> parse_symbol_text(std::string_view text);

}  // namespace linefill
