// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "models/cpu/isa/decode_cache.hpp"
#include "models/cpu/isa/executor.hpp"

namespace linefill {

/// The instruction side of one ARMv7-A core (Cortex-A9): fetches lines from
/// the L1I through the line map, decodes them once, executes. Interrupts, the clock's limit and the
/// mode of the memory system are looked at between blocks: a block ends with a taken branch, with
/// the line, and after anything that changes what is executed next.
class Core {
 public:
  Core(MemoryInterface& memory, SystemInterface& system, CoreClock& clock,
       const InstructionSet& set = armv7a())
      : executor_{memory, system, clock, set}, decoded_{set} {}

  /// As after reset, at `entry` (bit 0: T32), in Supervisor mode with A, I and F masked.
  void reset(std::uint32_t entry);
  /// Executes until `clock.now >= clock.limit`.
  void run();
  /// Executes one instruction, or takes one exception.
  void step();

  /// Levels of nIRQ and nFIQ (true: asserted).
  void set_irq(bool level) { irq_ = level; }
  void set_fiq(bool level) { fiq_ = level; }
  /// True if WFI would fall through: an interrupt is asserted, masked or not (B1.8.14).
  bool interrupt_pending() const { return irq_ || fiq_; }

  /// Between instructions (from run() to run(), and in SystemInterface::instruction_hook).
  std::uint32_t pc() const { return executor_.next; }
  void set_pc(std::uint32_t pc) {
    executor_.next = pc;
    refetch();
  }
  /// In SystemInterface::instruction_hook: what is executed next is fetched again, since the PC,
  /// the state or the code was changed.
  void refetch() { refetch_ = true; }
  bool refetching() const { return refetch_; }
  /// Register 0 to 14 of the current mode, or the PC.
  std::uint32_t reg(unsigned n) const { return n == 15 ? pc() : executor_.state.r[n]; }
  void set_reg(unsigned n, std::uint32_t value);
  std::uint32_t cpsr() const { return executor_.state.cpsr(); }
  void set_cpsr(std::uint32_t value);
  CoreState& state() { return executor_.state; }
  const CoreState& state() const { return executor_.state; }

  enum class Watcher : std::uint8_t { kHooks = 1, kDebugger = 2 };
  /// Has SystemInterface::instruction_hook called before the instruction at `pc` (of either
  /// instruction set) executes, or no longer. The hook may set the PC: then that does not execute.
  /// Costs nothing while no address is watched.
  void watch_instruction(std::uint32_t pc, bool watch, Watcher watcher = Watcher::kHooks);
  /// Likewise for every instruction. Takes effect at once in the hook, else with the next block;
  /// `soon`: not yet, but to take effect at once wherever it is asked for.
  void watch_all(bool watch, bool soon);
  /// Has MemoryInterface::at_instruction called before every instruction, or no longer.
  void follow_program(bool on);

  /// Every architectural instruction, those whose condition failed too.
  std::uint64_t instructions() const { return instructions_; }
  std::uint64_t unpredictable_instructions() const { return executor_.unpredictable; }
  std::uint64_t exceptions() const { return executor_.exceptions; }
  const ExecutionCounts& counts() const { return executor_.counts; }
  std::uint64_t lines_decoded() const { return decoded_.lines_decoded(); }

 private:
  static constexpr unsigned kWatchHashes = 1024;

  void take_interrupt();
  template <bool single>
  void run_lines();
  template <bool watched, bool single, bool thumb>
  void execute(DecodedLine& line, unsigned slot);
  /// True: execution goes on with a new fetch.
  bool call_hook(const Instruction& i, std::uint32_t address);
  void mark_watched_lines();
  bool line_watched(std::uint32_t at) const {
    const std::uint32_t line = at / kLineBytes;
    return any_line_watched_ ||
           (watched_hashes_[line % kWatchHashes] && watched_lines_.contains(line));
  }

  Executor executor_;
  DecodeCache decoded_;
  bool irq_ = false;
  bool fiq_ = false;
  /// What the last block's last instruction leaves to come late: Instruction::late, ::latency.
  std::uint16_t late_ = 0;
  std::uint8_t latency_ = 0;
  std::uint64_t instructions_ = 0;
  std::unordered_map<std::uint32_t, std::uint8_t> watched_;  ///< By whom: bits of Watcher.
  bool any_watched_ = false;
  bool watch_all_ = false;
  bool watch_soon_ = false;
  bool follows_ = false;
  bool refetch_ = false;
  bool any_line_watched_ = false;  ///< By watch_all, or followed.
  std::unordered_set<std::uint32_t> watched_lines_;
  /// Those lines, by a hash: most others are told apart.
  std::array<bool, kWatchHashes> watched_hashes_{};
};

}  // namespace linefill
