// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/lockstep/our_machine.hpp"

#include <sstream>

namespace linefill::test {
namespace {

constexpr std::uint16_t kStopT32 = 0xDFAB;          // SVC 0xAB
constexpr std::uint32_t kStopA32 = 0xEF12'3456;     // SVC 0x123456
constexpr std::uint32_t kEverything = 0x00F0'0000;  // CPACR: cp10 and cp11.

}  // namespace

std::string differences(const MachineState& ours, const MachineState& theirs) {
  std::ostringstream text;
  text << std::hex;
  for (unsigned i = 0; i < ours.r.size(); ++i) {
    if (ours.r[i] != theirs.r[i])
      text << "  r" << std::dec << i << std::hex << ": ours " << ours.r[i] << ", theirs "
           << theirs.r[i] << '\n';
  }
  if (ours.cpsr != theirs.cpsr)
    text << "  cpsr: ours " << ours.cpsr << ", theirs " << theirs.cpsr << '\n';
  if (ours.pc != theirs.pc) text << "  pc: ours " << ours.pc << ", theirs " << theirs.pc << '\n';
  for (unsigned i = 0; i < ours.d.size(); ++i) {
    if (ours.d[i] != theirs.d[i])
      text << "  d" << std::dec << i << std::hex << ": ours " << ours.d[i] << ", theirs "
           << theirs.d[i] << '\n';
  }
  if (ours.fpscr != theirs.fpscr)
    text << "  fpscr: ours " << ours.fpscr << ", theirs " << theirs.fpscr << '\n';
  for (std::size_t i = 0; i < ours.data.size(); ++i) {
    if (ours.data[i] == theirs.data[i]) continue;
    text << "  [" << kDataBase + i << "]: ours " << std::to_integer<unsigned>(ours.data[i])
         << ", theirs " << std::to_integer<unsigned>(theirs.data[i]) << '\n';
  }
  return text.str();
}

bool passes(unsigned condition, std::uint32_t cpsr) {
  return condition_holds(condition, (cpsr & psr::kN) != 0, (cpsr & psr::kZ) != 0,
                         (cpsr & psr::kC) != 0, (cpsr & psr::kV) != 0);
}

std::vector<std::byte> Code::page(bool thumb) const {
  std::vector<std::byte> bytes(kCodeBytes);
  std::memcpy(&bytes.at(address - kCodeBase), halfwords.data(), 2 * halfwords.size());
  if (thumb) {
    std::memcpy(&bytes.at(end() - kCodeBase), &kStopT32, sizeof kStopT32);
  } else {
    std::memcpy(&bytes.at(end() - kCodeBase), &kStopA32, sizeof kStopA32);
  }
  return bytes;
}

void OurMachine::load(const Code& code, const MachineState& state) {
  const bool thumb = (state.cpsr & psr::kT) != 0;
  memory_.write(kCodeBase, code.page(thumb));
  memory_.write(kDataBase, state.data);
  memory_.invalidate_code();
  core_.reset(code.address | (thumb ? 1 : 0));
  core_.set_cpsr(state.cpsr);
  for (unsigned i = 0; i < state.r.size(); ++i) core_.set_reg(i, state.r[i]);
  ExtensionRegisters& extension = core_.state().extension;
  extension.set_access_control(kEverything);
  extension.set_fpexc(fpexc::kEn);
  extension.d = state.d;
  extension.fpscr = state.fpscr;
  incomparable_ = false;
}

void OurMachine::save(MachineState& state, bool stopped) {
  for (unsigned i = 0; i < state.r.size(); ++i) state.r[i] = core_.reg(i);
  state.cpsr = core_.cpsr();
  const unsigned stop_bytes = (state.cpsr & psr::kT) != 0 ? sizeof kStopT32 : sizeof kStopA32;
  state.pc = core_.pc() - (stopped ? stop_bytes : 0);
  state.d = core_.state().extension.d;
  state.fpscr = core_.state().extension.fpscr;
  memory_.read(kDataBase, state.data);
}

bool OurMachine::run(const Code& code, MachineState& state, unsigned count) {
  load(code, state);
  const std::uint64_t exceptions = core_.exceptions();
  const unsigned calls = system_.calls;
  const std::uint64_t mismatched = memory_.mismatched_exclusives;
  const std::uint64_t end = clock_.now + 100'000;
  const std::uint64_t before = core_.instructions();
  do {
    clock_.limit = count != 0 ? clock_.now + 1 : end;
    core_.run();
  } while ((count == 0 || core_.instructions() < before + count) && system_.calls == calls &&
           core_.exceptions() == exceptions && clock_.now < end);
  const bool stopped = system_.calls != calls;
  save(state, stopped);
  incomparable_ = memory_.mismatched_exclusives != mismatched;
  return core_.exceptions() == exceptions && (count != 0 || stopped);
}

bool OurMachine::run_by_step(const Code& code, MachineState& state,
                             const std::function<void(std::uint32_t, std::uint32_t)>& before) {
  constexpr unsigned kMostSteps = 1000;
  load(code, state);
  const std::uint64_t exceptions = core_.exceptions();
  const unsigned calls = system_.calls;
  const std::uint64_t mismatched = memory_.mismatched_exclusives;
  for (unsigned k = 0; k < kMostSteps && system_.calls == calls && core_.exceptions() == exceptions;
       ++k) {
    before(core_.pc(), core_.cpsr());
    core_.step();
  }
  const bool stopped = system_.calls != calls;
  save(state, stopped);
  incomparable_ = memory_.mismatched_exclusives != mismatched;
  return core_.exceptions() == exceptions && stopped;
}

}  // namespace linefill::test
