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
  Bank bank[7];
  uint32_t pc, cpsr;
  uint32_t from_supervisor;
};

constexpr uint32_t kUser = 0x10;
constexpr uint32_t kSupervisor = 0x13;
constexpr uint32_t kMonitor = 0x16;
constexpr uint32_t kSystem = 0x1F;
constexpr uint32_t kModes[]{kUser, kSystem, 0x11, 0x12, kSupervisor, 0x17, 0x1B, kMonitor};
constexpr uint32_t kThumb = 1U << 5;
constexpr unsigned kCases = 9'000;
/// Fewer of a kind are a failure.
constexpr unsigned kEnough = 100;

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

uint32_t random_mode() { return kModes[random_numbers.below(8)]; }

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

uint32_t mode(const State& state) { return state.cpsr & 0x1F; }

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
  // From a mode whose own registers are not to be used.
  const uint32_t to = mode(state);
  state.from_supervisor = to == kMonitor || (to != kSupervisor && random_numbers.below(2) != 0);
}

bool has_spsr(const State& state) { return mode(state) != kUser && mode(state) != kSystem; }
bool user(const State& state) { return mode(state) == kUser; }
/// Of the mode that it is in.
Bank& bank_of(State& state) {
  static constexpr uint32_t kBanks[]{0, 1, 2, 3, 0, 0, 6, 4, 0, 0, 0, 5, 0, 0, 0, 0};
  return state.bank[kBanks[state.cpsr & 15]];
}

uint32_t low_register() { return random_numbers.below(8); }

// Each gives a word, or 0 for what would be UNPREDICTABLE.

