// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/time.hpp"

namespace linefill {

/// A mistake in the board, the command line or a file: one line saying what, where, and what was
/// expected.
class ConfigurationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A window of the physical address space.
struct AddressRange {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

/// One node of a device tree (Devicetree Specification v0.3, chapter 2), with its children.
/// Cells are big-endian in the blob and host-endian here. Errors throw ConfigurationError with the
/// node's path, the property, its value and what was expected.
class DeviceNode {
 public:
  using Bytes = std::vector<std::uint8_t>;

  /// A node outside any blob, for tests: `DeviceNode{"timer@0"}.set("clock-frequency", 1000000)`.
  explicit DeviceNode(std::string name, DeviceNode* parent = nullptr)
      : name_{std::move(name)}, parent_{parent} {}
  DeviceNode(DeviceNode&&) = default;
  DeviceNode(const DeviceNode&) = delete;
  DeviceNode& operator=(const DeviceNode&) = delete;
  DeviceNode& operator=(DeviceNode&&) = delete;
  ~DeviceNode() = default;

  DeviceNode& set(const std::string& property, std::initializer_list<std::uint32_t> cells) &;
  DeviceNode& set(const std::string& property, std::uint32_t cell) & {
    return set(property, {cell});
  }
  DeviceNode& set(const std::string& property, std::string_view text) &;
  DeviceNode& set_flag(const std::string& property) &;
  void set_bytes(const std::string& property, Bytes bytes) {
    properties_[property] = std::move(bytes);
  }
  DeviceNode& add_child(std::string name);

  const std::string& name() const { return name_; }  ///< With the unit address: "serial@9000".
  std::string path() const;
  const DeviceNode* parent() const { return parent_; }
  const std::vector<std::unique_ptr<DeviceNode>>& children() const { return children_; }
  const DeviceNode* child(
      std::string_view name) const;  ///< With or without unit address; null if none.

  bool has(const std::string& property) const { return this->property(property) != nullptr; }
  const Bytes* property(const std::string& name) const;
  const std::map<std::string, Bytes>& properties() const { return properties_; }

  /// All cells; empty if the property is absent.
  std::vector<std::uint32_t> cells(const std::string& property) const;
  std::uint32_t u32(const std::string& property) const;  ///< Throws if absent or not one cell.
  std::uint32_t u32_or(const std::string& property, std::uint32_t fallback) const;
  std::string string_or(const std::string& property, std::string_view fallback) const;
  std::vector<std::string> strings(const std::string& property) const;
  bool compatible_with(std::string_view model) const;
  bool enabled() const;  ///< `status` absent, "okay" or "ok".

  /// `reg`, translated to the processor's view through the `ranges` of the parents.
  std::vector<AddressRange> reg() const;

  /// The rate of input clock `name` of `clock-names` (or of the first, if unnamed), in Hz;
  /// `fallback` where the tree does not tell. `clock-frequency` of the node itself wins.
  std::uint64_t clock_hz(std::string_view name, std::uint64_t fallback) const {
    return clock_hz(name, fallback, kLongestClockChain);
  }

  /// Fails if an enabled node from here on has a property of ours ("linefill,...") that nobody has
  /// asked for: no model of that node knows it.
  void expect_all_known() const;

  /// A one-line configuration error about a property of this node.
  [[noreturn]] void fail(const std::string& property, const std::string& expected) const;

 private:
  friend class DeviceTree;
  static constexpr unsigned kLongestClockChain = 32;

  std::uint64_t clock_hz(std::string_view name, std::uint64_t fallback, unsigned chain) const;
  std::uint32_t cell_count(const std::string& property, std::uint32_t fallback) const;
  const DeviceNode* root() const;
  const DeviceNode* find_phandle(std::uint32_t phandle) const;
  std::uint64_t to_parent_bus(std::uint64_t address) const;

  std::string name_;
  DeviceNode* parent_;
  std::map<std::string, Bytes> properties_;
  mutable std::set<std::string> asked_;
  std::vector<std::unique_ptr<DeviceNode>> children_;
};

/// A parsed blob. Owns its nodes.
class DeviceTree {
 public:
  /// Throws ConfigurationError if `blob` is no valid flattened device tree.
  explicit DeviceTree(std::span<const std::byte> blob);

  const DeviceNode& root() const { return *root_; }
  /// By absolute path or by an alias; null if none.
  const DeviceNode* find(std::string_view path) const;
  const DeviceNode* find_phandle(std::uint32_t phandle) const {
    return root_->find_phandle(phandle);
  }

 private:
  std::unique_ptr<DeviceNode> root_;
};

}  // namespace linefill
