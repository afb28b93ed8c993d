// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/lib/result.hpp"
#include "sw/lib/types.hpp"

namespace guest {

/// Cells of a property, host-endian when read.
class Cells {
 public:
  Cells() = default;
  explicit Cells(std::span<const std::byte> bytes) : bytes_{bytes} {}

  std::size_t size() const { return bytes_.size() / 4; }
  bool empty() const { return size() == 0; }
  std::uint32_t operator[](std::size_t index) const;  ///< 0 beyond the end.
  /// `count` cells from `index` as one number (the low 64 bits of it).
  std::uint64_t number(std::size_t index, unsigned count) const;

 private:
  std::span<const std::byte> bytes_;
};

struct FdtRange {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

class FlatDeviceTree;

/// A node of the flattened device tree (Devicetree Specification v0.3, chapter 5): an offset, cheap
/// to copy. A node that does not exist is false, and has no properties and no children.
class FdtNode {
 public:
  FdtNode() = default;

  explicit operator bool() const { return tree_ != nullptr; }
  bool operator==(const FdtNode&) const = default;
  std::string_view name() const;  ///< With the unit address: "serial@9000".
  std::size_t offset() const { return offset_; }

  bool has(std::string_view property) const { return bytes(property).data() != nullptr; }
  std::span<const std::byte> bytes(std::string_view property) const;
  Cells cells(std::string_view property) const { return Cells{bytes(property)}; }
  std::uint32_t cell(std::string_view property, std::uint32_t fallback) const;
  std::string_view text(std::string_view property) const;  ///< The first string; empty if absent.
  /// Where `wanted` stands in a list of strings such as "dma-names".
  Result<unsigned> index_of(std::string_view property, std::string_view wanted) const;
  bool compatible(std::string_view wanted) const;
  bool enabled() const;  ///< `status` absent or "okay".

  FdtNode parent() const;
  FdtNode first_child() const;
  FdtNode next_sibling() const;
  FdtNode child(std::string_view name) const;  ///< With or without unit address.
  const FlatDeviceTree& tree() const { return *tree_; }

  /// The `index`th window, as the CPU sees it: translated through the `ranges` of all parents.
  Result<FdtRange> reg(unsigned index) const;
  /// The node a phandle in `property`, cell `index`, points to.
  FdtNode reference(std::string_view property, std::size_t index = 0) const;
  /// The property of this node or of the nearest parent that has it ("interrupt-parent").
  FdtNode inherited_reference(std::string_view property) const;

 private:
  friend class FlatDeviceTree;
  FdtNode(const FlatDeviceTree* tree, std::size_t offset) : tree_{tree}, offset_{offset} {}

  const FlatDeviceTree* tree_ = nullptr;
  std::size_t offset_ = 0;
};

/// Reads a device-tree blob in place. Every access is checked against the blob's bounds: a broken
/// blob has fewer nodes and properties, never a wild pointer.
class FlatDeviceTree {
 public:
  /// True if a blob (version 17 compatible) starts at `header`, which must be readable for 40
  /// bytes.
  static bool is_blob(const void* header);
  /// The size a blob's header claims.
  static std::size_t blob_size(const void* header);

  FlatDeviceTree() = default;
  explicit FlatDeviceTree(std::span<const std::byte> blob);

  FdtNode root() const;
  FdtNode find(std::string_view path) const;  ///< "/chosen", "/soc/clcd@10020000", or an alias.
  FdtNode find_compatible(std::string_view compatible) const;
  FdtNode by_phandle(std::uint32_t phandle) const;
  /// All nodes in the order of the blob: `for (auto n = t.root(); n; n = t.next(n))`.
  FdtNode next(FdtNode node) const;

 private:
  friend class FdtNode;
  struct Token {
    std::uint32_t kind = 0;
    std::size_t next = 0;              ///< Offset of the token behind this one.
    std::string_view name;             ///< Of a node or property.
    std::span<const std::byte> value;  ///< Of a property.
  };
  Token token(std::size_t offset) const;
  std::string_view string_at(std::span<const std::byte> block, std::size_t offset) const;

  std::span<const std::byte> structure_;
  std::span<const std::byte> strings_;
};

}  // namespace guest
