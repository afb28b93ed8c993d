// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

namespace linefill {

/// A model that devices' interrupt lines lead to.
class InterruptController {
 public:
  /// The input that an interrupt specifier of the binding names (for a GIC: type, number, flags).
  /// Null if it has no such input.
  virtual sc_core::sc_in<bool>* input(std::span<const std::uint32_t> specifier) = 0;
  /// Every input: the platform ties the unused ones low.
  virtual std::vector<sc_core::sc_in<bool>*> inputs() = 0;
  virtual sc_core::sc_out<bool>& irq_output() = 0;
  virtual sc_core::sc_out<bool>& fiq_output() = 0;

 protected:
  ~InterruptController() = default;
};

}  // namespace linefill
