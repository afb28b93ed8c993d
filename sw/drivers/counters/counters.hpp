// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sw/arch/mmio.hpp"
#include "sw/kernel/device.hpp"
#include "sw/lib/result.hpp"

namespace guest {

/// The simulator's own counters ("linefill,counters"): what programs that measure ask, instead of
/// counting themselves. Names are the board's, in the device tree.
class Counters {
 public:
  /// kNoDevice on machines without, which is all but ours.
  static Result<Counters> find();

  /// From when everything before has left the CPU and the outer cache's buffer.
  void start() const { registers_.write(&Registers::start, 1); }
  /// Until all before has left the CPU.
  void stop() const;
  /// What was counted from `start` to `stop`; 0 for a name that the board does not have.
  std::uint64_t operator[](std::string_view name) const;
  bool has(std::string_view name) const { return index_of(name) < count_; }

 private:
  static constexpr std::size_t kMost = 128;
  static constexpr std::uint32_t kIdentification = 0x5443'464C;

  struct Registers {
    std::uint32_t id;
    std::uint32_t count;
    std::uint32_t start;
    std::uint32_t stop;
    std::uint32_t reserved[60];
    std::uint32_t values[2 * kMost];
  };
  static_assert(offsetof(Registers, values) == 0x100);

  std::size_t index_of(std::string_view name) const;

  Mmio<Registers> registers_;
  FdtNode node_;
  std::size_t count_ = 0;
};

}  // namespace guest
