// SPDX-License-Identifier: Apache-2.0
#include "sw/lib/fdt.hpp"

namespace guest {
namespace {

// Devicetree Specification v0.3, 5.2 and 5.4.
constexpr std::uint32_t kMagic = 0xD00D'FEED;
constexpr std::uint32_t kBeginNode = 1;
constexpr std::uint32_t kEndNode = 2;
constexpr std::uint32_t kProperty = 3;
constexpr std::uint32_t kNop = 4;
constexpr std::uint32_t kEnd = 9;
constexpr unsigned kDeepest = 16;

std::uint32_t big_endian(const std::byte* at) {
  return std::to_integer<std::uint32_t>(at[0]) << 24 | std::to_integer<std::uint32_t>(at[1]) << 16 |
         std::to_integer<std::uint32_t>(at[2]) << 8 | std::to_integer<std::uint32_t>(at[3]);
}

std::uint32_t word(std::span<const std::byte> bytes, std::size_t offset) {
  return bytes.size() >= 4 && offset <= bytes.size() - 4 ? big_endian(bytes.data() + offset) : 0;
}

constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

/// Header fields are read as whole words: the blob is aligned, and the MMU may be off.
std::uint32_t header_word(const void* header, unsigned index) {
  return __builtin_bswap32(static_cast<const std::uint32_t*>(header)[index]);
}

/// A name matches with or without its unit address.
bool name_matches(std::string_view name, std::string_view wanted) {
  if (name == wanted) return true;
  return wanted.find('@') == std::string_view::npos && name.size() > wanted.size() &&
         name.compare(0, wanted.size(), wanted) == 0 && name[wanted.size()] == '@';
}

/// Calls `use(string, index)` for each of a list of zero-terminated strings until it returns true.
template <class Use>
bool for_each_string(std::span<const std::byte> bytes, Use&& use) {
  const std::string_view all{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  unsigned index = 0;
  for (std::size_t at = 0; at < all.size(); ++index) {
    std::size_t end = at;
    while (end < all.size() && all[end] != '\0') ++end;
    if (use(std::string_view{all.data() + at, end - at}, index)) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

std::uint32_t Cells::operator[](std::size_t index) const { return word(bytes_, index * 4); }

std::uint64_t Cells::number(std::size_t index, unsigned count) const {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) value = value << 32 | (*this)[index + i];
  return value;
}

bool FlatDeviceTree::is_blob(const void* header) { return header_word(header, 0) == kMagic; }
std::size_t FlatDeviceTree::blob_size(const void* header) { return header_word(header, 1); }

FlatDeviceTree::FlatDeviceTree(std::span<const std::byte> blob) {
  constexpr std::size_t kHeaderBytes = 40;
  if (blob.size() < kHeaderBytes || word(blob, 0) != kMagic || word(blob, 24) > 17 ||
      word(blob, 20) < 17)
    return;
  const auto part = [&](std::size_t offset, std::size_t size) -> std::span<const std::byte> {
    if (offset > blob.size() || size > blob.size() - offset || offset % 4 != 0) return {};
    return blob.subspan(offset, size);
  };
  structure_ = part(word(blob, 8), word(blob, 36));
  strings_ = blob.subspan(word(blob, 12) <= blob.size() ? word(blob, 12) : blob.size());
}

std::string_view FlatDeviceTree::string_at(std::span<const std::byte> block,
                                           std::size_t offset) const {
  const auto* text = reinterpret_cast<const char*>(block.data());
  for (std::size_t end = offset; end < block.size(); ++end) {
    if (text[end] == '\0') return {text + offset, end - offset};
  }
  return {};
}

FlatDeviceTree::Token FlatDeviceTree::token(std::size_t offset) const {
  Token t;
  t.kind = offset + 4 <= structure_.size() ? word(structure_, offset) : kEnd;
  t.next = offset + 4;
  if (t.kind == kBeginNode) {
    t.name = string_at(structure_, t.next);
    t.next += aligned(t.name.size() + 1);
  } else if (t.kind == kProperty) {
    const std::size_t size = word(structure_, t.next);
    const std::size_t value = t.next + 8;
    if (value > structure_.size() || size > structure_.size() - value) {
      t.kind = kEnd;
      return t;
    }
    t.name = string_at(strings_, word(structure_, t.next + 4));
    t.value = structure_.subspan(value, size);
    t.next = value + aligned(size);
  } else if (t.kind != kEndNode && t.kind != kNop) {
    t.kind = kEnd;
  }
  return t;
}

FdtNode FlatDeviceTree::root() const {
  std::size_t offset = 0;
  while (token(offset).kind == kNop) offset += 4;
  return token(offset).kind == kBeginNode ? FdtNode{this, offset} : FdtNode{};
}

FdtNode FlatDeviceTree::next(FdtNode node) const {
  for (std::size_t offset = token(node.offset_).next;;) {
    const Token t = token(offset);
    if (t.kind == kEnd) return {};
    if (t.kind == kBeginNode) return {this, offset};
    offset = t.next;
  }
}

FdtNode FlatDeviceTree::find(std::string_view path) const {
  if (!path.empty() && path.front() != '/') {
    const std::string_view target = find("/aliases").text(path);
    return target.empty() || target.front() != '/' ? FdtNode{} : find(target);
  }
  FdtNode node = root();
  while (node && !path.empty()) {
    path.remove_prefix(1);
    std::size_t end = path.find('/');
    if (end == std::string_view::npos) end = path.size();
    if (end != 0) node = node.child({path.data(), end});
    path.remove_prefix(end);
  }
  return node;
}

FdtNode FlatDeviceTree::find_compatible(std::string_view compatible) const {
  FdtNode node = root();
  while (node && !node.compatible(compatible)) node = next(node);
  return node;
}

FdtNode FlatDeviceTree::by_phandle(std::uint32_t phandle) const {
  FdtNode node = root();
  while (node && (phandle == 0 || node.cell("phandle", 0) != phandle)) node = next(node);
  return node;
}

std::string_view FdtNode::name() const {
  return tree_ == nullptr ? std::string_view{} : tree_->token(offset_).name;
}

std::span<const std::byte> FdtNode::bytes(std::string_view property) const {
  if (tree_ == nullptr) return {};
  for (std::size_t offset = tree_->token(offset_).next;;) {
    const auto t = tree_->token(offset);
    if (t.kind == kProperty && t.name == property) return t.value;
    if (t.kind != kProperty && t.kind != kNop) return {};
    offset = t.next;
  }
}

std::uint32_t FdtNode::cell(std::string_view property, std::uint32_t fallback) const {
  const Cells value = cells(property);
  return value.empty() ? fallback : value[0];
}

std::string_view FdtNode::text(std::string_view property) const {
  std::string_view first;
  for_each_string(bytes(property), [&](std::string_view text, unsigned) {
    first = text;
    return true;
  });
  return first;
}

Result<unsigned> FdtNode::index_of(std::string_view property, std::string_view wanted) const {
  unsigned found = 0;
  const bool any = for_each_string(bytes(property), [&](std::string_view text, unsigned index) {
    found = index;
    return text == wanted;
  });
  if (!any) return Error::kNotFound;
  return found;
}

bool FdtNode::compatible(std::string_view wanted) const {
  return bool{index_of("compatible", wanted)};
}

bool FdtNode::enabled() const {
  const std::string_view status = text("status");
  return status.empty() || status == "okay" || status == "ok";
}

FdtNode FdtNode::first_child() const {
  if (tree_ == nullptr) return {};
  for (std::size_t offset = tree_->token(offset_).next;;) {
    const auto t = tree_->token(offset);
    if (t.kind == kBeginNode) return {tree_, offset};
    if (t.kind != kProperty && t.kind != kNop) return {};
    offset = t.next;
  }
}

FdtNode FdtNode::next_sibling() const {
  if (tree_ == nullptr) return {};
  unsigned depth = 1;  // In this node.
  for (std::size_t offset = tree_->token(offset_).next;;) {
    const auto t = tree_->token(offset);
    if (t.kind == kEnd || (t.kind == kEndNode && depth == 0)) return {};
    if (t.kind == kBeginNode && depth == 0) return {tree_, offset};
    if (t.kind == kBeginNode) ++depth;
    if (t.kind == kEndNode) --depth;
    offset = t.next;
  }
}

FdtNode FdtNode::parent() const {
  if (tree_ == nullptr) return {};
  std::size_t open[kDeepest] = {};
  unsigned depth = 0;
  for (std::size_t offset = 0;;) {
    const auto t = tree_->token(offset);
    if (offset == offset_) return depth == 0 ? FdtNode{} : FdtNode{tree_, open[depth - 1]};
    if (t.kind == kBeginNode) {
      if (depth == kDeepest) return {};
      open[depth++] = offset;
    } else if (t.kind == kEndNode && depth != 0) {
      --depth;
    } else if (t.kind == kEnd) {
      return {};
    }
    offset = t.next;
  }
}

FdtNode FdtNode::child(std::string_view wanted) const {
  FdtNode node = first_child();
  while (node && !name_matches(node.name(), wanted)) node = node.next_sibling();
  return node;
}

FdtNode FdtNode::reference(std::string_view property, std::size_t index) const {
  return tree_ == nullptr ? FdtNode{} : tree_->by_phandle(cells(property)[index]);
}

FdtNode FdtNode::inherited_reference(std::string_view property) const {
  for (FdtNode node = *this; node; node = node.parent()) {
    if (node.has(property)) return node.reference(property);
  }
  return {};
}

Result<FdtRange> FdtNode::reg(unsigned index) const {
  const FdtNode bus = parent();
  const unsigned address_cells = bus.cell("#address-cells", 2);
  const unsigned size_cells = bus.cell("#size-cells", 1);
  const Cells values = cells("reg");
  const std::size_t at = std::size_t{index} * (address_cells + size_cells);
  if (!bus || at + address_cells + size_cells > values.size()) return Error::kNotFound;
  FdtRange range{values.number(at, address_cells), values.number(at + address_cells, size_cells)};
  for (FdtNode inner = bus; inner.parent(); inner = inner.parent()) {
    const Cells ranges = inner.cells("ranges");
    if (ranges.empty()) {
      if (!inner.has("ranges")) return Error::kNotFound;  // No way from the CPU to this bus.
      continue;                                           // One to one.
    }
    const unsigned child_cells = inner.cell("#address-cells", 2);
    const unsigned parent_cells = inner.parent().cell("#address-cells", 2);
    const unsigned length_cells = inner.cell("#size-cells", 1);
    const unsigned row = child_cells + parent_cells + length_cells;
    bool translated = false;
    for (std::size_t i = 0; i + row <= ranges.size() && !translated; i += row) {
      const std::uint64_t start = ranges.number(i, child_cells);
      if (range.address < start ||
          range.address - start >= ranges.number(i + child_cells + parent_cells, length_cells)) {
        continue;
      }
      range.address = range.address - start + ranges.number(i + child_cells, parent_cells);
      translated = true;
    }
    if (!translated) return Error::kNotFound;
  }
  return range;
}

}  // namespace guest
