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

void Core::mark_watched_lines() {
  watched_lines_.reset();
  for (const auto& [at, watchers] : watched_) watched_lines_.set(at / kLineBytes % kWatchBits);
  any_watched_ = watch_all_ || watch_soon_ || !watched_.empty();
  if (watch_all_ || watch_soon_) watched_lines_.set();
}

void Core::run() {
  const CoreClock& clock = executor_.clock;
  while (clock.now < clock.limit) {
    if (irq_ || fiq_) take_interrupt();
    run_line<false>();
  }
}

void Core::step() {
  if (irq_ || fiq_) take_interrupt();
  run_line<true>();
}

void Core::take_interrupt() {
  if (fiq_ && !executor_.state.mask_fiq) {
    executor_.interrupt(Vector::kFiq);
  } else if (irq_ && !executor_.state.mask_irq) {
    executor_.interrupt(Vector::kIrq);
  }
}

template <bool single>
void Core::run_line() {
  const std::uint32_t at = executor_.next;
  CacheLine* cache_line = nullptr;
  if (!executor_.memory.fetch(at, cache_line)) {
    executor_.prefetch_abort(at);
    return;
  }
  CoreState& state = executor_.state;
  DecodedLine* line = cache_line->decoded[state.thumb ? 1 : 0];
  if (line == nullptr || line->owner != cache_line) [[unlikely]]
    line = &decoded_.attach(*cache_line, state.thumb);
  const unsigned slot = at % kLineBytes / 2;
  const Instruction& first = line->slots[slot];
  if (first.it != state.it) [[unlikely]]
    decoded_.decode(*line, slot, state.thumb, state.it);
  if ((first.reads & late_) != 0) executor_.clock.now += latency_;
  if (any_watched_ && line_watched(at)) [[unlikely]] {
    execute<true, single>(*line, &first);
  } else {
    execute<false, single>(*line, &first);
  }
}

template <bool watched, bool single>
void Core::execute(DecodedLine& line, const Instruction* at) {
  CoreState& state = executor_.state;
  const Instruction* const end = line.slots.data() + DecodedLine::kSlots;
  const std::uint32_t ahead = state.thumb ? 4 : 8;
  std::uint32_t address = executor_.next;
  std::uint64_t count = 0;
  executor_.line = &line;
  for (;;) {
    const Instruction& i = *at;
    if constexpr (watched) {
      executor_.next = address;
      state.it = i.it;
      if (watch_all_ || watched_.contains(address)) {
        refetch_ = false;
        executor_.system.instruction_hook(address);
        if (refetch_) {
          instructions_ += count;
          late_ = 0;
          return;
        }
      }
    }
    ++count;
    executor_.clock.now += i.cycles;
    state.r[15] = address + ahead;
    if (i.condition == kAlways || state.passed(i.condition)) {
      if (!i.handler(executor_, i)) break;
    }
    address += i.length;
    const Instruction* const following = at + i.length / 2;
    if (single || following >= end) {
      executor_.next = address;
      state.it = i.it_after;
      break;
    }
    at = following;
  }
  instructions_ += count;
  late_ = at->late;
  latency_ = at->latency;
}

}  // namespace linefill
