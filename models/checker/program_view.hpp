// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/core/address.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// The running program as the checker may see it: never changed by looking. Implemented over the
/// processor by the platform, faked in tests.
class ProgramView {
 public:
  virtual std::uint32_t reg(unsigned number) const = 0;  ///< r0 to r15 of the current mode.
  virtual bool thumb() const = 0;                        ///< Executes T32 code now.
  /// A word as the processor would load it now; nothing if it would fault.
  virtual std::optional<std::uint32_t> word(std::uint32_t va) const = 0;
  virtual Time now() const = 0;
  /// Asks that `FunctionHooks::at_instruction` be called before the instruction at `pc` executes.
  virtual void watch_instruction(std::uint32_t pc, bool on) = 0;
  /// Asks that loads and stores to this line be told to the observer.
  virtual void watch_line(LineNumber line, bool on) = 0;

 protected:
  ~ProgramView() = default;
};

}  // namespace linefill
