// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace linefill {

/// Reads a whole file, of at most 1 GiB: no board has more memory. Throws ConfigurationError naming
/// it and `expected` if it is empty, larger, or not to be read.
std::vector<std::byte> read_file(const std::string& path, const std::string& expected);

}  // namespace linefill
