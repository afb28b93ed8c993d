// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "models/cpu/isa/core.hpp"
#include "tests/conformance/lockstep/machine_state.hpp"
#include "tests/models/cpu/isa/flat_memory.hpp"

namespace linefill::test {

/// True if an instruction of this condition executes with these flags.
bool passes(unsigned condition, std::uint32_t cpsr);

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

  /// Executes `code`; false if it does not arrive at its end. With a `count`: so many instructions,
  /// of which the last is a taken branch.
  bool run(const Code& code, MachineState& state, unsigned count = 0);
  /// As `run`, by one instruction after the other; `before` is told the PC and CPSR of each.
  bool run_by_step(const Code& code, MachineState& state,
                   const std::function<void(std::uint32_t, std::uint32_t)>& before);
  /// The last run had an LDREX and STREX of different sizes: Unicorn stores, and says that it did
  /// not.
  bool incomparable() const { return incomparable_; }

 private:
  void load(const Code& code, const MachineState& state);
  void save(MachineState& state, bool stopped);

  CoreClock clock_;
  FlatMemory memory_;
  FakeSystem system_{clock_};
  Core core_;
  bool incomparable_ = false;
};

}  // namespace linefill::test
