// SPDX-License-Identifier: Apache-2.0
// Instructions that User mode cannot do, and all that takes an exception, from random states in
// every mode: what each leaves in every register of every mode.
#include "tests/conformance/bare/bare.hpp"

namespace {

struct Bank {
  uint32_t sp, lr, spsr;
};
struct State {
  uint32_t r[13];
  uint32_t fiq[5];
  Bank bank[6];
  uint32_t cpsr, pc;
};

constexpr uint32_t kModes[]{0x10, 0x1F, 0x11, 0x12, 0x13, 0x17, 0x1B};
constexpr uint32_t kThumb = 1U << 5;
constexpr unsigned kCases = 6'000;

// What follows the instruction, and what is returned to: all undefined, in either instruction set.
constexpr uint32_t kCode = 0x6020'0000;
constexpr uint32_t kLandingA32 = 0x6021'0000;
constexpr uint32_t kLandingT32 = 0x6022'0000;
constexpr uint32_t kLandingBytes = 0x400;
constexpr uint32_t kUndefinedA32 = 0xE7F0'00F0;
constexpr uint32_t kUndefinedT32 = 0xDE00'DE00;
// Where base registers point to: pairs of a return address and a status.
constexpr uint32_t kData = 0x6023'0000;
constexpr uint32_t kDataWords = 128;

volatile uint32_t* words(uint32_t address) { return reinterpret_cast<volatile uint32_t*>(address); }

constinit Random random_numbers{0x2468'ACE1};

uint32_t random_mode() { return kModes[random_numbers.below(7)]; }

/// A status that may be returned to: a mode there is, no ITSTATE, no J; and little-endian, so that
/// what is loaded under it are the pairs.
uint32_t random_status(bool thumb) {
  const uint32_t status = random_numbers.word() & 0xF80F'01C0;
  return status | random_mode() | (thumb ? kThumb : 0);
}

uint32_t random_landing(bool thumb) {
  return (thumb ? kLandingT32 : kLandingA32) + 0x40 + (random_numbers.below(64) << 2);
}

void fill_landings() {
  for (uint32_t at = 0; at < kLandingBytes; at += 4) {
    *words(kLandingA32 + at) = kUndefinedA32;
    *words(kLandingT32 + at) = kUndefinedT32;
  }
}

void fill_data() {
  for (uint32_t i = 0; i < kDataWords; i += 2) {
    const bool thumb = random_numbers.below(2) != 0;
    words(kData)[i] = random_landing(thumb);
    words(kData)[i + 1] = random_status(thumb);
  }
}

/// A pair in the middle of the data.
uint32_t random_pair() { return kData + kDataWords * 2 + random_numbers.below(16) * 8; }

/// r0 to r7 and every SP point to pairs; LR are places to return to.
void make_state(State& state, bool thumb) {
  for (uint32_t i = 0; i < 13; ++i) state.r[i] = i < 8 ? random_pair() : random_numbers.word();
  for (uint32_t& r : state.fiq) r = random_numbers.word();
  for (Bank& bank : state.bank) {
    const bool to_thumb = random_numbers.below(2) != 0;
    bank = {random_pair(), random_landing(to_thumb), random_status(to_thumb)};
  }
  state.cpsr = random_status(thumb);
  state.pc = kCode;
}

bool has_spsr(const State& state) {
  return (state.cpsr & 0x1F) != 0x10 && (state.cpsr & 0x1F) != 0x1F;
}
bool user(const State& state) { return (state.cpsr & 0x1F) == 0x10; }

uint32_t low_register() { return random_numbers.below(8); }

// Each gives a word, or 0 for what would be UNPREDICTABLE.

uint32_t mrs(const State& state, bool thumb) {
  const bool saved = random_numbers.below(2) != 0;
  if (saved && !has_spsr(state)) return 0;
  const uint32_t d = random_numbers.below(13);
  return (thumb ? 0xF3EF'8000 | d << 8 : 0xE10F'0000 | d << 12) |
         (saved ? thumb ? 1U << 20 : 1U << 22 : 0);
}

uint32_t msr(State& state, bool thumb) {
  const bool saved = random_numbers.below(2) != 0;
  if (saved && !has_spsr(state)) return 0;
  const uint32_t n = low_register();
  const uint32_t mask = 1 + random_numbers.below(15);
  state.r[n] = random_status(saved && random_numbers.below(2) != 0);
  state.r[n] |= random_numbers.below(2) << 9;  // E
  return thumb ? 0xF380'8000 | n << 16 | mask << 8 | (saved ? 1U << 20 : 0)
               : 0xE120'F000 | mask << 16 | n | (saved ? 1U << 22 : 0);
}

uint32_t cps(const State& state, bool thumb) {
  const uint32_t change = 2 + random_numbers.below(2);
  const uint32_t masks = 1 + random_numbers.below(7);
  const bool mode = random_numbers.below(2) != 0;
  const uint32_t to = mode ? random_mode() : 0;
  // To leave privilege or Monitor mode by CPS is no different from MSR.
  (void)state;
  return thumb ? 0xF3AF'8000 | change << 9 | (mode ? 1U << 8 : 0) | masks << 5 | to
               : 0xF100'0000 | change << 18 | (mode ? 1U << 17 : 0) | masks << 6 | to;
}

/// LDM and STM of User mode's registers; only A32 has them.
uint32_t user_multiple(const State& state) {
  if (!has_spsr(state)) return 0;
  const uint32_t form = random_numbers.below(4) << 23;
  const uint32_t list = (random_numbers.word() & 0x7FFF) | 1U << random_numbers.below(15);
  return 0xE840'0000 | form | (random_numbers.below(2) << 20) | low_register() << 16 | list;
}

/// A base for which the first word of a pair of forms IA, DB, DA, IB is a return address: (P, U).
uint32_t base_for(State& state, uint32_t form, uint32_t words_moved) {
  const uint32_t n = low_register();
  const bool up = (form & 1) != 0;
  const bool before = (form & 2) != 0;
  uint32_t lowest = random_pair();
  if (!up) lowest += 4 * words_moved;
  if (before && up) lowest -= 4;
  if (!before && !up) lowest -= 4;
  state.r[n] = lowest;
  return n;
}

uint32_t rfe(State& state, bool thumb) {
  if (user(state)) return 0;
  const uint32_t form = thumb ? 1 + random_numbers.below(2) : random_numbers.below(4);
  const uint32_t n = base_for(state, form, 2);
  const uint32_t write = random_numbers.below(2) << 21;
  if (thumb) return (form == 1 ? 0xE990'C000 : 0xE810'C000) | write | n << 16;
  return 0xF810'0A00 | form << 23 | write | n << 16;
}

uint32_t srs(const State& state, bool thumb) {
  if (!has_spsr(state)) return 0;
  const uint32_t mode = kModes[1 + random_numbers.below(6)];
  const uint32_t form = thumb ? 1 + random_numbers.below(2) : random_numbers.below(4);
  const uint32_t write = random_numbers.below(2) << 21;
  if (thumb) return (form == 1 ? 0xE98D'C000 : 0xE80D'C000) | write | mode;
  return 0xF84D'0500 | form << 23 | write | mode;
}

/// LDM with PC and SPSR: PC takes the last word, which is made a return address.
uint32_t ldm_return(State& state) {
  if (!has_spsr(state)) return 0;
  const uint32_t form = random_numbers.below(4);
  const uint32_t list = random_numbers.word() & 0x1F00;
  uint32_t count = 1;
  for (uint32_t bits = list; bits != 0; bits &= bits - 1) ++count;
  const uint32_t n = base_for(state, form, count);
  uint32_t lowest = state.r[n];
  if ((form & 1) == 0) lowest -= 4 * count;
  if (form == 0 || form == 3) lowest += 4;
  const bool thumb = random_numbers.below(2) != 0;
  *words(lowest + 4 * (count - 1)) = random_landing(thumb);
  for (Bank& bank : state.bank) bank.spsr = (bank.spsr & ~kThumb) | (thumb ? kThumb : 0);
  return 0xE850'8000 | form << 23 | 1U << 20 | random_numbers.below(2) << 21 | n << 16 | list;
}

uint32_t subs_pc(State& state, bool thumb) {
  if (!has_spsr(state)) return 0;
  const uint32_t less = random_numbers.below(4) * 4;
  return thumb ? 0xF3DE'8F00 | less : 0xE25E'F000 | less;
}

uint32_t exception(bool thumb) {
  const uint32_t number = random_numbers.below(100);
  switch (random_numbers.below(5)) {
    case 0:
      return thumb ? 0xDF00 | number : 0xEF00'0000 | number;  // SVC
    case 1:
      return thumb ? 0xBE00 | number : 0xE120'0070 | (number & 15) | (number >> 4) << 8;  // BKPT
    case 2:
      return thumb ? 0xF7F0'8000 : 0xE160'0070;  // SMC
    case 3:
      return thumb ? 0xB650 | (number & 1) << 3 : 0xF101'0000 | (number & 1) << 9;  // SETEND
    default:
      return thumb ? 0xF7F0'A000 : 0xE7F0'00F0;  // UDF
  }
}

uint32_t make_instruction(State& state, bool thumb) {
  switch (random_numbers.below(9)) {
    case 0:
      return mrs(state, thumb);
    case 1:
      return msr(state, thumb);
    case 2:
      return cps(state, thumb);
    case 3:
      return thumb ? 0 : user_multiple(state);
    case 4:
      return rfe(state, thumb);
    case 5:
      return srs(state, thumb);
    case 6:
      return thumb ? 0 : ldm_return(state);
    case 7:
      return subs_pc(state, thumb);
    default:
      return exception(thumb);
  }
}

/// The instruction, and then nothing that can be executed.
void place(uint32_t word, bool thumb) {
  uint32_t first = word;
  if (thumb) first = word > 0xFFFF ? word << 16 | word >> 16 : 0xDE00'0000 | word;
  words(kCode)[0] = first;
  for (uint32_t i = 1; i < 8; ++i) words(kCode)[i] = thumb ? kUndefinedT32 : kUndefinedA32;
  asm volatile("isb" ::: "memory");
}

/// Of every word (FNV-1a).
uint32_t digest(const State& state) {
  uint32_t hash = 0x811C'9DC5;
  const auto add = [&hash](uint32_t word) { hash = (hash ^ word) * 0x0100'0193; };
  const auto* all = reinterpret_cast<const uint32_t*>(&state);
  for (uint32_t i = 0; i < sizeof state / 4; ++i) add(all[i]);
  for (uint32_t i = 0; i < kDataWords; ++i) add(words(kData)[i]);
  return hash;
}

}  // namespace

extern "C" void run_state(State* state);

void bare_main() {
  static State state;
  fill_landings();
  for (unsigned k = 0; k < kCases; ++k) {
    const bool thumb = random_numbers.below(2) != 0;
    fill_data();
    make_state(state, thumb);
    const uint32_t word = make_instruction(state, thumb);
    if (word == 0) continue;
    place(word, thumb);
    Line line;
    line.hex(word).text(" in ").hex(state.cpsr).text(": ");
    run_state(&state);
    line.number(state.pc).text(" cpsr ").hex(state.cpsr);
    // The bank of the mode that it was taken to.
    static constexpr uint32_t kBankOf[]{0, 5, 3, 4, 4, 0, 2, 1};
    const Bank& bank = state.bank[kBankOf[state.pc & 7]];
    line.text(" lr ").hex(bank.lr).text(" spsr ").hex(bank.spsr).text(" all ").hex(digest(state));
  }
}
