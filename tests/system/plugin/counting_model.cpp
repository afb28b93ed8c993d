// SPDX-License-Identifier: Apache-2.0
#include "models/core/device.hpp"
#include "models/core/model_registry.hpp"

namespace {

/// A model that is not part of Linefill: counts its resets.
class CountingModel final : public linefill::Device {
 public:
  CountingModel(const sc_core::sc_module_name& name, const linefill::DeviceNode& node)
      : Device{name, node} {}
  void reset() override { ++resets_; }

 private:
  linefill::BusResponse access(linefill::DeviceAccess& access) override {
    access.value = 0;
    return linefill::BusResponse::kOkay;
  }

  linefill::Counter resets_{statistics_, "resets", "resets"};
};

const linefill::RegisterModel<CountingModel> kModel{"test,counting", "a model in a shared object"};

}  // namespace
