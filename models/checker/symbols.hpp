// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/checker/kallsyms.hpp"

namespace linefill {

/// Names and source lines of the guest's code, from ELF files (symbol table and DWARF, by
/// elfutils) and from the tables of names that Linux has.
class Symbols {
 public:
  Symbols();
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  /// Adds an ELF's symbols. Throws ConfigurationError if the file is none.
  void add_elf(const std::string& path);
  /// Adds an ELF's symbols, or those of System.map or the text of /proc/kallsyms. Throws
  /// ConfigurationError if the file is none of them.
  void add_file(const std::string& path);
  /// Adds those that are code, sorted by address: each reaches as far as the next.
  void add_kernel(std::span<const KernelSymbol> symbols);
  void add_function(const std::string& name, std::uint32_t address, std::uint32_t size);

  /// The first address of a function by the linker's name for it, without the Thumb bit.
  std::optional<std::uint32_t> address_of(std::string_view function) const;
  /// Of all functions that a person may call so: by the linker's name, or as `locate` does.
  std::vector<std::uint32_t> addresses_called(std::string_view name) const;

  /// What a name stands for that is no function: an address that the linker script defines.
  std::optional<std::uint32_t> value_of(std::string_view name) const;

  struct Location {
    std::string function;       ///< Demangled; empty if unknown.
    std::uint32_t address = 0;  ///< Of the function's first instruction.
    std::string source;         ///< "file:line"; empty if unknown.
  };
  Location locate(std::uint32_t pc) const;
  /// "function file:line", or what is known of it; the address if nothing is.
  std::string describe(std::uint32_t pc) const;

 private:
  struct Function {
    std::uint32_t address = 0;
    std::uint32_t size = 0;
    std::string name;
  };
  struct Dwarf;

  std::string source_of(std::uint32_t pc) const;

  std::map<std::uint32_t, Function> functions_;
  std::map<std::string, std::uint32_t, std::less<>> by_name_;
  std::map<std::string, std::uint32_t, std::less<>> values_;
  std::vector<std::unique_ptr<Dwarf>> dwarfs_;
};

}  // namespace linefill
