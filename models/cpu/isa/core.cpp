// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/core.hpp"

namespace linefill {

void Core::reset(std::uint32_t entry) {
  executor_.reset(entry);
  late_ = 0;
}

void Core::set_reg(unsigned n, std::uint32_t value) {
  if (n == 15) {
    set_pc(value);
  } else {
    executor_.state.r[n] = value;
  }
}

void Core::set_cpsr(std::uint32_t value) {
  refetch();
  executor_.state.set_cpsr(value);
  executor_.tell_context();
}

void Core::watch_instruction(std::uint32_t pc, bool watch, Watcher watcher) {
  const auto bit = static_cast<std::uint8_t>(watcher);
  if (watch) {
    watched_[pc] |= bit;
  } else if (const auto found = watched_.find(pc); found != watched_.end()) {
    found->second &= static_cast<std::uint8_t>(~bit);
    if (found->second == 0) watched_.erase(found);
  }
  mark_watched_lines();
}

void Core::watch_all(bool watch, bool soon) {
  watch_all_ = watch;
  watch_soon_ = soon;
  mark_watched_lines();
}

void Core::follow_program(bool on) {
  follows_ = on;
  mark_watched_lines();
}

void Core::mark_watched_lines() {
  watched_lines_.clear();
  watched_hashes_ = {};
  for (const auto& [at, watchers] : watched_) {
    watched_lines_.insert(at / kLineBytes);
    watched_hashes_[at / kLineBytes % kWatchHashes] = true;
  }
  any_line_watched_ = watch_all_ || watch_soon_ || follows_;
  any_watched_ = any_line_watched_ || !watched_.empty();
}

void Core::run() {
  const CoreClock& clock = executor_.clock;
  while (clock.now < clock.limit) {
    if (irq_ || fiq_) take_interrupt();
    run_lines<false>();
  }
}

void Core::step() {
  if (irq_ || fiq_) take_interrupt();
  run_lines<true>();
}

void Core::take_interrupt() {
  if (fiq_ && !executor_.state.mask_fiq) {
    executor_.interrupt(Vector::kFiq);
  } else if (irq_ && !executor_.state.mask_irq) {
    executor_.interrupt(Vector::kIrq);
  }
}

// The lines of a run, one after the other, in one function: what it needs stays in registers.
template <bool single>
void Core::run_lines() {
  Executor& e = executor_;
  const CoreClock& clock = e.clock;
  do {
    const std::uint32_t at = e.next;
    CacheLine* cache_line = nullptr;
    if (!e.memory.fetch(at, cache_line)) [[unlikely]] {
      e.prefetch_abort(at);
      return;
    }
    const bool thumb = e.state.thumb;
    DecodedLine* line = cache_line->decoded[thumb ? 1 : 0];
    if (line == nullptr || line->owner != cache_line) [[unlikely]]
      line = &decoded_.attach(*cache_line, thumb);
    const unsigned slot = DecodedLine::slot_of(at, thumb);
    const Instruction& first = line->slots[slot];
    if (first.it != e.state.it) [[unlikely]]
      decoded_.decode(*line, slot, thumb, e.state.it);
    if (any_watched_ && line_watched(at)) [[unlikely]] {
      thumb ? execute<true, single, true>(*line, slot) : execute<true, single, false>(*line, slot);
    } else {
      thumb ? execute<false, single, true>(*line, slot)
            : execute<false, single, false>(*line, slot);
    }
  } while (!single && clock.now < clock.limit && !irq_ && !fiq_);
}

// What an instruction needs of this loop it finds stored: no step waits for what another stored.
template <bool watched, bool single, bool thumb>
inline void Core::execute(DecodedLine& line, unsigned slot) {
  constexpr unsigned kSlots = DecodedLine::slots_used(thumb);
  constexpr unsigned kAhead = thumb ? 4 : 8;
  Executor& e = executor_;
  CycleCount& now = e.clock.now;
  const Instruction* at = &line.slots[slot];
  const Instruction* const end = line.slots.data() + kSlots;
  const std::uint16_t* passed = &line.passed[slot];
  std::uint32_t pc = e.next + kAhead;
  std::uint64_t count = 0;
  bool taken = false;
  e.line = &line;
  const unsigned stalled =
      (line.soon[slot] & late_) != 0 ? stall_of(line, slot, thumb, late_, latency_) : 0U;
  now.begin_block(std::uint32_t{*passed} - at->cycles, stalled);
  for (;;) {
    const Instruction& i = *at;
    if constexpr (watched) {
      if (call_hook(i, pc - kAhead)) {
        instructions_ += count;
        late_ = 0;
        now.end_block();
        return;
      }
    }
    ++count;
    now.pass(*passed);
    e.state.r[15] = pc;
    if (i.condition == kAlways || e.state.passed(i.condition)) {
      if (!i.handler(e, i)) {
        taken = true;
        break;
      }
    }
    pc += thumb ? i.length : 4U;
    const unsigned slots = thumb ? i.length / 2U : 1U;
    if (single || at + slots >= end) {
      e.next = pc - kAhead;
      e.state.it = i.it_after;
      break;
    }
    at += slots;
    passed += slots;
  }
  instructions_ += count;
  late_ = at->late;
  // A branch that is taken has cost a cycle more than what the decoder knows of.
  latency_ = taken && at->latency != 0 ? at->latency - cost::kTakenBranch : at->latency;
  now.end_block();
}

bool Core::call_hook(const Instruction& i, std::uint32_t address) {
  executor_.next = address;
  executor_.state.it = i.it;
  if (follows_) executor_.memory.at_instruction(address, i.word);
  if (!watch_all_ &&
      (!watched_hashes_[address / kLineBytes % kWatchHashes] || !watched_.contains(address))) {
    return false;
  }
  refetch_ = false;
  executor_.system.instruction_hook(address);
  return refetch_;
}

}  // namespace linefill
