// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/core/device.hpp"

namespace linefill {

/// The counters of other models, as registers: what software measures is then counted by who did
/// the work. Device tree: "linefill,counters". No such device exists in silicon; see
/// counter_bank.md.
///
/// | offset | name | |
/// |---|---|---|
/// | 0x000 | ID | 0x5443464C, "LFCT" |
/// | 0x004 | COUNT | how many counters there are |
/// | 0x008 | START | writing anything: remembers all counters |
/// | 0x00C | STOP | writing anything: VALUEs are what was counted since START |
/// | 0x100 + 8n | VALUEn | of counter n, low word, then high word |
class CounterBank final : public Device {
 public:
  static constexpr std::uint32_t kIdentification = 0x5443'464C;
  static constexpr std::uint32_t kValues = 0x100;
  static constexpr std::size_t kMost = 128;

  /// `linefill,counters`: a string "NAME OWNER COUNTER" each, in the order of the registers. OWNER
  /// and COUNTER are the report's; `master:PATH` is a bus master's traffic.
  CounterBank(const sc_core::sc_module_name& name, const DeviceNode& node);

  using Source = std::function<std::uint64_t()>;
  /// Gives where a counter is read: nothing if its owner has none of that name, a null source if
  /// there is no such owner.
  using Find =
      std::function<std::optional<Source>(const std::string& owner, const std::string& counter)>;
  /// To be called once, when all models are there. A null source reads zero; a counter that its
  /// owner does not have throws ConfigurationError.
  void connect(const Find& find);

  void reset() override;

 private:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;
  std::uint32_t value_word(std::uint32_t offset) const;

  const DeviceNode& node_;
  std::vector<Source> sources_;
  std::vector<std::uint64_t> started_;
  std::vector<std::uint64_t> counted_;
};

}  // namespace linefill
