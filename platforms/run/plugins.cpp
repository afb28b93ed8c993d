// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/plugins.hpp"

#include <boost/dll/shared_library.hpp>

#include "models/core/device_tree.hpp"

namespace linefill {

void load_plugins(const std::vector<std::string>& paths) {
  // Never unloaded: the registry has functions of theirs until the process has ended.
  static auto& loaded = *new std::vector<boost::dll::shared_library>;
  for (const auto& path : paths) {
    boost::dll::fs::error_code error;
    boost::dll::shared_library library;
    library.load(path, error, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_global);
    if (error)
      throw ConfigurationError{"--plugin " + path +
                               ": cannot be loaded: expected a shared object of models"};
    loaded.push_back(std::move(library));
  }
}

}  // namespace linefill
