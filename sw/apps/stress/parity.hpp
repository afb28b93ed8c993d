// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/measure/content.hpp"

namespace guest {

/// Two equal contents, and what the software engine calculates of them.
struct Twins {
  static constexpr std::size_t kMostBytes = 2048;
  std::span<std::byte> one;
  std::span<std::byte> other;
  std::uint32_t hash;
};

/// Something that the software engine calculates: a row of a table.
struct Calculation {
  std::string_view name;
  bool (*is_right)(const Twins&);
};
std::span<const Calculation> calculations();

}  // namespace guest
