// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/backtrace.hpp"

#include <bit>
#include <optional>

#include "models/core/log.hpp"

namespace linefill {

namespace {

constexpr std::size_t kDeepest = 24;
constexpr std::uint32_t kLongestPrologue = 32 * 4;
constexpr std::uint32_t kPushLr = 0xE52D'E004;
constexpr unsigned kLr = 14;
constexpr unsigned kSp = 13;

/// What the instructions of a function up to some place did to the stack.
struct Frame {
  std::uint32_t bytes = 0;
  std::optional<std::uint32_t> lr_at;  ///< Distance of the saved LR from SP at entry, downwards.
};

std::uint32_t expanded(std::uint32_t immediate) {
  return std::rotr(immediate & 0xFF, static_cast<int>(2 * (immediate >> 8 & 0xF)));
}

// Where a B or BL (A32, A1) goes.
std::uint32_t target_of_branch(std::uint32_t at, std::uint32_t instruction) {
  const std::uint32_t offset = (instruction & 0xFF'FFFF) << 2;
  return at + 8 + ((offset ^ 0x200'0000) - 0x200'0000);
}

// Where a BL goes; nothing if it is none.
std::optional<std::uint32_t> target_of_call(std::uint32_t at, std::uint32_t instruction) {
  if (instruction >> 24 != 0xEB) return std::nullopt;
  return target_of_branch(at, instruction);
}

// Whether a call of `called` gets to `function`: at once, or by a B near its beginning.
bool leads_to(const ProgramView& program, std::uint32_t called, std::uint32_t function) {
  if (called == function) return true;
  for (std::uint32_t at = called; at - called < kLongestPrologue; at += 4) {
    const std::uint32_t instruction = program.word(at).value_or(0);
    const bool branch = instruction >> 28 != 0xF && (instruction >> 24 & 0xF) == 0xA;
    if (branch && target_of_branch(at, instruction) == function) return true;
  }
  return false;
}

// A call that a compiler puts in for tracing, or what a kernel replaces it by: LR is pushed for it,
// and it takes it off again.
bool is_trace_call(const ProgramView& program, const Symbols& symbols, std::uint32_t at) {
  const std::uint32_t instruction = program.word(at).value_or(0);
  if (instruction == 0xE8BD'4000 || instruction == 0xE28D'D004)
    return true;  // POP {LR}, ADD SP, #4
  const auto target = target_of_call(at, instruction);
  return target && symbols.locate(*target).function.starts_with("__gnu_mcount");
}

/// Adds one instruction of a prologue: PUSH, SUB SP, STR LR.
void add(Frame& frame, std::uint32_t instruction) {
  if ((instruction & 0xFFFF'0000) == 0xE92D'0000) {  // PUSH {list}
    const std::uint32_t list = instruction & 0xFFFF;
    if ((list & (1U << kLr)) != 0) frame.lr_at = frame.bytes + ((list & (1U << 15)) != 0 ? 8 : 4);
    frame.bytes += 4 * static_cast<std::uint32_t>(std::popcount(list));
  } else if ((instruction & 0xFFFF'F000) == 0xE24D'D000) {  // SUB SP, SP, #
    frame.bytes += expanded(instruction & 0xFFF);
  } else if ((instruction & 0xFFFF'0FFF) == 0xE52D'0004) {  // STR Rt, [SP, #-4]!
    frame.bytes += 4;
    if ((instruction >> 12 & 0xF) == kLr) frame.lr_at = frame.bytes;
  }
}

Frame frame_of(const ProgramView& program, const Symbols& symbols, std::uint32_t function,
               std::uint32_t pc) {
  Frame frame;
  for (std::uint32_t at = function; at < pc && at - function < kLongestPrologue; at += 4) {
    const auto instruction = program.word(at);
    if (!instruction) break;
    const bool traced = *instruction == kPushLr && is_trace_call(program, symbols, at + 4);
    if (!traced || at + 4 == pc) add(frame, *instruction);
  }
  return frame;
}

}  // namespace

std::vector<std::uint32_t> backtrace_of(const ProgramView& program, const Symbols& symbols) {
  std::uint32_t pc = program.reg(15);
  std::uint32_t sp = program.reg(kSp);
  std::vector<std::uint32_t> result{pc};
  while (result.size() < kDeepest) {
    const auto function = symbols.address_of(symbols.locate(pc).function);
    if (!function) break;
    const Frame frame = frame_of(program, symbols, *function, pc);
    const bool leaf = result.size() == 1 && !frame.lr_at;
    const auto back = leaf ? program.reg(kLr)
                           : program.word(sp + frame.bytes - frame.lr_at.value_or(0)).value_or(0);
    if (!leaf && !frame.lr_at) break;
    if (back == 0 || (back == pc && frame.bytes == 0)) break;
    sp += frame.bytes;
    pc = back & ~1U;
    if (symbols.locate(pc).function.empty()) break;
    result.push_back(pc);
  }
  return result;
}

std::uint32_t caller_of(std::uint32_t pc, const ProgramView& program, const Symbols& symbols) {
  const std::string name = symbols.locate(pc).function;
  const auto function = symbols.address_of(name);
  if (!function) return 0;
  const Frame frame = frame_of(program, symbols, *function, pc);
  const auto back = frame.lr_at
                        ? program.word(program.reg(kSp) + frame.bytes - *frame.lr_at).value_or(0)
                        : program.reg(kLr);
  const std::uint32_t call = back - 4;
  const auto called = target_of_call(call, program.word(call).value_or(0));
  return called && leads_to(program, *called, *function) ? call : 0;
}

std::string describe_backtrace(const std::vector<std::uint32_t>& addresses,
                               const Symbols& symbols) {
  std::string text;
  for (const std::uint32_t address : addresses)
    text += (text.empty() ? "" : " < ") + symbols.describe(address);
  return text;
}

}  // namespace linefill
