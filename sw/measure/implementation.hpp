// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "sw/dma/dma_map_ops.hpp"
#include "sw/lib/result.hpp"

namespace guest {

/// One way of making memory visible to the PL330, put in use for as long as this lives. A further
/// one is a row in implementation.cpp.
class Implementation {
 public:
  struct Traits {
    bool maintains = false;   ///< A mapping does cache operations on its own memory.
    bool allocates = false;   ///< A mapping takes memory.
    bool translated = false;  ///< A mapping takes I/O addresses.
    bool bounces = false;     ///< A mapping copies, and is of limited size.
    bool snooped = false;     ///< Right only where the PL330's port snoops.
  };

  /// All there are, on whatever board.
  static std::span<const std::string_view> names();
  /// kNoDevice: this board does not have it. No mapping of the PL330's may exist.
  static Result<Implementation> use(std::string_view name);

  Implementation(Implementation&& other) noexcept;
  Implementation& operator=(Implementation&&) = delete;
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation();  ///< The device has its own operations again.

  std::string_view name() const;
  device& dev() const { return *dev_; }
  Traits traits() const;
  /// Whether what the PL330 does, or the IOMMU in front of it, can reach the CPU's caches.
  bool port_snoops() const;
  /// Whether data are right with it on this board.
  bool right_here() const;

 private:
  struct Row;
  static const Row kRows[];

  Implementation(device& dev, const Row& row, const dma_map_ops* before)
      : dev_{&dev}, row_{&row}, before_{before} {}

  device* dev_;  ///< Null once moved from.
  const Row* row_;
  const dma_map_ops* before_;
};

}  // namespace guest
