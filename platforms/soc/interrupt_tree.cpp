// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/interrupt_tree.hpp"

#include <algorithm>
#include <span>

namespace linefill {

namespace {

constexpr unsigned kLongestChain = 8;
constexpr std::uint32_t kMostCells = 8;

using Cells = std::vector<std::uint32_t>;

std::uint32_t cell_count(const DeviceNode& node, const char* property, std::uint32_t fallback) {
  const std::uint32_t count = node.u32_or(property, fallback);
  if (count > kMostCells) node.fail(property, "at most 8");
  return count;
}

// The first node above, or pointed to, that has #interrupt-cells. Null if there is none.
const DeviceNode* interrupt_parent(const DeviceTree& tree, const DeviceNode& node) {
  const DeviceNode* at = &node;
  do {
    const bool points = at->has("interrupt-parent");
    const DeviceNode* next = points ? tree.find_phandle(at->u32("interrupt-parent")) : at->parent();
    if (points && next == nullptr) at->fail("interrupt-parent", "the phandle of a node");
    if (points && !next->has("#interrupt-cells"))
      next->fail("#interrupt-cells", "a number: the node is an interrupt-parent");
    at = next;
  } while (at != nullptr && !at->has("#interrupt-cells"));
  return at;
}

// The first row of the nexus's map that stands for `unit`, a unit address and a specifier.
InterruptSpecifier through_map(const DeviceTree& tree, const DeviceNode& nexus, Cells unit) {
  const Cells mask = nexus.cells("interrupt-map-mask");
  for (std::size_t i = 0; i < std::min(mask.size(), unit.size()); ++i) unit[i] &= mask[i];
  const Cells map = nexus.cells("interrupt-map");
  for (std::size_t at = 0; at + unit.size() < map.size();) {
    const bool same = std::equal(unit.begin(), unit.end(), map.begin() + static_cast<long>(at));
    at += unit.size();
    const DeviceNode* parent = tree.find_phandle(map[at++]);
    if (parent == nullptr) break;
    at += cell_count(*parent, "#address-cells", 0);
    const std::size_t end = at + cell_count(*parent, "#interrupt-cells", 0);
    if (end == at || end > map.size()) break;
    if (same)
      return {parent,
              Cells(map.begin() + static_cast<long>(at), map.begin() + static_cast<long>(end))};
    at = end;
  }
  nexus.fail("interrupt-map",
             "rows of unit address, specifier, controller and its specifier, one "
             "for each interrupt of a device below");
}

InterruptSpecifier resolve(const DeviceTree& tree, const DeviceNode& node,
                           InterruptSpecifier interrupt) {
  for (unsigned i = 0; interrupt.controller->has("interrupt-map"); ++i) {
    if (i == kLongestChain)
      node.fail("interrupts", "a controller at the end of the interrupt maps");
    const DeviceNode& nexus = *interrupt.controller;
    // The unit address of a device is the first cells of its `reg`.
    Cells unit = node.cells("reg");
    unit.resize(cell_count(nexus, "#address-cells", 0));
    unit.insert(unit.end(), interrupt.cells.begin(), interrupt.cells.end());
    interrupt = through_map(tree, nexus, unit);
  }
  return interrupt;
}

}  // namespace

std::vector<InterruptSpecifier> interrupts_of(const DeviceTree& tree, const DeviceNode& node) {
  const Cells cells = node.cells("interrupts");
  std::vector<InterruptSpecifier> result;
  if (cells.empty()) return result;
  const DeviceNode* controller = interrupt_parent(tree, node);
  if (controller == nullptr) node.fail("interrupts", "an interrupt-parent");
  const std::uint32_t width = cell_count(*controller, "#interrupt-cells", 0);
  if (width == 0 || cells.size() % width != 0)
    node.fail("interrupts", std::to_string(width) + " cells for each interrupt");
  for (std::size_t at = 0; at < cells.size(); at += width) {
    const auto first = cells.begin() + static_cast<long>(at);
    result.push_back(resolve(tree, node, {controller, Cells(first, first + width)}));
  }
  return result;
}

}  // namespace linefill
