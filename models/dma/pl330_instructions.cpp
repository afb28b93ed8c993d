// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330_executor.hpp"

namespace linefill::pl330 {

namespace {

using X = Executor;
using enum Effect;
using enum Condition;

constexpr unsigned kBoth = kChannel | kManager;

// TRM chapter 4, table 4-1. The first row that matches counts: DMASTP lies within DMALPEND's space.
constexpr Encoding kInstructions[]{
    {"DMAEND", "00000000", "--------", 1, kBoth, kShared, Names::kNothing, kAlways, &X::end},
    {"DMAKILL", "00000001", "--------", 1, kDebug, kShared, Names::kNothing, kAlways, &X::kill},
    {"DMALD", "00000100", "--------", 1, kChannel, kQueued, Names::kNothing, kAlways, &X::load},
    {"DMALDS", "00000101", "--------", 1, kChannel, kQueued, Names::kNothing, kSingle, &X::load},
    {"DMALDB", "00000111", "--------", 1, kChannel, kQueued, Names::kNothing, kBurst, &X::load},
    {"DMAST", "00001000", "--------", 1, kChannel, kQueued, Names::kNothing, kAlways, &X::store},
    {"DMASTS", "00001001", "--------", 1, kChannel, kQueued, Names::kNothing, kSingle, &X::store},
    {"DMASTB", "00001011", "--------", 1, kChannel, kQueued, Names::kNothing, kBurst, &X::store},
    {"DMASTZ", "00001100", "--------", 1, kChannel, kQueued, Names::kNothing, kAlways,
     &X::store_zero},
    {"DMARMB", "00010010", "--------", 1, kChannel, kShared, Names::kNothing, kAlways,
     &X::read_barrier},
    {"DMAWMB", "00010011", "--------", 1, kChannel, kShared, Names::kNothing, kAlways,
     &X::write_barrier},
    {"DMANOP", "00011000", "--------", 1, kBoth, kLocal, Names::kNothing, kAlways, &X::nop},
    {"DMALP", "001000l0", "iiiiiiii", 2, kChannel, kLocal, Names::kNothing, kAlways, &X::loop},
    {"DMALDPS", "00100101", "ppppp000", 2, kChannel, kQueued, Names::kPeripheral, kSingle,
     &X::load},
    {"DMALDPB", "00100111", "ppppp000", 2, kChannel, kQueued, Names::kPeripheral, kBurst, &X::load},
    {"DMASTPS", "00101001", "ppppp000", 2, kChannel, kQueued, Names::kPeripheral, kSingle,
     &X::store},
    {"DMASTPB", "00101011", "ppppp000", 2, kChannel, kQueued, Names::kPeripheral, kBurst,
     &X::store},
    {"DMALPEND", "001n1l00", "jjjjjjjj", 2, kChannel, kLocal, Names::kNothing, kAlways,
     &X::loop_end},
    {"DMALPENDS", "001n1l01", "jjjjjjjj", 2, kChannel, kLocal, Names::kNothing, kSingle,
     &X::loop_end},
    {"DMALPENDB", "001n1l11", "jjjjjjjj", 2, kChannel, kLocal, Names::kNothing, kBurst,
     &X::loop_end},
    {"DMAWFP single", "00110000", "ppppp000", 2, kChannel, kShared, Names::kPeripheral, kAlways,
     &X::wait_for_peripheral},
    {"DMAWFP periph", "00110001", "ppppp000", 2, kChannel, kShared, Names::kPeripheral, kAlways,
     &X::wait_for_peripheral},
    {"DMAWFP burst", "00110010", "ppppp000", 2, kChannel, kShared, Names::kPeripheral, kAlways,
     &X::wait_for_peripheral},
    {"DMASEV", "00110100", "eeeee000", 2, kBoth | kDebug, kShared, Names::kEvent, kAlways,
     &X::send_event},
    {"DMAFLUSHP", "00110101", "ppppp000", 2, kChannel, kShared, Names::kPeripheral, kAlways,
     &X::flush_peripheral},
    {"DMAWFE", "00110110", "eeeee0i0", 2, kBoth, kShared, Names::kEvent, kAlways,
     &X::wait_for_event},
    {"DMAADDH", "010101r0", "iiiiiiii", 3, kChannel, kLocal, Names::kNothing, kAlways,
     &X::add_halfword},
    {"DMAADNH", "010111r0", "iiiiiiii", 3, kChannel, kLocal, Names::kNothing, kAlways,
     &X::add_halfword},
    {"DMAGO", "101000n0", "00000ccc", 6, kManager | kDebug, kShared, Names::kChannel, kAlways,
     &X::go},
    {"DMAMOV", "10111100", "00000rrr", 6, kChannel, kLocal, Names::kRegister, kAlways, &X::move},
};

constexpr Encoding kUndefined{"undefined",     "--------", "--------",   1, kBoth | kDebug, kShared,
                              Names::kNothing, kAlways,    &X::undefined};

constexpr auto kByOpcode = [] {
  std::array<const Encoding*, 256> table{};
  for (unsigned opcode = 0; opcode < table.size(); ++opcode) {
    table[opcode] = &kUndefined;
    for (const Encoding& e : kInstructions) {
      if (!e.opcode.matches(opcode)) continue;
      table[opcode] = &e;
      break;
    }
  }
  return table;
}();

}  // namespace

const Encoding& decode(std::uint8_t opcode) { return *kByOpcode[opcode]; }

// Program flow and registers (TRM 4.3).

Outcome Executor::undefined(Thread& thread, Time /*now*/) {
  abort(thread, fault::kUndefined);
  return Outcome::kEnded;
}

Outcome Executor::nop(Thread& /*thread*/, Time /*now*/) { return Outcome::kNext; }

Outcome Executor::end(Thread& thread, Time /*now*/) {
  release_load_lock(thread);
  thread.forget_instruction();
  thread.state = State::kCompleting;
  return Outcome::kEnded;
}

Outcome Executor::kill(Thread& thread, Time /*now*/) {
  thread.fault_type = 0;
  if (!thread.active()) {
    thread.state = State::kStopped;
    return Outcome::kEnded;
  }
  withdraw(thread);
  thread.state = State::kKilling;
  return Outcome::kEnded;
}

// A channel that is not Stopped is left alone: the instruction is then a DMANOP.
Outcome Executor::go(Thread& thread, Time now) {
  Thread& target = channel(thread.bytes[1] & 7U);
  if (target.state != State::kStopped) {
    log_.guest_error("DMAGO for channel ", target.number, ", which is not stopped, pc ",
                     hex(thread.cause.pc));
    return Outcome::kNext;
  }
  target.forget_instruction();
  target.pc = thread.operand(2, 4);
  target.non_secure = decode(thread.bytes[0]).opcode.field('n', thread.bytes[0]) != 0;
  target.state = State::kExecuting;
  target.burst_request = false;
  target.last_request = false;
  target.origin = thread.cause;
  target.cause = thread.cause;
  target.at = now + 2 * config_.period;
  target.started = now;
  target.stored = 0;
  target.uses_peripheral = false;
  cache_.invalidate();
  ++programs_[target.number];
  return Outcome::kNext;
}

Outcome Executor::loop(Thread& thread, Time /*now*/) {
  const bool second = thread.encoding->opcode.field('l', thread.bytes[0]) != 0;
  (second ? thread.loop1 : thread.loop0) = thread.bytes[1];
  return Outcome::kNext;
}

// With nf = 0 the loop was begun by DMALPFE and ends with the peripheral's last request.
Outcome Executor::loop_end(Thread& thread, Time /*now*/) {
  const BitPattern& opcode = thread.encoding->opcode;
  if (opcode.field('n', thread.bytes[0]) != 0) {
    std::uint32_t& counter = opcode.field('l', thread.bytes[0]) != 0 ? thread.loop1 : thread.loop0;
    if (counter == 0) return Outcome::kNext;
    --counter;
  } else if (thread.last_request) {
    return Outcome::kNext;
  }
  thread.pc -= thread.bytes[1];
  return Outcome::kJumped;
}

Outcome Executor::move(Thread& thread, Time /*now*/) {
  std::uint32_t* const registers[]{&thread.source, &thread.control, &thread.destination};
  *registers[thread.bytes[1] & 7U] = thread.operand(2, 4);
  return Outcome::kNext;
}

Outcome Executor::add_halfword(Thread& thread, Time /*now*/) {
  const bool negative = (thread.bytes[0] & 8U) != 0;
  const bool destination = thread.encoding->opcode.field('r', thread.bytes[0]) != 0;
  (destination ? thread.destination : thread.source) +=
      thread.operand(1, 2) | (negative ? 0xFFFF'0000U : 0U);
  return Outcome::kNext;
}

// Events and barriers (TRM 2.8, 4.3).

Outcome Executor::send_event(Thread& thread, Time /*now*/) {
  const unsigned number = thread.bytes[1] >> 3;
  const std::uint32_t bit = 1U << number;
  events_.cause[number] = thread.cause;
  bool awaited = false;
  if ((events_.enable & bit) == 0) {
    for (Thread& other : threads_) {
      if (other.state != State::kWaitingForEvent || other.wakeup != number) continue;
      other.event_granted = true;
      awaited = true;
    }
  }
  if (!awaited) events_.raw |= bit;
  return Outcome::kNext;
}

Outcome Executor::wait_for_event(Thread& thread, Time /*now*/) {
  const unsigned number = thread.bytes[1] >> 3;
  const std::uint32_t bit = 1U << number;
  release_load_lock(thread);
  const bool pending = (events_.raw & ~events_.enable & bit) != 0;
  if (!thread.event_granted && !pending) {
    thread.state = State::kWaitingForEvent;
    thread.wakeup = number;
    return Outcome::kWait;
  }
  if (!thread.event_granted) events_.raw &= ~bit;
  thread.event_granted = false;
  thread.cause = later(thread.cause, events_.cause[number]);
  if (thread.encoding->operand.field('i', thread.bytes[1]) != 0) cache_.invalidate();
  return Outcome::kNext;
}

Outcome Executor::read_barrier(Thread& thread, Time /*now*/) {
  release_load_lock(thread);
  if (thread.loads == 0) return Outcome::kNext;
  thread.state = State::kAtBarrier;
  return Outcome::kWait;
}

Outcome Executor::write_barrier(Thread& thread, Time /*now*/) {
  release_load_lock(thread);
  if (thread.stores == 0) return Outcome::kNext;
  thread.state = State::kAtBarrier;
  return Outcome::kWait;
}

}  // namespace linefill::pl330
