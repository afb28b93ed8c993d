// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/board_file.hpp"

extern "C" {
#include <libfdt.h>
}

#include <charconv>
#include <sstream>
#include <utility>

#include "models/core/log.hpp"
#include "models/core/read_file.hpp"

namespace linefill {

namespace {
// Room for what a boot loader adds.
constexpr std::size_t kSlack = 16384;
constexpr std::size_t kLongestArguments = kSlack / 4;
constexpr std::size_t kLargestBlob = 4U << 20;
constexpr std::uint64_t kLeastMemory = 1U << 20;

/// The numbers of `text`, decimal or 0x..., with spaces between; none if it is anything else.
std::vector<fdt32_t> cells_of(const std::string& text) {
  std::vector<fdt32_t> cells;
  std::istringstream words{text};
  for (std::string word; words >> word;) {
    std::uint32_t number = 0;
    const bool hexadecimal = word.starts_with("0x");
    const char* last = word.data() + word.size();
    const auto [end, error] =
        std::from_chars(word.data() + (hexadecimal ? 2 : 0), last, number, hexadecimal ? 16 : 10);
    if (error != std::errc{} || end != last) return {};
    cells.push_back(cpu_to_fdt32(number));
  }
  return cells;
}

/// As --memory takes it: by the largest unit of which it is a multiple.
std::string size_text(std::uint64_t bytes) {
  for (const auto& [shift, unit] : {std::pair{30U, "G"}, {20U, "M"}, {10U, "K"}}) {
    if (bytes % (std::uint64_t{1} << shift) == 0) return std::to_string(bytes >> shift) + unit;
  }
  return std::to_string(bytes);
}

}  // namespace

BoardFile::BoardFile(const std::string& path) : path_{path} {
  const std::vector<std::byte> raw = read_file(path, "a device-tree blob (.dtb)");
  const bool valid = raw.size() <= kLargestBlob && fdt_check_full(raw.data(), raw.size()) == 0;
  if (!valid)
    throw ConfigurationError{path +
                             ": damaged or of another kind: expected a device-tree blob (.dtb)"};
  blob_.resize(raw.size() + kSlack);
  if (fdt_open_into(raw.data(), blob_.data(), static_cast<int>(blob_.size())) != 0) {
    throw ConfigurationError{path + ": damaged: expected a device-tree blob (.dtb)"};
  }
}

int BoardFile::node_offset(const std::string& path, const std::string& context) const {
  // An alias must stand for a path: libfdt follows one that stands for itself for ever.
  const char* full =
      path.starts_with('/') ? path.c_str() : fdt_get_alias(blob_.data(), path.c_str());
  const int node = full == nullptr || *full != '/' ? -1 : fdt_path_offset(blob_.data(), full);
  if (node < 0)
    throw ConfigurationError{context + ": no node " + path + " in " + path_ +
                             ": expected a path or an alias"};
  return node;
}

void BoardFile::set_property(int node, const std::string& name, const void* data,
                             std::size_t size) {
  if (fdt_setprop(blob_.data(), node, name.c_str(), data, static_cast<int>(size)) != 0) {
    throw ConfigurationError{path_ + ": " + name + ": too long: expected at most " +
                             std::to_string(kSlack / 2) + " bytes"};
  }
}

int BoardFile::chosen_node() {
  const int chosen = fdt_path_offset(blob_.data(), "/chosen");
  return chosen < 0 ? fdt_add_subnode(blob_.data(), 0, "chosen") : chosen;
}

void BoardFile::set_bootargs(const std::string& arguments) {
  if (arguments.size() > kLongestArguments)
    throw ConfigurationError{"--append: " + std::to_string(arguments.size()) +
                             " characters: expected at most " + std::to_string(kLongestArguments)};
  set_property(chosen_node(), "bootargs", arguments.c_str(), arguments.size() + 1);
}

// Documentation/devicetree/bindings/chosen.txt of Linux.
void BoardFile::set_initrd(std::uint32_t address, std::uint32_t bytes) {
  const int chosen = chosen_node();
  const fdt32_t start = cpu_to_fdt32(address);
  const fdt32_t end = cpu_to_fdt32(address + bytes);
  set_property(chosen, "linux,initrd-start", &start, sizeof start);
  set_property(chosen, "linux,initrd-end", &end, sizeof end);
}

BoardFile::MemoryNode BoardFile::memory_node() const {
  MemoryNode memory;
  memory.address_cells = fdt_address_cells(blob_.data(), 0);
  memory.size_cells = fdt_size_cells(blob_.data(), 0);
  const auto usable = [](int cells) { return cells == 1 || cells == 2; };
  const int width = memory.address_cells + memory.size_cells;
  fdt_for_each_subnode(memory.node, blob_.data(), 0) {
    const void* type = fdt_getprop(blob_.data(), memory.node, "device_type", nullptr);
    if (type == nullptr || std::string{static_cast<const char*>(type)} != "memory") continue;
    const void* status = fdt_getprop(blob_.data(), memory.node, "status", nullptr);
    if (status != nullptr && !std::string{static_cast<const char*>(status)}.starts_with("ok"))
      continue;
    int length = 0;
    const auto* cells =
        static_cast<const fdt32_t*>(fdt_getprop(blob_.data(), memory.node, "reg", &length));
    if (cells == nullptr || !usable(memory.address_cells) || !usable(memory.size_cells) ||
        length < 4 * width)
      continue;
    for (int i = 0; i < width; ++i) memory.reg.push_back(fdt32_to_cpu(cells[i]));
    return memory;
  }
  throw ConfigurationError{path_ + ": no memory node: expected one with device_type = \"memory\""};
}

AddressRange BoardFile::memory() const {
  const MemoryNode node = memory_node();
  AddressRange window;
  for (std::size_t i = 0; i < node.reg.size(); ++i) {
    auto& part = std::cmp_less(i, node.address_cells) ? window.address : window.size;
    part = part << 32 | node.reg[i];
  }
  return window;
}

void BoardFile::set_memory(std::uint64_t bytes) {
  const MemoryNode memory = memory_node();
  const std::uint64_t base = memory.reg[static_cast<std::size_t>(memory.address_cells) - 1];
  const std::uint64_t most = (std::uint64_t{1} << 32) - base;
  if (bytes < kLeastMemory || bytes > most) {
    throw ConfigurationError{"--memory " + size_text(bytes) + ": expected " +
                             size_text(kLeastMemory) + " to " + size_text(most) +
                             ", the memory begins at " + hex(base)};
  }
  std::vector<fdt32_t> reg;
  for (int i = 0; i < memory.address_cells; ++i)
    reg.push_back(cpu_to_fdt32(memory.reg[static_cast<std::size_t>(i)]));
  if (memory.size_cells == 2) reg.push_back(cpu_to_fdt32(static_cast<std::uint32_t>(bytes >> 32)));
  reg.push_back(cpu_to_fdt32(static_cast<std::uint32_t>(bytes)));
  set_property(memory.node, "reg", reg.data(), reg.size() * 4);
}

void BoardFile::set(const std::string& assignment) {
  const std::string context = "--set " + assignment;
  const auto equals = assignment.find('=');
  const auto colon = assignment.rfind(':', equals);
  if (equals == std::string::npos || colon == std::string::npos || colon == 0 ||
      colon + 1 == equals) {
    throw ConfigurationError{context + ": expected NODE:PROPERTY=VALUE"};
  }
  const std::string property = assignment.substr(colon + 1, equals - colon - 1);
  const std::string value = assignment.substr(equals + 1);
  const int node = node_offset(assignment.substr(0, colon), context);
  const bool known = fdt_getprop(blob_.data(), node, property.c_str(), nullptr) != nullptr;
  if (!known && !property.starts_with("linefill,")) {
    throw ConfigurationError{context + ": the node has no " + property +
                             ": expected one it has, or a linefill, property"};
  }
  const bool bracketed = value.size() >= 2 && value.starts_with('<') && value.ends_with('>');
  const std::vector<fdt32_t> cells =
      cells_of(bracketed ? value.substr(1, value.size() - 2) : value);
  if (bracketed && cells.empty())
    throw ConfigurationError{context + ": expected numbers between < and >"};
  if (!cells.empty()) {
    set_property(node, property, cells.data(), cells.size() * sizeof(fdt32_t));
  } else {
    set_property(node, property, value.c_str(), value.size() + 1);
  }
}

}  // namespace linefill
