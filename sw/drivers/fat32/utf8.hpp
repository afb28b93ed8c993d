// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace guest {

/// Converts UTF-16 to UTF-8. A surrogate without its partner becomes U+FFFD. Returns the bytes
/// written; stops before a character that does not fit.
std::size_t to_utf8(std::u16string_view from, std::span<char> to);

}  // namespace guest
