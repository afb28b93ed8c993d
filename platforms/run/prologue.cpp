// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/prologue.hpp"

#include <bit>

namespace linefill {

namespace {

constexpr std::uint32_t kLongestPrologue = 32 * 4;
constexpr std::uint32_t kPushLr = 0xE52D'E004;
constexpr unsigned kLr = 14;

std::uint32_t expanded(std::uint32_t immediate) {
  return std::rotr(immediate & 0xFF, static_cast<int>(2 * (immediate >> 8 & 0xF)));
}

// ThumbExpandImm (ARM DDI 0406, A6.3.2), of i:imm3:imm8.
std::uint32_t thumb_expanded(std::uint32_t immediate) {
  const std::uint32_t byte = immediate & 0xFF;
  if (immediate >> 10 != 0)
    return std::rotr(0x80 | (byte & 0x7F), static_cast<int>(immediate >> 7));
  constexpr std::uint32_t kCopies[]{1, 0x1'0001, 0x100'0100, 0x101'0101};
  return byte * kCopies[immediate >> 8];
}

// Where a B or BL (A32, A1) goes.
std::uint32_t target_of_branch(std::uint32_t at, std::uint32_t instruction) {
  const std::uint32_t offset = (instruction & 0xFF'FFFF) << 2;
  return at + 8 + ((offset ^ 0x200'0000) - 0x200'0000);
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

void push(Frame& frame, std::uint32_t list) {
  if ((list & (1U << kLr)) != 0) frame.lr_at = frame.bytes + ((list & (1U << 15)) != 0 ? 8 : 4);
  frame.bytes += 4 * static_cast<std::uint32_t>(std::popcount(list));
}

void push_one(Frame& frame, unsigned reg, std::uint32_t bytes) {
  frame.bytes += bytes;
  if (reg == kLr) frame.lr_at = frame.bytes;
}

// VPUSH: the same word in A32 and T32.
bool is_vpush(std::uint32_t instruction) { return (instruction & 0xFFBF'0E00) == 0xED2D'0A00; }

/// Adds one instruction of a prologue: PUSH, STR Rt, [SP, #-]!, VPUSH, SUB SP.
void add(Frame& frame, std::uint32_t instruction) {
  if ((instruction & 0xFFFF'0000) == 0xE92D'0000) {  // PUSH {list}
    push(frame, instruction & 0xFFFF);
  } else if ((instruction & 0xFFFF'F000) == 0xE24D'D000) {  // SUB SP, SP, #
    frame.bytes += expanded(instruction & 0xFFF);
  } else if ((instruction & 0xFFFF'0000) == 0xE52D'0000) {  // STR Rt, [SP, #-n]!
    push_one(frame, instruction >> 12 & 0xF, instruction & 0xFFF);
  } else if (is_vpush(instruction)) {
    frame.bytes += 4 * (instruction & 0xFF);
  } else if ((instruction & 0xFFFF'F010) == 0xE04D'D000) {  // SUB SP, SP, Rm
    frame.known = false;
  }
}

/// The same of a T32 instruction of 16 bits. ADD SP, Rm is what takes a large constant off.
void add_narrow(Frame& frame, std::uint32_t instruction) {
  if ((instruction & 0xFE00) == 0xB400) {  // PUSH {list}
    push(frame, (instruction & 0xFF) | (instruction & 0x100) << (kLr - 8));
  } else if ((instruction & 0xFF80) == 0xB080) {  // SUB SP, SP, #
    frame.bytes += 4 * (instruction & 0x7F);
  } else if ((instruction & 0xFF87) == 0x4485) {  // ADD SP, Rm
    frame.known = false;
  }
}

/// The same of one of 32 bits, its first halfword above.
void add_wide(Frame& frame, std::uint32_t instruction) {
  const std::uint32_t immediate =
      (instruction >> 15 & 0x800) | (instruction >> 4 & 0x700) | (instruction & 0xFF);
  if ((instruction & 0xFFFF'A000) == 0xE92D'0000) {  // PUSH.W {list}
    push(frame, instruction & 0xFFFF);
  } else if ((instruction & 0xFBFF'8F00) == 0xF1AD'0D00) {  // SUB.W SP, SP, #
    frame.bytes += thumb_expanded(immediate);
  } else if ((instruction & 0xFBFF'8F00) == 0xF2AD'0D00) {  // SUBW SP, SP, #
    frame.bytes += immediate;
  } else if ((instruction & 0xFFFF'0F00) == 0xF84D'0D00) {  // STR Rt, [SP, #-n]!
    push_one(frame, instruction >> 12 & 0xF, instruction & 0xFF);
  } else if (is_vpush(instruction)) {
    frame.bytes += 4 * (instruction & 0xFF);
  } else if ((instruction & 0xFFFF'8F00) == 0xEBAD'0D00) {  // SUB.W SP, SP, Rm
    frame.known = false;
  }
}

Frame thumb_frame_of(const ProgramView& program, std::uint32_t function, std::uint32_t pc) {
  const auto halfword = [&](std::uint32_t at) {
    return program.word(at & ~3U).value_or(0) >> 8 * (at & 2) & 0xFFFF;
  };
  Frame frame;
  for (std::uint32_t at = function; at < pc && at - function < kLongestPrologue;) {
    const std::uint32_t first = halfword(at);
    const bool wide = first >= 0xE800;
    if (wide) {
      add_wide(frame, first << 16 | halfword(at + 2));
    } else {
      add_narrow(frame, first);
    }
    at += wide ? 4 : 2;
  }
  return frame;
}

}  // namespace

std::optional<std::uint32_t> target_of_call(std::uint32_t at, std::uint32_t instruction) {
  if (instruction >> 24 != 0xEB) return std::nullopt;
  return target_of_branch(at, instruction);
}

bool leads_to(const ProgramView& program, std::uint32_t called, std::uint32_t function) {
  if (called == function) return true;
  for (std::uint32_t at = called; at - called < kLongestPrologue; at += 4) {
    const std::uint32_t instruction = program.word(at).value_or(0);
    const bool branch = instruction >> 28 != 0xF && (instruction >> 24 & 0xF) == 0xA;
    if (branch && target_of_branch(at, instruction) == function) return true;
  }
  return false;
}

Frame frame_of(const ProgramView& program, const Symbols& symbols, std::uint32_t function,
               std::uint32_t pc, bool thumb) {
  if (thumb) return thumb_frame_of(program, function, pc);
  Frame frame;
  for (std::uint32_t at = function; at < pc && at - function < kLongestPrologue; at += 4) {
    const auto instruction = program.word(at);
    if (!instruction) break;
    const bool traced = *instruction == kPushLr && is_trace_call(program, symbols, at + 4);
    if (!traced || at + 4 == pc) add(frame, *instruction);
  }
  return frame;
}

}  // namespace linefill
