// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/load_store_multiple.hpp"

#include <array>
#include <bit>

#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

// Instruction: `immediate` is the list; `shift` and `kind`, signed, are the distance from the base
// to the lowest word and to the base afterwards (0: not written).
std::uint32_t first_address(const CoreState& s, const Instruction& i) {
  return s.r[i.n] + static_cast<std::uint32_t>(static_cast<std::int8_t>(i.shift));
}
std::uint32_t base_after(const CoreState& s, const Instruction& i) {
  return s.r[i.n] + static_cast<std::uint32_t>(static_cast<std::int8_t>(i.kind));
}

bool misaligned(Executor& e, std::uint32_t at, bool write) {
  if ((at & 3) == 0) return false;
  e.memory.alignment_fault(at, write);
  return true;
}

/// Loads the listed registers into `words`, without touching any.
bool load_words(Executor& e, const Instruction& i, std::array<std::uint32_t, 17>& words) {
  e.note_pc(i);
  std::uint32_t at = first_address(e.state, i);
  if (misaligned(e, at, false)) return false;
  for (std::uint32_t list = i.immediate; list != 0; list &= list - 1, at += 4) {
    if (!e.memory.load(at, words[static_cast<unsigned>(std::countr_zero(list))])) return false;
  }
  return true;
}

template <bool with_pc>
bool load_multiple(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  std::array<std::uint32_t, 17> words;
  if (!load_words(e, i, words)) return e.data_abort(i);
  if (i.kind != 0) s.r[i.n] = base_after(s, i);
  for (std::uint32_t list = i.immediate & 0x7FFF; list != 0; list &= list - 1) {
    const auto reg = static_cast<unsigned>(std::countr_zero(list));
    s.r[reg] = words[reg];
  }
  if constexpr (with_pc) return e.branch_exchange(words[15]);
  return true;
}

bool store_multiple(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  e.note_pc(i);
  std::uint32_t at = first_address(s, i);
  if (misaligned(e, at, true)) return e.data_abort(i);
  for (std::uint32_t list = i.immediate; list != 0; list &= list - 1, at += 4) {
    if (!e.memory.store(at, s.r[static_cast<unsigned>(std::countr_zero(list))]))
      return e.data_abort(i);
  }
  if (i.kind != 0) s.r[i.n] = base_after(s, i);
  return true;
}

bool load_user(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  if (!s.has_spsr()) return execute_unpredictable(e, i);
  std::array<std::uint32_t, 17> words;
  if (!load_words(e, i, words)) return e.data_abort(i);
  for (std::uint32_t list = i.immediate; list != 0; list &= list - 1) {
    const auto reg = static_cast<unsigned>(std::countr_zero(list));
    s.set_banked(Mode::kUser, reg, words[reg]);
  }
  return true;
}

bool load_exception_return(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  if (!s.has_mode_to_return_to()) return execute_unpredictable(e, i);
  std::array<std::uint32_t, 17> words;
  if (!load_words(e, i, words)) return e.data_abort(i);
  if (i.kind != 0) s.r[i.n] = base_after(s, i);
  for (std::uint32_t list = i.immediate & 0x7FFF; list != 0; list &= list - 1) {
    const auto reg = static_cast<unsigned>(std::countr_zero(list));
    s.r[reg] = words[reg];
  }
  return e.exception_return(i, words[15]);
}

bool store_user(Executor& e, const Instruction& i) {
  const CoreState& s = e.state;
  if (!s.has_spsr()) return execute_unpredictable(e, i);
  e.note_pc(i);
  std::uint32_t at = first_address(s, i);
  if (misaligned(e, at, true)) return e.data_abort(i);
  for (std::uint32_t list = i.immediate; list != 0; list &= list - 1, at += 4) {
    const auto reg = static_cast<unsigned>(std::countr_zero(list));
    if (!e.memory.store(at, s.banked(Mode::kUser, reg))) return e.data_abort(i);
  }
  return true;
}

bool return_from_exception(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  if (!s.privileged()) return execute_unpredictable(e, i);
  e.note_pc(i);
  const std::uint32_t at = first_address(s, i);
  std::uint32_t target = 0;
  std::uint32_t status = 0;
  if (misaligned(e, at, false) || !e.memory.load(at, target) || !e.memory.load(at + 4, status)) {
    return e.data_abort(i);
  }
  if (!CoreState::is_mode(status & psr::kMode)) return execute_unpredictable(e, i);
  if (i.kind != 0) s.r[i.n] = base_after(s, i);
  ++e.counts.exception_returns;
  s.set_cpsr(status);
  e.tell_context();
  e.next = target & (s.thumb ? ~1U : ~3U);
  e.clock.now += cost::kStatus;
  return false;
}

bool store_return_state(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  if (!s.has_spsr() || !CoreState::is_mode(i.immediate)) return execute_unpredictable(e, i);
  const auto mode = static_cast<Mode>(i.immediate);
  const std::uint32_t base = s.banked(mode, 13);
  const std::uint32_t at = base + static_cast<std::uint32_t>(static_cast<std::int8_t>(i.shift));
  e.note_pc(i);
  if (misaligned(e, at, true) || !e.memory.store(at, s.r[14]) ||
      !e.memory.store(at + 4, s.spsr())) {
    return e.data_abort(i);
  }
  if (i.kind != 0)
    s.set_banked(mode, 13, base + static_cast<std::uint32_t>(static_cast<std::int8_t>(i.kind)));
  return true;
}

