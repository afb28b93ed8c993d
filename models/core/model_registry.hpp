// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "models/core/device.hpp"

namespace linefill {

/// Every model that is linked in, by `compatible` string. The only global state.
class ModelRegistry {
 public:
  struct Entry {
    std::string description;
    /// Empty for a model that is only described.
    std::function<std::unique_ptr<Device>(const char* name, const DeviceNode&)> create;
  };

  static ModelRegistry& instance();

  void add(std::string compatible, Entry entry) {
    entries_.insert_or_assign(std::move(compatible), std::move(entry));
  }
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  /// The entry for the first `compatible` string of the node that has one; null if none.
  const Entry* find(const DeviceNode& node) const;
  /// Throws ConfigurationError if no model has this string.
  std::unique_ptr<Device> create(std::string_view compatible, const char* name,
                                 const DeviceNode& node) const;

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

/// Makes a model known that the platform builds itself, not by `compatible`: the processor, memory.
class DescribeModel {
 public:
  DescribeModel(const char* compatible, const char* description) {
    ModelRegistry::instance().add(compatible, {description, {}});
  }
};

/// A variable of this type at namespace scope makes `Model` known:
/// `const RegisterModel<Sp804> kModel{"arm,sp804", "SP804 dual timer"};`
template <class Model>
class RegisterModel {
 public:
  RegisterModel(const char* compatible, const char* description) {
    ModelRegistry::instance().add(
        compatible,
        {description, [](const char* name, const DeviceNode& node) -> std::unique_ptr<Device> {
           return std::make_unique<Model>(name, node);
         }});
  }
};

}  // namespace linefill
