// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/core.hpp"
#include "tests/conformance/lockstep/machine_state.hpp"
#include "tests/models/cpu/isa/flat_memory.hpp"

namespace linefill::test {

/// The core over a flat memory.
class OurMachine {
 public:
  explicit OurMachine(bool inline_path, const InstructionSet& set = armv7a())
      : memory_{clock_, inline_path}, core_{memory_, system_, clock_, set} {
    memory_.map(kCodeBase, kCodeBytes / FlatMemory::kPage);
    // Code that is stored to is another matter.
    memory_.protect(kCodeBase);
    memory_.map(kDataBase, kDataBytes / FlatMemory::kPage);
  }

  /// Executes `code`; false if it does not arrive at its end. `taken`: leave at a taken branch,
  /// too.
  bool run(const Code& code, MachineState& state, bool taken = false);
  /// The last run had an LDREX and STREX of different sizes: Unicorn stores, and says that it did
  /// not.
  bool incomparable() const { return incomparable_; }

 private:
  CoreClock clock_;
  FlatMemory memory_;
  FakeSystem system_{clock_};
  Core core_;
  bool incomparable_ = false;
};

}  // namespace linefill::test
