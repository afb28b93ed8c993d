// SPDX-License-Identifier: Apache-2.0
#include "models/core/model_registry.hpp"

namespace linefill {

ModelRegistry& ModelRegistry::instance() {
  static ModelRegistry registry;
  return registry;
}

const ModelRegistry::Entry* ModelRegistry::find(const DeviceNode& node) const {
  for (const auto& compatible : node.strings("compatible")) {
    const auto entry = entries_.find(compatible);
    if (entry != entries_.end() && entry->second.create) return &entry->second;
  }
  return nullptr;
}

std::unique_ptr<Device> ModelRegistry::create(std::string_view compatible, const char* name,
                                              const DeviceNode& node) const {
  const auto entry = entries_.find(compatible);
  if (entry == entries_.end() || !entry->second.create) {
    throw ConfigurationError{node.path() + ": no model is called \"" + std::string{compatible} +
                             "\"; `linefill devices` lists them"};
  }
  return entry->second.create(name, node);
}

}  // namespace linefill
