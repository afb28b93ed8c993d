// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/device.hpp"

namespace linefill {

/// Registers of the snoop control unit, Cortex-A9 MPCore TRM (DDI 0407) 2.2. With one processor
/// there is nothing to keep coherent: software finds its registers, and what it writes is kept.
class ScuBlock {
 public:
  /// `processors`: 1 to 4. `tag_ram`: 0, 1, 2 for a data cache of 16, 32, 64 KiB.
  ScuBlock(unsigned processors, unsigned tag_ram);

  static const RegisterTable<ScuBlock>& registers();
  void reset() { registers().reset(*this); }

 private:
  std::uint32_t peek_configuration() const { return configuration_; }
  void invalidate(std::uint32_t, const RegisterContext&) {}

  std::uint32_t configuration_;
  std::uint32_t control_ = 0;
  std::uint32_t power_status_ = 0;
  std::uint32_t diagnostic_ = 0;
  std::uint32_t filtering_start_ = 0;
  std::uint32_t filtering_end_ = 0;
  std::uint32_t access_control_ = 0;
  std::uint32_t non_secure_access_control_ = 0;
};

/// Device tree: "arm,cortex-a9-scu". One processor; the data cache's size is that of the first node
/// of /cpus.
class Scu final : public Device {
 public:
  Scu(const sc_core::sc_module_name& name, const DeviceNode& node);
  void reset() override { block_.reset(); }

 private:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override {
    return ScuBlock::registers().peek(block_, offset);
  }

  ScuBlock block_;
};

}  // namespace linefill
