// SPDX-License-Identifier: Apache-2.0
#include "models/checker/symbols.hpp"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "models/core/device_tree.hpp"
#include "models/core/log.hpp"
#include "models/core/read_file.hpp"

namespace linefill {

namespace {

// Of a kernel's table: nothing says how far the last function reaches.
constexpr std::uint32_t kLastFunction = 4;

// A person looks for the function: what it returns, its parameters and where it is hidden make the
// line long.
std::string short_name(std::string name) {
  static constexpr std::string_view kHidden = "(anonymous namespace)::";
  for (auto at = name.find(kHidden); at != std::string::npos; at = name.find(kHidden))
    name.erase(at, kHidden.size());
  if (name.find("operator") != std::string::npos) return name;
  const auto parameters = name.find_first_of("<(");
  if (parameters != std::string::npos && parameters > 0) name.resize(parameters);
  const auto result = name.rfind(' ');
  return result == std::string::npos ? name : name.substr(result + 1);
}

std::string demangled(const char* name) {
  if (std::string_view{name}.substr(0, 2) != "_Z") return name;  // "i" would come out as "int".
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text{
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free};
  if (status != 0) return name;
  return short_name(text.get());
}

// The last two components say enough: "drivers/mmci.cpp".
std::string short_path(std::string_view path) {
  auto slash = path.rfind('/');
  if (slash != std::string_view::npos && slash > 0) slash = path.rfind('/', slash - 1);
  return std::string{slash == std::string_view::npos ? path : path.substr(slash + 1)};
}

std::optional<Dwarf_Word> number_of(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute value;
  Dwarf_Word number = 0;
  if (dwarf_formudata(dwarf_attr(&die, attribute, &value), &number) != 0) return std::nullopt;
  return number;
}

// Where code of other functions is inlined at `pc`: the line of the function itself that calls
// them, which is where a person finds it under the function's name. Empty if nothing is inlined
// there.
std::string outermost_call(Dwarf_Die& unit, std::uint32_t pc) {
  using Scopes = std::unique_ptr<Dwarf_Die, decltype(&std::free)>;
  Dwarf_Die* found = nullptr;
  const int count = dwarf_getscopes(&unit, pc, &found);
  const Scopes innermost{found, &std::free};
  if (count <= 0) return {};
  Dwarf_Die* around = nullptr;
  const int depth = dwarf_getscopes_die(innermost.get(), &around);
  const Scopes enclosing{around, &std::free};
  Dwarf_Die* inlined = nullptr;
  for (int i = 0; i < depth && dwarf_tag(&around[i]) != DW_TAG_subprogram; ++i) {
    if (dwarf_tag(&around[i]) == DW_TAG_inlined_subroutine) inlined = &around[i];
  }
  if (inlined == nullptr) return {};
  const auto file = number_of(*inlined, DW_AT_call_file);
  const auto line = number_of(*inlined, DW_AT_call_line);
  Dwarf_Files* files = nullptr;
  std::size_t files_count = 0;
  if (!file || !line || dwarf_getsrcfiles(&unit, &files, &files_count) != 0 || *file >= files_count)
    return {};
  const char* path = dwarf_filesrc(files, *file, nullptr, nullptr);
  return path == nullptr ? std::string{} : short_path(path) + ":" + std::to_string(*line);
}

}  // namespace

struct Symbols::Dwarf {
  int file = -1;
  Elf* elf = nullptr;
  ::Dwarf* dwarf = nullptr;

  explicit Dwarf(const std::string& path) : file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {
    if (file < 0) throw ConfigurationError{path + ": cannot be opened: expected an ELF file"};
    elf_version(EV_CURRENT);
    elf = elf_begin(file, ELF_C_READ, nullptr);
    if (elf == nullptr || elf_kind(elf) != ELF_K_ELF) {
      close();
      throw ConfigurationError{path + ": expected an ELF file"};
    }
    dwarf = dwarf_begin_elf(elf, DWARF_C_READ, nullptr);
  }
  ~Dwarf() { close(); }
  Dwarf(const Dwarf&) = delete;
  Dwarf& operator=(const Dwarf&) = delete;

