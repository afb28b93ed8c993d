// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/conformance/lockstep/machine_state.hpp"

struct uc_struct;

namespace linefill::test {

/// The other implementation: Unicorn's Cortex-A9, or its ARM926EJ-S (ARMv5TEJ), in User mode.
class UnicornMachine {
 public:
  explicit UnicornMachine(bool armv5 = false);
  ~UnicornMachine();
  UnicornMachine(const UnicornMachine&) = delete;
  UnicornMachine& operator=(const UnicornMachine&) = delete;

  /// Executes `code` from its beginning to its end, or `count` instructions if that is not 0.
  /// Returns false if Unicorn took an exception.
  bool run(const Code& code, MachineState& state, unsigned count = 0);

 private:
  uc_struct* uc_ = nullptr;
  bool armv5_;
};

}  // namespace linefill::test