uint32_t mrs(State& state, bool thumb) {
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

/// Of a mode and masks, or of flags.
uint32_t msr_immediate(State& state, bool) {
  const bool saved = random_numbers.below(2) != 0;
  if (saved && !has_spsr(state)) return 0;
  const uint32_t mask = 1 + random_numbers.below(15);
  const uint32_t masks = random_numbers.word() & 0xC0;
  const uint32_t constant = (mask & 1) != 0 ? masks | random_mode() : 0x200 | masks >> 4;
  return 0xE320'F000 | mask << 16 | (saved ? 1U << 22 : 0) | constant;
}

uint32_t cps(State&, bool thumb) {
  const uint32_t change = 2 + random_numbers.below(2);
  const uint32_t masks = 1 + random_numbers.below(7);
  const bool changes_mode = random_numbers.below(2) != 0;
  const uint32_t to = changes_mode ? random_mode() : 0;
  return thumb ? 0xF3AF'8000 | change << 9 | (changes_mode ? 1U << 8 : 0) | masks << 5 | to
               : 0xF100'0000 | change << 18 | (changes_mode ? 1U << 17 : 0) | masks << 6 | to;
}

uint32_t cps_t16(State&, bool) {
  return 0xB660 | random_numbers.below(2) << 4 | (1 + random_numbers.below(7));
}

/// LDM and STM of User mode's registers; only A32 has them.
uint32_t stm_user(State& state, bool) {
  if (!has_spsr(state)) return 0;
  const uint32_t form = random_numbers.below(4) << 23;
  const uint32_t list = (random_numbers.word() & 0x7FFF) | 1U << random_numbers.below(15);
  return 0xE840'0000 | form | low_register() << 16 | list;
}
uint32_t ldm_user(State& state, bool) {
  const uint32_t word = stm_user(state, false);
  return word == 0 ? 0 : word | 1U << 20;
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

uint32_t rfe_of(State& state, bool thumb, uint32_t form) {
  if (user(state)) return 0;
  const uint32_t n = base_for(state, form, 2);
  const uint32_t write = random_numbers.below(2) << 21;
  if (thumb) return (form == 1 ? 0xE990'C000 : 0xE810'C000) | write | n << 16;
  return 0xF810'0A00 | form << 23 | write | n << 16;
}

uint32_t rfe(State& state, bool) { return rfe_of(state, false, random_numbers.below(4)); }
uint32_t rfe_ia(State& state, bool) { return rfe_of(state, true, 1); }
uint32_t rfe_db(State& state, bool) { return rfe_of(state, true, 2); }

uint32_t srs_of(State& state, bool thumb, uint32_t form) {
  if (!has_spsr(state)) return 0;
  const uint32_t to = kModes[1 + random_numbers.below(7)];
  // SP points to the state there.
  if (to == (state.from_supervisor != 0 ? kSupervisor : kMonitor)) return 0;
  const uint32_t write = random_numbers.below(2) << 21;
  if (thumb) return (form == 1 ? 0xE98D'C000 : 0xE80D'C000) | write | to;
  return 0xF84D'0500 | form << 23 | write | to;
}

uint32_t srs(State& state, bool) { return srs_of(state, false, random_numbers.below(4)); }
uint32_t srs_ia(State& state, bool) { return srs_of(state, true, 1); }
uint32_t srs_db(State& state, bool) { return srs_of(state, true, 2); }

/// LDM with PC and SPSR: PC takes the last word, which is made a return address.
uint32_t ldm_return(State& state, bool) {
  if (!has_spsr(state)) return 0;
  const uint32_t form = random_numbers.below(4);
  const uint32_t list = random_numbers.word() & 0x1F00;
  uint32_t count = 1;
  for (uint32_t bits = list; bits != 0; bits &= bits - 1) ++count;
  const uint32_t n = base_for(state, form, count);
  uint32_t lowest = state.r[n];
  if ((form & 1) == 0) lowest -= 4 * count;
  if (form == 0 || form == 3) lowest += 4;
  const bool to_thumb = random_numbers.below(2) != 0;
  *words(lowest + 4 * (count - 1)) = random_landing(to_thumb);
  for (Bank& bank : state.bank) bank.spsr = (bank.spsr & ~kThumb) | (to_thumb ? kThumb : 0);
  return 0xE850'8000 | form << 23 | 1U << 20 | random_numbers.below(2) << 21 | n << 16 | list;
}

uint32_t subs_pc(State& state, bool thumb) {
  if (!has_spsr(state)) return 0;
  const uint32_t less = random_numbers.below(4) * 4;
  return thumb ? 0xF3DE'8F00 | less : 0xE25E'F000 | less;
}

/// SUBS of a constant or a rotated register, and MOVS of one, to the PC; only A32 has them. QEMU
/// takes the other operations for no return.
uint32_t arithmetic_return(State& state, bool) {
  if (!has_spsr(state)) return 0;
  const uint32_t n = low_register();
  const uint32_t m = (n + 1) & 7;
  const uint32_t result = bank_of(state).lr;
  const bool move = random_numbers.below(3) == 0;
  const uint32_t second = move ? result : random_numbers.word();
  const uint32_t word = move ? 0xE1B0'F000 : 0xE050'F000 | n << 16;
  if (!move && random_numbers.below(2) != 0) {
    state.r[n] = result + (second & 0xFF);
    return word | 1U << 25 | (second & 0xFF);
  }
  const uint32_t rotate = 1 + random_numbers.below(31);
  state.r[m] = second << rotate | second >> (32 - rotate);
  state.r[n] = move ? state.r[n] : result + second;
  return word | m | rotate << 7 | 3U << 5;
}

uint32_t svc(State&, bool thumb) {
  const uint32_t number = random_numbers.below(100);
  return thumb ? 0xDF00 | number : 0xEF00'0000 | number;
}
uint32_t bkpt(State&, bool thumb) {
  const uint32_t number = random_numbers.below(100);
  return thumb ? 0xBE00 | number : 0xE120'0070 | (number & 15) | (number >> 4) << 8;
}
uint32_t smc(State&, bool thumb) { return thumb ? 0xF7F0'8000 : 0xE160'0070; }
uint32_t setend(State&, bool thumb) {
  const uint32_t big = random_numbers.below(2);
  return thumb ? 0xB650 | big << 3 : 0xF101'0000 | big << 9;
}
uint32_t udf(State&, bool thumb) { return thumb ? 0xF7F0'A000 : 0xE7F0'00F0; }
uint32_t udf_t16(State&, bool) { return 0xDE00 | random_numbers.below(256); }

struct Kind {
  const char* name;
  uint32_t (*make)(State&, bool thumb);
  bool a32, t32;
};
constexpr Kind kKinds[]{
    {"MRS", &mrs, true, true},
    {"MSR (reg)", &msr, true, true},
    {"MSR (imm)", &msr_immediate, true, false},
    {"CPS", &cps, true, true},
    {"CPS (T16)", &cps_t16, false, true},
    {"STM (user)", &stm_user, true, false},
    {"LDM (user)", &ldm_user, true, false},
    {"LDM (return)", &ldm_return, true, false},
    {"RFE", &rfe, true, false},
    {"RFE (IA)", &rfe_ia, false, true},
    {"RFE (DB)", &rfe_db, false, true},
    {"SRS", &srs, true, false},
    {"SRS (IA)", &srs_ia, false, true},
    {"SRS (DB)", &srs_db, false, true},
    {"SUBS PC, LR", &subs_pc, true, true},
    {"SUBS, MOVS PC", &arithmetic_return, true, false},
    {"SVC", &svc, true, true},
    {"BKPT", &bkpt, true, true},
    {"SMC", &smc, true, true},
    {"SETEND", &setend, true, true},
    {"UDF", &udf, true, true},
    {"UDF (T16)", &udf_t16, false, true},
};
constexpr unsigned kKindCount = sizeof kKinds / sizeof kKinds[0];

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
  static unsigned counts[kKindCount][2];
  fill_landings();
  for (unsigned k = 0; k < kCases; ++k) {
    const unsigned kind = random_numbers.below(kKindCount);
    const bool thumb = !kKinds[kind].a32 || (kKinds[kind].t32 && random_numbers.below(2) != 0);
    fill_data();
    make_state(state, thumb);
    const uint32_t word = kKinds[kind].make(state, thumb);
    if (word == 0) continue;
    ++counts[kind][thumb ? 1 : 0];
    place(word, thumb);
    Line line;
    line.hex(word).text(" in ").hex(state.cpsr).text(": ");
    run_state(&state);
    const Bank& bank = bank_of(state);
    line.number(state.pc).text(" cpsr ").hex(state.cpsr);
    line.text(" lr ").hex(bank.lr).text(" spsr ").hex(bank.spsr).text(" all ").hex(digest(state));
  }
  for (unsigned kind = 0; kind < kKindCount; ++kind) {
    const Kind& k = kKinds[kind];
    const bool few = (k.a32 && counts[kind][0] < kEnough) || (k.t32 && counts[kind][1] < kEnough);
    Line line;
    line.text(few ? "FAILED: too few of " : "").text(k.name).text(": A32 ").number(counts[kind][0]);
    line.text(", T32 ").number(counts[kind][1]);
  }
}