  void close() {
    if (dwarf != nullptr) dwarf_end(dwarf);
    if (elf != nullptr) elf_end(elf);
    ::close(file);
  }
};

Symbols::Symbols() = default;
Symbols::~Symbols() = default;

void Symbols::add_elf(const std::string& path) {
  auto& file = *dwarfs_.emplace_back(std::make_unique<Dwarf>(path));
  for (Elf_Scn* section = elf_nextscn(file.elf, nullptr); section != nullptr;
       section = elf_nextscn(file.elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB ||
        header.sh_entsize == 0)
      continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    for (int i = 0; data != nullptr && i < static_cast<int>(header.sh_size / header.sh_entsize);
         ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, i, &symbol) == nullptr) continue;
      const char* name = elf_strptr(file.elf, header.sh_link, symbol.st_name);
      if (name == nullptr) continue;
      const bool global = GELF_ST_BIND(symbol.st_info) == STB_GLOBAL;
      if (GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE && global && symbol.st_shndx != SHN_UNDEF)
        values_.emplace(name, static_cast<std::uint32_t>(symbol.st_value));
      if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      add_function(name, static_cast<std::uint32_t>(symbol.st_value) & ~1U,
                   static_cast<std::uint32_t>(symbol.st_size));
    }
  }
}

void Symbols::add_file(const std::string& path) {
  static constexpr const char* kExpected =
      "an ELF file, System.map or the text of /proc/kallsyms with addresses";
  const std::vector<std::byte> bytes = read_file(path, kExpected);
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  if (text.starts_with(ELFMAG)) return add_elf(path);
  const auto symbols = parse_symbol_text(text);
  if (!symbols) throw ConfigurationError{path + ": of another kind: expected " + kExpected};
  add_kernel(*symbols);
}

// ARM's tools mark where code and data begin within a function: $a, $d, $t. Those are no names.
void Symbols::add_kernel(std::span<const KernelSymbol> symbols) {
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const KernelSymbol& symbol = symbols[i];
    if (!symbol.is_code() || symbol.name.starts_with('$')) continue;
    const auto above = std::find_if(symbols.begin() + static_cast<std::ptrdiff_t>(i), symbols.end(),
                                    [&](const auto& s) { return s.address > symbol.address; });
    add_function(symbol.name, symbol.address,
                 above == symbols.end() ? kLastFunction : above->address - symbol.address);
  }
}

void Symbols::add_function(const std::string& name, std::uint32_t address, std::uint32_t size) {
  functions_[address] = {address, size, demangled(name.c_str())};
  by_name_.emplace(name, address);
}

std::optional<std::uint32_t> Symbols::value_of(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint32_t> Symbols::address_of(std::string_view function) const {
  const auto found = by_name_.find(function);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::uint32_t> Symbols::addresses_called(std::string_view name) const {
  if (const auto address = address_of(name)) return {*address};
  std::vector<std::uint32_t> result;
  for (const auto& [address, function] : functions_) {
    if (function.name == name) result.push_back(address);
  }
  return result;
}

Symbols::Location Symbols::locate(std::uint32_t pc) const {
  Location location;
  if (pc == 0) return location;  // Nobody's; the linker puts what it discards there.
  auto next = functions_.upper_bound(pc);
  if (next != functions_.begin()) {
    const Function& function = std::prev(next)->second;
    // Assembler functions often have no size.
    if (function.size == 0 || pc - function.address < function.size) {
      location.function = function.name;
      location.address = function.address;
    }
  }
  if (!location.function.empty()) location.source = source_of(pc);
  return location;
}

std::string Symbols::source_of(std::uint32_t pc) const {
  for (const auto& file : dwarfs_) {
    Dwarf_Die unit;
    if (file->dwarf == nullptr || dwarf_addrdie(file->dwarf, pc, &unit) == nullptr) continue;
    std::string call = outermost_call(unit, pc);
    if (!call.empty()) return call;
    Dwarf_Line* line = dwarf_getsrc_die(&unit, pc);
    int number = 0;
    const char* source = line == nullptr ? nullptr : dwarf_linesrc(line, nullptr, nullptr);
    if (source == nullptr || dwarf_lineno(line, &number) != 0) continue;
    return short_path(source) + ":" + std::to_string(number);
  }
  return {};
}

std::string Symbols::describe(std::uint32_t pc) const {
  const Location location = locate(pc);
  std::string text = location.function.empty() ? hex(pc) : location.function;
  if (!location.source.empty()) text += " " + location.source;
  return text;
}

}  // namespace linefill
