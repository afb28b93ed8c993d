// SPDX-License-Identifier: Apache-2.0
#include "models/core/device_tree.hpp"

extern "C" {
#include <libfdt.h>
}

#include <algorithm>
#include <cstring>

namespace linefill {

namespace {

/// Properties that no binding of Linux covers.
constexpr std::string_view kOurPrefix = "linefill,";
constexpr unsigned kDeepest = 32;

std::uint32_t cell_at(const DeviceNode::Bytes& bytes, std::size_t index) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[index * 4 + i];
  return value;
}

std::uint64_t take(const std::vector<std::uint32_t>& cells, std::size_t& at, std::uint32_t count) {
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < count; ++i) value = value << 32 | cells[at++];
  return value;
}

std::string shown(const DeviceNode::Bytes* bytes) {
  if (bytes == nullptr) return "(absent)";
  const bool text =
      !bytes->empty() && bytes->back() == 0 &&
      std::all_of(bytes->begin(), bytes->end() - 1, [](auto b) { return b >= 32 && b < 127; });
  if (text && bytes->size() > 1) return '"' + std::string(bytes->begin(), bytes->end() - 1) + '"';
  std::string result = "<";
  for (std::size_t i = 0; i + 4 <= bytes->size(); i += 4) {
    result += (i > 0 ? " " : "") + std::to_string(cell_at(*bytes, i / 4));
  }
  return result + ">";
}

/// The clock that output `output` of `provider` is told to come from (`assigned-clock-parents`),
/// where the provider itself tells; null if it does not.
template <class Find>
const DeviceNode* assigned_parent(const DeviceNode& provider, std::uint32_t output, Find find) {
  const auto assigned = provider.cells("assigned-clocks");
  const auto parents = provider.cells("assigned-clock-parents");
  std::size_t parent = 0;
  for (std::size_t at = 0; at < assigned.size() && parent < parents.size();) {
    const DeviceNode* clock = find(assigned[at]);
    const DeviceNode* above = find(parents[parent]);
    if (clock == nullptr || above == nullptr) return nullptr;
    const std::uint32_t cells = clock->u32_or("#clock-cells", 0);
    if (clock == &provider && cells == 1 && at + 1 < assigned.size() && assigned[at + 1] == output)
      return above;
    at += std::size_t{1} + cells;
    parent += std::size_t{1} + above->u32_or("#clock-cells", 0);
  }
  return nullptr;
}

void parse(const void* fdt, int offset, DeviceNode& node, unsigned depth = 0) {
  if (depth > kDeepest)
    throw ConfigurationError{node.path().substr(0, 100) +
                             ": nodes nested too deeply: expected at most 32"};
  int property = 0;
  fdt_for_each_property_offset(property, fdt, offset) {
    const char* name = nullptr;
    int length = 0;
    const void* value = fdt_getprop_by_offset(fdt, property, &name, &length);
    if (value == nullptr) continue;
    const auto* first = static_cast<const std::uint8_t*>(value);
    node.set_bytes(name, DeviceNode::Bytes(first, first + length));
  }
  int child = 0;
  fdt_for_each_subnode(child, fdt, offset) {
    parse(fdt, child, node.add_child(fdt_get_name(fdt, child, nullptr)), depth + 1);
  }
}

}  // namespace

DeviceNode& DeviceNode::set(const std::string& property,
                            std::initializer_list<std::uint32_t> cells) & {
  Bytes bytes;
  for (const auto cell : cells) {
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::uint8_t>(cell >> shift));
  }
  properties_[property] = std::move(bytes);
  return *this;
}

DeviceNode& DeviceNode::set(const std::string& property, std::string_view text) & {
  Bytes bytes(text.begin(), text.end());
  bytes.push_back(0);
  properties_[property] = std::move(bytes);
  return *this;
}

DeviceNode& DeviceNode::set_flag(const std::string& property) & {
  properties_[property] = {};
  return *this;
}

