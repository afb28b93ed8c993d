// SPDX-License-Identifier: Apache-2.0
// What software says of a device, and whether it asks for failure. In Linux dma_mapping_error and
// the setters of segment limits are inline, and cannot be seen.
#include "models/checker/mapping_hooks.hpp"

namespace linefill {

// An unmap or sync, by one handle, of a mapping that was never made.
bool MappingHooks::failed(const HookedCall& call, MappingFamily family, const char* function) {
  if (call.r[2] != kMappingError || call.r[3] != kMappingError) return false;
  if (rules_ != nullptr) {
    rules_->used_failed(
        rules_call(call, family, function, {call.r[2], call.stack[0]}, call.stack[1]));
  }
  return true;
}

// dma_mapping_error(dev, handle:64), dma_set_mask(dev, mask:64), dma_set_coherent_mask(dev,
// mask:64), dma_set_max_seg_size(dev, size), dma_set_seg_boundary(dev, mask),
// devres_release_all(dev).
void MappingHooks::attach_limits(const Symbols& symbols) {
  if (symbols.address_of("dma_mapping_error")) rules_->expect_checks();
  hook(symbols, "dma_mapping_error", [this](const HookedCall& c, std::uint32_t, std::uint32_t) {
    rules_->checked(c.r[0], c.r[2]);
  });
  const auto mask = [&](const char* name, bool coherent) {
    hook(symbols, name,
         [this, name, coherent](const HookedCall& c, std::uint32_t error, std::uint32_t) {
           if (error != 0) return;
           const std::uint64_t value = std::uint64_t{c.r[3]} << 32 | c.r[2];
           rules_->set_mask(rules_call(c, MappingFamily::kPage, name, {}, 0), value, coherent);
         });
  };
  mask("dma_set_mask", false);
  mask("dma_set_coherent_mask", true);
  const auto limit = [&](const char* name,
                         void (MappingRules::*set)(std::uint32_t, std::uint32_t)) {
    hook(symbols, name, [this, set](const HookedCall& c, std::uint32_t error, std::uint32_t) {
      if (error == 0) (rules_->*set)(c.r[0], c.r[1]);
    });
  };
  limit("dma_set_max_seg_size", &MappingRules::set_longest_segment);
  limit("dma_set_seg_boundary", &MappingRules::set_segment_boundary);
  hook(symbols, "devres_release_all", [this](const HookedCall& c, std::uint32_t, std::uint32_t) {
    rules_->device_gone(rules_call(c, MappingFamily::kPage, "devres_release_all", {}, 0));
  });
}

}  // namespace linefill