struct Form {
  bool before;  ///< P
  bool up;      ///< U
  bool write_back;
};

void place(Instruction& i, Form form, unsigned words) {
  const int bytes = static_cast<int>(words) * 4;
  int start = form.up ? 0 : -bytes;
  if (form.up == form.before) start += 4;
  i.shift = static_cast<std::uint8_t>(static_cast<std::int8_t>(start));
  const int delta = form.up ? bytes : -bytes;
  i.kind = form.write_back ? static_cast<std::uint8_t>(static_cast<std::int8_t>(delta))
                           : std::uint8_t{0};
  i.cycles = static_cast<std::uint8_t>((words + 1) / 2);
}

void finish(const Fields& f, Instruction& i, Form form, bool is_load) {
  const std::uint32_t list = i.immediate;
  if (i.n == 15 || list == 0) return unpredictable(i);
  if (is_load && form.write_back && (list >> i.n & 1) != 0) return unpredictable(i);
  place(i, form, static_cast<unsigned>(std::popcount(list)));
  i.uses(i.n);
  if (!is_load) {
    i.handler = &store_multiple;
    return;
  }
  const bool with_pc = (list & 0x8000) != 0;
  if (with_pc && f.in_it_block() && !f.last_in_it_block()) return unpredictable(i);
  i.late = static_cast<std::uint16_t>(list & 0x7FFF);
  i.latency = cost::kLoadLatency - 1;
  i.handler = with_pc ? &load_multiple<true> : &load_multiple<false>;
}

Form form_of(const Fields& f) { return {f.bit('P'), f.bit('U'), f.bit('W')}; }

void take(const Fields& f, Instruction& i) {
  i.n = f.byte('n');
  i.immediate = f['l'];
}

}  // namespace

void ldm(const Fields& f, Instruction& i) {
  take(f, i);
  finish(f, i, form_of(f), true);
}

void stm(const Fields& f, Instruction& i) {
  take(f, i);
  finish(f, i, form_of(f), false);
}

void ldm_user(const Fields& f, Instruction& i) {
  ldm(f, i);
  const bool with_pc = (i.immediate & 0x8000) != 0;
  if (i.handler == &execute_unpredictable) return;
  if (!with_pc && f.bit('W')) return unpredictable(i);
  i.handler = with_pc ? &load_exception_return : &load_user;
}

void stm_user(const Fields& f, Instruction& i) {
  stm(f, i);
  if (i.handler != &execute_unpredictable) i.handler = &store_user;
}

void t32_ldm(const Fields& f, Instruction& i) {
  ldm(f, i);
  if ((i.immediate & 0xC000) == 0xC000 || std::popcount(i.immediate) < 2) return unpredictable(i);
  if (f.bit('P') == f.bit('U')) i.handler = &execute_undefined;
}

void t32_stm(const Fields& f, Instruction& i) {
  stm(f, i);
  if ((i.immediate & 0x8000) != 0 || std::popcount(i.immediate) < 2) return unpredictable(i);
  if (f.bit('W') && (i.immediate >> i.n & 1) != 0) return unpredictable(i);
  if (f.bit('P') == f.bit('U')) i.handler = &execute_undefined;
}

void t16_ldm(const Fields& f, Instruction& i) {
  take(f, i);
  finish(f, i, {false, true, (i.immediate >> i.n & 1) == 0}, true);
}

void t16_stm(const Fields& f, Instruction& i) {
  take(f, i);
  finish(f, i, {false, true, true}, false);
}

void t16_push(const Fields& f, Instruction& i) {
  i.n = 13;
  i.immediate = f['l'] | f['x'] << 14;
  finish(f, i, {true, false, true}, false);
}

void t16_pop(const Fields& f, Instruction& i) {
  i.n = 13;
  i.immediate = f['l'] | f['x'] << 15;
  finish(f, i, {false, true, true}, true);
}

void rfe(const Fields& f, Instruction& i) {
  i.n = f.byte('n');
  if (i.n == 15 || (f.in_it_block() && !f.last_in_it_block())) return unpredictable(i);
  place(i, form_of(f), 2);
  i.uses(i.n);
  i.handler = &return_from_exception;
}

void srs(const Fields& f, Instruction& i) {
  i.immediate = f['v'];
  place(i, form_of(f), 2);
  i.handler = &store_return_state;
}

void rfe_as(const Fields& f, Instruction& i, bool decrement_before) {
  rfe(f, i);
  if (i.handler == &return_from_exception)
    place(i, {decrement_before, !decrement_before, f.bit('W')}, 2);
}

void srs_as(const Fields& f, Instruction& i, bool decrement_before) {
  srs(f, i);
  place(i, {decrement_before, !decrement_before, f.bit('W')}, 2);
}

}  // namespace linefill::isa
