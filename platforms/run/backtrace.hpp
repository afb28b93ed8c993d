// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/checker/program_view.hpp"
#include "models/checker/symbols.hpp"

namespace linefill {

/// Where a processor is: the address of the next instruction, then of the calls that led there,
/// innermost first. Best effort: code is unwound by what each function's first instructions put on
/// the stack; it ends where a function has no name, the stack no memory, or nobody knows how much
/// of it a function takes.
std::vector<std::uint32_t> backtrace_of(const ProgramView& program, const Symbols& symbols);

/// Where the function that `pc` is in was called from; 0 unless a call of it stands there. `pc` is
/// an instruction under way: all registers are still its own. Calls in T32 code are not followed.
std::uint32_t caller_of(std::uint32_t pc, const ProgramView& program, const Symbols& symbols);

/// A backtrace for a person: a line, with functions' names.
std::string describe_backtrace(const std::vector<std::uint32_t>& addresses, const Symbols& symbols);

}  // namespace linefill
