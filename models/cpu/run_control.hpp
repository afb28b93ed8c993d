// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill {

/// A debugger's hold on a processor. All functions are called by the processor's own thread and may
/// take as long as they like: simulated time stands still until they return, and the run that goes
/// on is the one it would have been.
class RunControl {
 public:
  /// Between instructions, after Processor::request_halt: the PC and the other registers can be
  /// read and written.
  virtual void halted() = 0;
  /// Before the instruction at `pc`, for which this was asked (Processor::stop_at, ::stop_at_all).
  /// Likewise.
  virtual void before_instruction(std::uint32_t pc) = 0;
  /// In the midst of an instruction, to which the PC points, before it loads or stores something in
  /// a line that was asked for (Processor::stop_at_data). The PC must not be written.
  virtual void before_access(std::uint32_t va, unsigned size, bool write) = 0;

 protected:
  ~RunControl() = default;
};

}  // namespace linefill
