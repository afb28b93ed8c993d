// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace guest::test {

/// What a walk of page tables comes to. Attributes as the descriptor has them.
struct Walked {
  std::uint64_t address = 0;
  unsigned level = 0;  ///< Of the leaf.
  std::uint64_t descriptor = 0;
};

/// The word at a physical address, as the walker of an SMMU sees it.
using ReadWord = std::function<std::uint32_t(std::uint64_t address)>;

/// ARM ARM DDI 0406C, B3.6.6: long descriptors, AArch32, stage 1 or 2, `T0SZ` 0, from the level
/// that TTBCR or VTCR.SL0 says.
std::optional<Walked> walk_long(const ReadWord& read, std::uint64_t ttbr, unsigned start_level,
                                std::uint64_t address);
/// B3.5.1: short descriptors with TTBCR.N = 0.
std::optional<Walked> walk_short(const ReadWord& read, std::uint32_t ttbr, std::uint32_t address);

}  // namespace guest::test
