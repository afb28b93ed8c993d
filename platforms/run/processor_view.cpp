// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/processor_view.hpp"

#include <array>
#include <cstring>

namespace linefill {

std::optional<std::uint32_t> ProcessorView::word(std::uint32_t va) const {
  std::array<std::byte, 4> bytes{};
  if (!processor_.debug_read_virtual(va, bytes)) return std::nullopt;
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace linefill
