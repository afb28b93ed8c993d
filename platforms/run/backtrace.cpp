// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/backtrace.hpp"

#include "platforms/run/prologue.hpp"

namespace linefill {

namespace {

constexpr std::size_t kDeepest = 24;
constexpr unsigned kLr = 14;
constexpr unsigned kSp = 13;

// The call that returns to `back`: what stands there may belong to the next function, if the call
// was of one that does not return. Of T32's two lengths, within the last halfword.
std::uint32_t call_before(std::uint32_t back) {
  return (back & 1) != 0 ? back - 3 : (back & ~3U) - 4;
}

// Where the function returns to, bit 0 as in LR; 0 if nobody knows. `leaf`: LR may be there still.
std::uint32_t return_of(const ProgramView& program, const Frame& frame, std::uint32_t sp,
                        bool leaf) {
  if (!frame.lr_at) return leaf ? program.reg(kLr) : 0;
  if (!frame.known) return 0;
  return program.word(sp + frame.bytes - *frame.lr_at).value_or(0);
}

}  // namespace

std::vector<std::uint32_t> backtrace_of(const ProgramView& program, const Symbols& symbols) {
  std::uint32_t pc = program.reg(15);
  std::uint32_t sp = program.reg(kSp);
  bool thumb = program.thumb();
  std::vector<std::uint32_t> result{pc};
  while (result.size() < kDeepest) {
    const Symbols::Location here = symbols.locate(pc);
    if (here.function.empty()) break;
    const Frame frame = frame_of(program, symbols, here.address, pc, thumb);
    const std::uint32_t back = return_of(program, frame, sp, result.size() == 1);
    const std::uint32_t call = call_before(back);
    if (back == 0 || (call == pc && frame.bytes == 0)) break;
    if (symbols.locate(call).function.empty()) break;
    sp += frame.bytes;
    pc = call;
    thumb = (back & 1) != 0;
    result.push_back(pc);
    if (!frame.known) break;
  }
  return result;
}

std::uint32_t caller_of(std::uint32_t pc, const ProgramView& program, const Symbols& symbols) {
  const Symbols::Location here = symbols.locate(pc);
  if (here.function.empty()) return 0;
  const Frame frame = frame_of(program, symbols, here.address, pc, program.thumb());
  const std::uint32_t back = return_of(program, frame, program.reg(kSp), true);
  if (back == 0 || (back & 1) != 0) return 0;
  const std::uint32_t call = call_before(back);
  const auto called = target_of_call(call, program.word(call).value_or(0));
  return called && leads_to(program, *called, here.address) ? call : 0;
}

std::string describe_backtrace(const std::vector<std::uint32_t>& addresses,
                               const Symbols& symbols) {
  std::string text;
  for (const std::uint32_t address : addresses)
    text += (text.empty() ? "" : " < ") + symbols.describe(address);
  return text;
}

}  // namespace linefill
