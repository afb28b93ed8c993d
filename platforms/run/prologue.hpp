// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/checker/program_view.hpp"
#include "models/checker/symbols.hpp"

namespace linefill {

/// What the instructions of a function up to some place did to the stack.
struct Frame {
  std::uint32_t bytes = 0;
  std::optional<std::uint32_t> lr_at;  ///< Distance of the saved LR from SP at entry, downwards.
  bool known = true;                   ///< No register was taken off SP.
};

/// Of the function that begins at `function`, up to `pc`; A32 or, if `thumb`, T32 code.
Frame frame_of(const ProgramView& program, const Symbols& symbols, std::uint32_t function,
               std::uint32_t pc, bool thumb);

/// Whether a call of `called` gets to `function`: at once, or by a B near its beginning (A32).
bool leads_to(const ProgramView& program, std::uint32_t called, std::uint32_t function);

/// Where a BL (A32) that stands at `at` goes; nothing if it is none.
std::optional<std::uint32_t> target_of_call(std::uint32_t at, std::uint32_t instruction);

}  // namespace linefill
