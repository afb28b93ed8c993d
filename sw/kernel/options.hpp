// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace guest {

/// The kernel command line: /chosen/bootargs, words separated by blanks.
std::string_view command_line();
void set_command_line(std::string_view line);

/// The value of `name=value`; empty text for a bare `name`; nothing if it is not there.
std::optional<std::string_view> option(std::string_view name);
inline bool has_option(std::string_view name) { return option(name).has_value(); }
/// `name=123` or `name=0x7b`; `fallback` if absent or, with a word about it, not a number.
std::uint32_t option_number(std::string_view name, std::uint32_t fallback);
/// `name=256K`, `name=16M`, or plain bytes; else likewise.
std::uint64_t option_size(std::string_view name, std::uint64_t fallback);

}  // namespace guest
