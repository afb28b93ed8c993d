// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace linefill {

/// Loads shared objects for the rest of the process; their models register themselves. Throws
/// ConfigurationError naming the file and what the loader says.
void load_plugins(const std::vector<std::string>& paths);

}  // namespace linefill