DeviceNode& DeviceNode::add_child(std::string name) {
  return *children_.emplace_back(std::make_unique<DeviceNode>(std::move(name), this));
}

std::string DeviceNode::path() const {
  if (parent_ == nullptr) return name_.empty() ? "/" : name_;
  const std::string above = parent_->path();
  return (above == "/" ? "" : above) + "/" + name_;
}

const DeviceNode* DeviceNode::child(std::string_view name) const {
  for (const auto& c : children_) {
    const std::string_view full = c->name_;
    if (full == name || full.substr(0, full.find('@')) == name) return c.get();
  }
  return nullptr;
}

const DeviceNode::Bytes* DeviceNode::property(const std::string& name) const {
  const auto found = properties_.find(name);
  if (found == properties_.end()) return nullptr;
  if (name.starts_with(kOurPrefix)) asked_.insert(name);
  return &found->second;
}

std::vector<std::uint32_t> DeviceNode::cells(const std::string& property) const {
  const Bytes* bytes = this->property(property);
  if (bytes == nullptr) return {};
  if (bytes->size() % 4 != 0) fail(property, "cells of 32 bits");
  std::vector<std::uint32_t> result(bytes->size() / 4);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = cell_at(*bytes, i);
  return result;
}

std::uint32_t DeviceNode::u32(const std::string& property) const {
  const auto values = cells(property);
  if (values.size() != 1) fail(property, "one cell");
  return values[0];
}

std::uint32_t DeviceNode::u32_or(const std::string& property, std::uint32_t fallback) const {
  return has(property) ? u32(property) : fallback;
}

std::string DeviceNode::string_or(const std::string& property, std::string_view fallback) const {
  const auto all = strings(property);
  return all.empty() ? std::string{fallback} : all.front();
}

std::vector<std::string> DeviceNode::strings(const std::string& property) const {
  std::vector<std::string> result;
  const Bytes* bytes = this->property(property);
  if (bytes == nullptr || bytes->empty()) return result;
  if (bytes->back() != 0) fail(property, "a string");
  for (auto from = bytes->begin(); from != bytes->end();) {
    const auto end = std::find(from, bytes->end(), 0);
    result.emplace_back(from, end);
    from = end + 1;
  }
  return result;
}

bool DeviceNode::compatible_with(std::string_view model) const {
  const auto all = strings("compatible");
  return std::find(all.begin(), all.end(), model) != all.end();
}

bool DeviceNode::enabled() const {
  const std::string status = string_or("status", "okay");
  return status == "okay" || status == "ok";
}

std::uint32_t DeviceNode::cell_count(const std::string& property, std::uint32_t fallback) const {
  const std::uint32_t count = u32_or(property, fallback);
  if (count > 2) fail(property, "at most 2");
  return count;
}

std::uint64_t DeviceNode::to_parent_bus(std::uint64_t address) const {
  if (parent_ == nullptr) return address;
  const auto ranges = cells("ranges");
  const std::uint32_t child_cells = cell_count("#address-cells", 2);
  const std::uint32_t parent_cells = parent_->cell_count("#address-cells", 2);
  const std::uint32_t size_cells = cell_count("#size-cells", 1);
  const std::size_t row = std::size_t{child_cells} + parent_cells + size_cells;
  if (!ranges.empty() && (row == 0 || ranges.size() % row != 0)) {
    fail("ranges", "address here, address above and size, " + std::to_string(row) +
                       " cells, for each window");
  }
  for (std::size_t at = 0; at < ranges.size();) {
    const std::uint64_t child_base = take(ranges, at, child_cells);
    const std::uint64_t parent_base = take(ranges, at, parent_cells);
    const std::uint64_t size = take(ranges, at, size_cells);
    if (address - child_base < size) return parent_base + (address - child_base);
  }
  return address;  // Empty `ranges`: the same addresses on both sides.
}

