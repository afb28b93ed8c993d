// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/coverage.hpp"

#include <fstream>

#include "models/core/device_tree.hpp"

namespace linefill {

void Coverage::write(const std::string& path) const {
  std::ofstream file{path};
  file << std::hex;
  for (const auto& [number, page] : pages_) {
    for (std::size_t i = 0; i < page.size(); ++i) {
      if (page[i]) file << number * kPageBytes + 2 * i << '\n';
    }
  }
  if (!file.flush()) throw ConfigurationError{"--coverage " + path + ": cannot be written"};
}

}  // namespace linefill
