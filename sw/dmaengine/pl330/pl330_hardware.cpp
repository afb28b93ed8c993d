// SPDX-License-Identifier: Apache-2.0
// Talking to the controller: the debug interface that starts and kills threads, their state.
#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/time.hpp"

bool pl330_skip_barrier = false;
bool pl330_not_cacheable = false;

namespace guest::pl330 {
namespace {

constexpr std::uint64_t kPatienceUs = 1000;
constexpr std::uint32_t kGo = 0xA0;
constexpr std::uint32_t kGoNonSecure = 0xA2;
constexpr std::uint32_t kKill = 0x01;
constexpr std::uint32_t kOfChannel = 1U << 0;  // DBGINST0: not of the manager.
constexpr std::size_t kRegistersPerThread = 8;

}  // namespace

bool Controller::wait_debug_idle() {
  for (const Deadline deadline = Deadline::in_us(kPatienceUs);
       (registers_.read_relaxed(&Registers::dbgstatus) & kDebugBusy) != 0;) {
    if (deadline.passed()) return false;
  }
  return true;
}

bool Controller::execute(std::uint32_t instruction0, std::uint32_t instruction1,
                         bool skip_barrier) {
  if (!wait_debug_idle()) return false;
  // What the thread will fetch must have left every store buffer before it is told to fetch.
  if (!skip_barrier) wmb();
  registers_.write_relaxed(&Registers::dbginst0, instruction0);
  registers_.write_relaxed(&Registers::dbginst1, instruction1);
  registers_.write_relaxed(&Registers::dbgcmd, 0);
  return true;
}

std::uint32_t Controller::state_of(const Thread& thread) const {
  return registers_.read_relaxed(&Registers::csr_cpc, 2 * std::size_t{thread.number}) & kStateMask;
}

std::uint32_t Controller::counter_of(const Thread& thread) const {
  return registers_.read_relaxed(&Registers::csr_cpc, 2 * std::size_t{thread.number} + 1);
}

std::uint32_t Controller::register_of(const Thread& thread, unsigned index) const {
  return registers_.read_relaxed(&Registers::channel, thread.number * kRegistersPerThread + index);
}

bool Controller::wait_stopped(const Thread& thread) {
  for (const Deadline deadline = Deadline::in_us(kPatienceUs); state_of(thread) != kStateStopped;) {
    if (deadline.passed()) return false;
  }
  return true;
}

bool Controller::go(const Thread& thread, std::uint32_t address) {
  const std::uint32_t opcode = non_secure_ ? kGoNonSecure : kGo;
  return wait_stopped(thread) &&
         execute(opcode << 16 | thread.number << 24, address, pl330_skip_barrier);
}

void Controller::kill(const Thread& thread) {
  execute(kOfChannel | thread.number << 8 | kKill << 16, 0, false);
  if (!wait_stopped(thread)) printk(dev->name, ": channel ", thread.number, " does not stop\n");
  registers_.write_relaxed(&Registers::intclr, 1U << thread.number);
}

void Controller::kill_manager() { execute(kKill << 16, 0, false); }

}  // namespace guest::pl330
