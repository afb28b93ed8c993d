// SPDX-License-Identifier: Apache-2.0
#include "models/dma/pl330_executor.hpp"

#include <algorithm>
#include <span>

namespace linefill::pl330 {

namespace {

/// How many cycles ahead of time instructions are executed at most.
constexpr int kRunAhead = 64;

constexpr std::array<std::string_view, kMaxChannels> kProgramCounters{
    "channel_0", "channel_1", "channel_2", "channel_3",
    "channel_4", "channel_5", "channel_6", "channel_7"};

}  // namespace

Executor::Executor(const Config& config, BusPort& bus, Log& log, Statistics& statistics)
    : config_{config},
      bus_{bus},
      log_{log},
      cache_{config.cache_lines, config.cache_line_bytes},
      mfifo_{config},
      requests_{config.requests, config.period},
      transfers_{config, bus, mfifo_, statistics},
      threads_(config.channels + 1),
      instructions_{statistics, "executed", "instructions"},
      fetches_{statistics, "fetched", "lines"},
      faults_{statistics, "faults", "threads"},
      memory_bytes_{statistics, "memory_to_memory", "bytes"},
      memory_active_{statistics, "memory_active", "ns"} {
  for (unsigned n = 0; n < config.channels; ++n)
    programs_.emplace_back(statistics, kProgramCounters[n], "programs");
  reset();
}

void Executor::reset() {
  for (unsigned n = 0; n < threads_.size(); ++n) {
    threads_[n] = Thread{};
    threads_[n].number = n;
  }
  Thread& boss = manager();
  boss.manager = true;
  boss.non_secure = config_.manager_non_secure;
  if (config_.boot_address) {
    boss.pc = *config_.boot_address;
    boss.state = State::kExecuting;
  }
  for (unsigned n = 0; n < config_.channels; ++n) mfifo_.clear(n);
  cache_.invalidate();
  requests_.reset();
  transfers_.reset();
  events_ = Events{};
  load_lock_ = kFree;
}

bool Executor::run(Thread& thread, Time now) {
  if (thread.ending()) return finish(thread, now);
  bool progress = false;
  const Time horizon = now + kRunAhead * config_.period;
  while (thread.runs()) {
    if (thread.encoding == nullptr && !fetch(thread, now, progress)) return progress;
    const Encoding& e = *thread.encoding;
    const std::uint32_t faults =
        thread.waiting ? 0U : validate(thread, e, thread.manager ? kManager : kChannel);
    const bool early = thread.at > now;
    if (early && (e.effect == Effect::kShared || faults != 0 || thread.at > horizon))
      return progress;
    if (faults != 0) {
      abort(thread, faults);
      return true;
    }
    const bool skipped = (e.condition == Condition::kSingle && thread.burst_request) ||
                         (e.condition == Condition::kBurst && !thread.burst_request);
    const Outcome outcome = skipped ? Outcome::kNext : (this->*e.handler)(thread, now);
    if (outcome == Outcome::kLater) return progress;
    if (outcome == Outcome::kWait) {
      thread.waiting = true;
      return progress;
    }
    progress |= e.effect != Effect::kLocal;
    step_over(thread, outcome, now);
  }
  return progress;
}

void Executor::step_over(Thread& thread, Outcome outcome, Time now) {
  ++instructions_;
  if (outcome == Outcome::kEnded) return;
  if (outcome == Outcome::kNext) thread.pc += thread.encoding->length;
  thread.forget_instruction();
  thread.state = State::kExecuting;
  thread.at = std::max(thread.at, now) + share_ * config_.period;
}

// What has been fetched is kept in the thread: another thread may take the line away meanwhile.
bool Executor::fetch(Thread& thread, Time now, bool& progress) {
  unsigned length = thread.fetched > 0 ? decode(thread.bytes[0]).length : 1;
  while (thread.fetched < length) {
    const std::uint32_t address = thread.pc + thread.fetched;
    if (!cache_.holds(address)) {
      if (thread.at > now || thread.fetch_held) return false;
      progress = true;
      if (!fill_line(thread, address, now)) return false;
    }
    thread.bytes[thread.fetched++] = cache_.byte(address);
    length = decode(thread.bytes[0]).length;
  }
  thread.encoding = &decode(thread.bytes[0]);
  return true;
}

bool Executor::fill_line(Thread& thread, std::uint32_t address, Time now) {
  std::array<std::byte, 32> line{};
  const std::span<std::byte> data{line.data(), cache_.line_bytes()};
  Attributes attributes;
  attributes.memory = memory_attributes(config_.fetch_cache);
  attributes.secure = !thread.non_secure;
  attributes.instruction = true;
  attributes.origin = thread.cause;
  attributes.axi_id = static_cast<std::uint8_t>(thread.number);
  Time end = now;
  thread.state = State::kCacheMiss;
  ++fetches_;
  const BusResponse response =
      bus_.read(PhysicalAddress{cache_.line_address(address)}, data, attributes, end);
  thread.fetch_held = response == BusResponse::kHeld;
  if (thread.fetch_held) return false;
  thread.at = std::max(end, now + config_.period);
  if (response != BusResponse::kOkay) {
    abort(thread, fault::kFetch);
    return false;
  }
  cache_.fill(address, data);
  return true;
}

std::uint32_t Executor::validate(const Thread& thread, const Encoding& e, Users user) const {
  if ((e.users & user) == 0) return fault::kUndefined;
  if (e.length > 1 && !e.operand.matches(thread.bytes[1])) return fault::kOperand;
  return e.names == Names::kNothing ? 0U : validate_named(thread, e);
}

std::uint32_t Executor::validate_named(const Thread& thread, const Encoding& e) const {
  const unsigned number = thread.bytes[1] >> 3;
  const unsigned low = thread.bytes[1] & 7U;
  switch (e.names) {
    case Names::kEvent:
      if (number >= config_.events) return fault::kOperand;
      return thread.non_secure && (config_.non_secure_events >> number & 1U) == 0 ? fault::kEvent
                                                                                  : 0U;
    case Names::kPeripheral:
      if (number >= config_.requests) return fault::kOperand;
      return thread.non_secure && (config_.non_secure_requests >> number & 1U) == 0
                 ? fault::kPeripheral
                 : 0U;
    case Names::kChannel:
      if (low >= config_.channels) return fault::kOperand;
      return thread.non_secure && e.opcode.field('n', thread.bytes[0]) == 0 ? fault::kGo : 0U;
    case Names::kRegister:
      if (low > 2) return fault::kOperand;
      return low == 1 ? validate_control(thread, thread.operand(2, 4)) : 0U;
    case Names::kNothing:
      break;
  }
  return 0;
}

std::uint32_t Executor::validate_control(const Thread& thread, std::uint32_t value) const {
  const Control control{value};
  const bool too_wide = control.source().beat_bytes() > config_.bus_bytes ||
                        control.destination().beat_bytes() > config_.bus_bytes;
  if (too_wide || control.swap_code() > 4) return fault::kOperand;
  const bool secure = control.source().secure() || control.destination().secure();
  return thread.non_secure && secure ? fault::kReadWrite : 0U;
}

void Executor::reissue_held(Time now) {
  transfers_.reissue_held(now);
  for (Thread& thread : threads_) thread.fetch_held = false;
}

void Executor::complete(Time now) {
  Transfer done;
  bool was_read = false;
  while (transfers_.finish_one(now, done, was_read)) {
    Thread& thread = channel(done.channel);
    --(was_read ? thread.loads : thread.stores);
    if (done.peripheral) requests_.acknowledge(*done.peripheral, done.kind, now);
    if (done.response != BusResponse::kOkay && thread.state != State::kKilling) {
      abort(thread, was_read ? fault::kDataRead : fault::kDataWrite);
    }
  }
}

// TRM 2.12: what is queued makes no accesses any more; what is on the bus completes.
void Executor::abort(Thread& thread, std::uint32_t fault_bits) {
  // What was on the bus already may be refused as well: it is the same abort.
  if (thread.faulted()) {
    thread.fault_type |= fault_bits;
    return;
  }
  ++faults_;
  log_.guest_error(thread.manager ? "manager" : "channel ",
                   thread.manager ? "" : std::to_string(thread.number), " aborts at ",
                   hex(thread.pc), ", fault type ", hex(fault_bits), ", started by pc ",
                   hex(thread.cause.pc));
  thread.fault_type |= fault_bits;
  withdraw(thread);
  thread.state = thread.manager ? State::kFaulting : State::kFaultCompleting;
}

void Executor::withdraw(Thread& thread) {
  release_load_lock(thread);
  thread.forget_instruction();
  thread.event_granted = false;
  thread.waits_for_burst = false;
  thread.waits_for_any = false;
  if (thread.manager) return;
  transfers_.drop(thread.number, [&](const Transfer& t, bool was_read) {
    --(was_read ? thread.loads : thread.stores);
    if (t.peripheral) requests_.cancel(*t.peripheral);
  });
}

bool Executor::finish(Thread& thread, Time now) {
  if (thread.loads + thread.stores > 0) return false;
  if (!thread.manager && !thread.uses_peripheral && thread.stored != 0) {
    memory_bytes_ += thread.stored;
    memory_active_ += static_cast<std::uint64_t>((now - thread.started) / 1ns);
  }
  if (!thread.manager) mfifo_.clear(thread.number);
  thread.state = thread.state == State::kFaultCompleting ? State::kFaulting : State::kStopped;
  return true;
}

// The thread may be in the middle of an instruction of its own, which goes on afterwards: the debug
// instruction is executed by a copy of it in the thread's security state, but with a cause of its
// own.
void Executor::execute_debug(const Thread& target, const Instruction& instruction,
                             const Origin& origin, Time now) {
  Thread& thread = target.manager ? manager() : channel(target.number);
  const Encoding& e = decode(instruction[0]);
  Thread issuer = thread;
  issuer.forget_instruction();
  issuer.bytes = instruction;
  issuer.encoding = &e;
  issuer.cause = origin;
  std::uint32_t faults = validate(issuer, e, kDebug);
  if (e.handler == &Executor::undefined) faults = fault::kUndefined;
  if (faults != 0) {
    abort(thread, faults | fault::kDebug);
  } else if (e.handler == &Executor::kill) {
    kill(thread, now);
  } else {
    (this->*e.handler)(issuer, now);
  }
}

}  // namespace linefill::pl330
