// SPDX-License-Identifier: Apache-2.0
// What programs that run on two machines, without an operating system or library, need.
#pragma once

#include <cstdint>

using std::uint32_t;

/// What the last exception left. `kind`: 1 undefined, 2 prefetch abort, 3 data abort.
struct Trap {
  uint32_t kind, lr, spsr, dfsr, dfar, ifsr, ifar;
};

extern "C" {
extern volatile Trap trap;
extern volatile uint32_t probe_word;
uint32_t run_word(uint32_t r0, bool user);
uint32_t load_word(uint32_t address);
uint32_t load_word_unprivileged(uint32_t address);
void store_word(uint32_t address, uint32_t value);
void store_word_unprivileged(uint32_t address, uint32_t value);
void call(uint32_t address);
void bare_main();
}

/// The semihosting call of the instruction set.
#ifdef __thumb__
inline constexpr uint32_t kSemihosting = 0xAB;
#else
inline constexpr uint32_t kSemihosting = 0x12'3456;
#endif

inline void print(const char* text) {
  register uint32_t r0 asm("r0") = 4;  // SYS_WRITE0
  register const char* r1 asm("r1") = text;
  asm volatile("svc %2" : "+r"(r0) : "r"(r1), "i"(kSemihosting) : "memory", "lr");
}

/// A line of text, printed when it ends.
class Line {
 public:
  Line() = default;
  Line(const Line&) = delete;
  ~Line() {
    text_[used_++] = '\n';
    text_[used_] = 0;
    print(text_);
  }
  Line& text(const char* t) {
    while (*t != 0) text_[used_++] = *t++;
    return *this;
  }
  Line& number(uint32_t n) {
    if (n >= 10) number(n / 10);
    text_[used_++] = static_cast<char>('0' + n % 10);
    return *this;
  }
  Line& hex(uint32_t value) {
    for (int shift = 28; shift >= 0; shift -= 4)
      text_[used_++] = "0123456789abcdef"[value >> shift & 15];
    return *this;
  }

 private:
  char text_[160];
  unsigned used_ = 0;
};

/// xorshift32 (Marsaglia, 2003).
class Random {
 public:
  constexpr explicit Random(uint32_t seed) : state_{seed != 0 ? seed : 1} {}
  uint32_t word() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  uint32_t below(uint32_t n) { return (word() >> 8) % n; }

 private:
  uint32_t state_;
};

inline uint32_t run_probe(uint32_t word, uint32_t r0, bool user) {
  probe_word = word;
  trap.kind = 0;
  return run_word(r0, user);
}