std::vector<AddressRange> DeviceNode::reg() const {
  std::vector<AddressRange> result;
  const auto values = cells("reg");
  if (values.empty() || parent_ == nullptr) return result;
  const std::uint32_t address_cells = parent_->cell_count("#address-cells", 2);
  const std::uint32_t size_cells = parent_->cell_count("#size-cells", 1);
  if (address_cells + size_cells == 0 || values.size() % (address_cells + size_cells) != 0) {
    fail("reg", std::to_string(address_cells) + " address and " + std::to_string(size_cells) +
                    " size cells for each window");
  }
  for (std::size_t at = 0; at < values.size();) {
    AddressRange range;
    range.address = take(values, at, address_cells);
    range.size = take(values, at, size_cells);
    for (const DeviceNode* bus = parent_; bus != nullptr; bus = bus->parent_) {
      range.address = bus->to_parent_bus(range.address);
    }
    result.push_back(range);
  }
  return result;
}

const DeviceNode* DeviceNode::root() const {
  const DeviceNode* node = this;
  while (node->parent_ != nullptr) node = node->parent_;
  return node;
}

const DeviceNode* DeviceNode::find_phandle(std::uint32_t phandle) const {
  if (has("phandle") && u32("phandle") == phandle) return this;
  for (const auto& c : children_) {
    if (const auto* found = c->find_phandle(phandle)) return found;
  }
  return nullptr;
}

std::uint64_t DeviceNode::clock_hz(std::string_view name, std::uint64_t fallback,
                                   unsigned chain) const {
  if (has("clock-frequency")) {
    const std::uint32_t hz = u32("clock-frequency");
    if (hz == 0) fail("clock-frequency", "a frequency in Hz, not 0");
    return hz;
  }
  const auto names = strings("clock-names");
  const auto named = std::find(names.begin(), names.end(), name);
  const auto wanted = named == names.end() ? 0 : static_cast<std::size_t>(named - names.begin());
  const auto clocks = cells("clocks");
  std::size_t index = 0;
  for (std::size_t at = 0; at < clocks.size(); ++index) {
    const DeviceNode* provider = root()->find_phandle(clocks[at]);
    if (provider == nullptr) fail("clocks", "a phandle of a clock");
    if (index == wanted) {
      if (chain == 0) fail("clocks", "a clock that does not come from itself");
      const std::uint32_t output = at + 1 < clocks.size() ? clocks[at + 1] : 0;
      const auto* parent = assigned_parent(*provider, output, [this](std::uint32_t phandle) {
        return root()->find_phandle(phandle);
      });
      return (parent != nullptr ? parent : provider)->clock_hz({}, fallback, chain - 1);
    }
    at += std::size_t{1} + provider->u32_or("#clock-cells", 0);
  }
  return fallback;
}

void DeviceNode::expect_all_known() const {
  if (!enabled()) return;
  for (const auto& [name, value] : properties_) {
    if (name.starts_with(kOurPrefix) && !asked_.contains(name))
      fail(name, "a property that the node's model knows");
  }
  for (const auto& c : children_) c->expect_all_known();
}

void DeviceNode::fail(const std::string& property, const std::string& expected) const {
  throw ConfigurationError{path() + ": " + property + " = " + shown(this->property(property)) +
                           ": expected " + expected};
}

DeviceTree::DeviceTree(std::span<const std::byte> blob) : root_{std::make_unique<DeviceNode>("")} {
  const bool whole = fdt_check_full(blob.data(), blob.size()) == 0;
  if (!whole) throw ConfigurationError{"not a flattened device tree, or a damaged one"};
  parse(blob.data(), 0, *root_);
}

const DeviceNode* DeviceTree::find(std::string_view path) const {
  if (path.empty() || path.front() != '/') {
    const DeviceNode* aliases = root_->child("aliases");
    const std::string name{path};
    const std::string target = aliases == nullptr ? "" : aliases->string_or(name, "");
    return target.starts_with('/') ? find(target) : nullptr;
  }
  const DeviceNode* node = root_.get();
  while (node != nullptr && path.size() > 1) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    node = node->child(path.substr(0, end));
    path.remove_prefix(end);
  }
  return node;
}

}  // namespace linefill
