// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/core_state.hpp"
#include "models/cpu/isa/instruction.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/memory_interface.hpp"
#include "models/cpu/system_interface.hpp"

namespace linefill {

/// Cycles of a Cortex-A9 (TRM, appendix B) where one instruction issues a cycle, in order. A result
/// that comes `latency` cycles late costs that many if the next instruction reads it, one less for
/// each instruction between: so a pointer chase costs 4 cycles a load and independent loads cost 1.
namespace cost {
inline constexpr std::uint8_t kLoadLatency = 3;
inline constexpr std::uint8_t kMultiplyLatency = 3;
inline constexpr std::uint8_t kSaturateLatency = 1;
inline constexpr std::uint8_t kLongestLatency = 3;  ///< Of these.
inline constexpr std::uint8_t kMultiply = 2;        ///< Issue of 32x32 bits.
inline constexpr std::uint8_t kMultiplyHalf = 1;    ///< Issue of 16x16 and 16x32 bits.
inline constexpr std::uint8_t kMultiplyLong = 3;
inline constexpr std::uint8_t kShiftByRegister = 2;
inline constexpr std::uint8_t kTakenBranch = 1;  ///< Predicted, beside the issue.
inline constexpr std::uint8_t kStatus = 3;       ///< MSR, CPS.
inline constexpr std::uint8_t kCoprocessor = 2;
inline constexpr std::uint8_t kException = 8;
}  // namespace cost

/// Offsets from the vector base (B1.8.1). The third is SMC's where the base is MVBAR.
enum class Vector : std::uint8_t {
  kReset = 0x00,
  kUndefined = 0x04,
  kSupervisorCall = 0x08,
  kPrefetchAbort = 0x0C,
  kDataAbort = 0x10,
  kIrq = 0x18,
  kFiq = 0x1C,
};

/// What the performance monitors count of execution, since the beginning.
struct ExecutionCounts {
  std::uint64_t exception_returns = 0;
  std::uint64_t pc_changes = 0;  ///< Taken branches, exception returns among them not.
  std::uint64_t strex_passed = 0;
  std::uint64_t strex_failed = 0;
  std::uint64_t isb = 0;
  std::uint64_t dsb = 0;
  std::uint64_t dmb = 0;
  std::uint64_t interrupts = 0;
};

/// What instructions work on. Handlers are functions of this; the run loop is `Core`'s.
class Executor {
 public:
  Executor(MemoryInterface& memory_system, SystemInterface& system_control, CoreClock& core_clock,
           const InstructionSet& instruction_set)
      : memory{memory_system}, system{system_control}, clock{core_clock}, set{instruction_set} {}

  CoreState state;
  MemoryInterface& memory;
  SystemInterface& system;
  CoreClock& clock;
  const InstructionSet& set;
  /// Where execution goes on after a handler has returned false.
  std::uint32_t next = 0;
  /// The line being executed.
  DecodedLine* line = nullptr;
  std::uint64_t unpredictable = 0;  ///< UNPREDICTABLE instructions executed (as UNDEFINED).
  std::uint64_t exceptions = 0;
  ExecutionCounts counts;

  /// The address of the instruction being executed.
  std::uint32_t address(const Instruction& i) const { return state.r[15] - i.ahead; }
  std::uint32_t following(const Instruction& i) const { return address(i) + i.length; }
  /// To be called before an access.
  void note_pc(const Instruction& i) { memory.pc = address(i); }

  /// BranchWritePC: stays in the instruction set.
  bool branch(std::uint32_t target) {
    next = target & (state.thumb ? ~1U : ~3U);
    state.it = 0;
    clock.now += cost::kTakenBranch;
    ++counts.pc_changes;
    return false;
  }
  /// BXWritePC. A target of ...10 is UNPREDICTABLE: bit 1 is ignored.
  bool branch_exchange(std::uint32_t target) {
    state.thumb = (target & 1) != 0;
    return branch(target);
  }
  /// Goes on with the following instruction, after a new fetch.
  bool leave(const Instruction& i) {
    next = following(i);
    state.it = i.it_after;
    return false;
  }

  bool undefined(const Instruction& i);
  bool supervisor_call(const Instruction& i);
  /// SMC: to Monitor mode.
  bool secure_monitor_call(const Instruction& i);
  bool data_abort(const Instruction& i);
  /// BKPT: a Prefetch Abort whose status is a debug event.
  bool breakpoint(const Instruction& i);
  /// The instruction at `at`, which executes under state.it, could not be fetched.
  void prefetch_abort(std::uint32_t at);
  /// Before the instruction at `next`.
  void interrupt(Vector vector);
  void reset(std::uint32_t entry);

  /// SUBS PC, LR and the like: CPSR from SPSR, then a branch. UNPREDICTABLE in User and System
  /// mode, and to a reserved mode (CPSRWriteByInstr, B1.3.3).
  bool exception_return(const Instruction& i, std::uint32_t target);
  /// Writes CPSR under `mask` and tells the memory system.
  void write_cpsr(std::uint32_t value, std::uint32_t mask);
  void tell_context() { memory.context_changed(state.privileged(), state.big_endian); }

 private:
  void enter(Mode mode, Vector vector, std::uint32_t link, std::uint32_t saved);
  void enter_at(std::uint32_t base, Mode mode, Vector vector, std::uint32_t link,
                std::uint32_t saved);
};

}  // namespace linefill
