// SPDX-License-Identifier: Apache-2.0
// Random tables of short descriptors, in random regimes: what the address translation operations
// say of random addresses, and what loads, stores, unprivileged ones and calls come to.
#include "tests/conformance/bare/bare.hpp"

namespace {

constexpr uint32_t kL1 = 0x6020'0000;    // Of TTBR0; that of TTBR1 follows.
constexpr uint32_t kL2 = 0x6021'0000;    // 16 tables.
constexpr uint32_t kPool = 0x6400'0000;  // What is mapped to: 64 MiB.
constexpr uint32_t kNothing = 0x3000'0000;
constexpr uint32_t kReturn = 0xE12F'FF1E;  // BX LR
constexpr unsigned kRegimes = 24;
constexpr unsigned kAddresses = 400;

volatile uint32_t& word_at(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

template <uint32_t kOpc1, uint32_t kCrn, uint32_t kCrm, uint32_t kOpc2>
void write_register(uint32_t value) {
  asm volatile("mcr p15, %1, %0, c%c2, c%c3, %4\n isb"
               :
               : "r"(value), "i"(kOpc1), "i"(kCrn), "i"(kCrm), "i"(kOpc2)
               : "memory");
}
uint32_t read_par() {
  uint32_t value;
  asm volatile("isb\n mrc p15, 0, %0, c7, c4, 0" : "=r"(value));
  return value;
}
uint32_t read_sctlr() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(value));
  return value;
}

constexpr uint32_t kSctlrM = 1;
constexpr uint32_t kSctlrTre = 1U << 28;
constexpr uint32_t kSctlrAfe = 1U << 29;

/// Below 256 MiB of RAM all is mapped to itself, for the program and to prepare what is called.
bool own(uint32_t va) { return va >> 28 == 6; }

/// Access flags: QEMU looks at them after domain and XN, and not at all in a manager's domain; the
/// manual's sequence has them first (B3.12.2). So a regime has clear flags, or all the rest.
enum class Flags : uint32_t { kNotUsed, kSet, kRandom };

uint32_t with_flag(uint32_t descriptor, Flags flags, uint32_t flag, uint32_t never) {
  if (flags == Flags::kSet) descriptor |= flag;
  if (flags == Flags::kRandom) descriptor &= ~never;
  return descriptor;
}

uint32_t random_page(Random& r) {
  const uint32_t kind = r.below(10);
  if (kind == 0) return r.word() & ~3U;
  const uint32_t attributes = r.word();
  if (kind < 4)
    return ((kPool + r.below(0x400) * 0x10000) & 0xFFFF'0000) | (attributes & 0xFFFC) | 1;
  return (kPool + r.below(0x4000) * 0x1000) | (attributes & 0xFFD) | 2;
}

uint32_t random_section(Random& r) {
  const uint32_t kind = r.below(10);
  if (kind == 0) return r.word() & ~3U;
  // 3 is reserved. A table that is nowhere is an external abort.
  if (kind == 1) return r.word() | 3;
  if (kind == 2) return kNothing | (r.word() & 0x1E8) | 1;
  if (kind < 6) return (kL2 + r.below(16) * 1024) | (r.word() & 0x1E8) | 1;
  const uint32_t attributes = r.word() & 0x3'FFFC;
  // Physical addresses have 32 bits: the field of the others is zero, where sections have a domain.
  if (kind == 6) return kPool | (attributes & ~0x1E0U) | 1U << 18 | 2;
  return (kPool + r.below(64) * 0x10'0000) | attributes | 2;
}

void make_tables(Random& r, Flags flags) {
  for (uint32_t table = 0; table < 2; ++table) {
    for (uint32_t i = 0; i < 4096;) {
      const uint32_t va = i << 20;
      // Domain 0, which is always a manager's.
      uint32_t entry = own(va) ? va | 0xC02 : random_section(r);
      if ((entry & 3) == 2) entry = with_flag(entry, flags, 1U << 10, 1U << 4);
      // A supersection is sixteen equal entries.
      const bool super = (entry & 3) == 2 && (entry & 1U << 18) != 0;
      if (super && i % 16 != 0) continue;
      for (uint32_t k = 0; k < (super ? 16U : 1U); ++k)
        word_at(kL1 + table * 0x4000 + 4 * i++) = entry;
    }
  }
  for (uint32_t i = 0; i < 16 * 256;) {
    uint32_t page = random_page(r);
    if ((page & 3) != 0) page = with_flag(page, flags, 1U << 4, (page & 2) != 0 ? 1U : 1U << 15);
    // A large page is sixteen equal entries.
    const bool large = (page & 3) == 1;
    if (large && i % 16 != 0) continue;
    for (uint32_t k = 0; k < (large ? 16U : 1U); ++k) word_at(kL2 + 4 * i++) = page;
  }
}

struct Regime {
  uint32_t sctlr, ttbcr, dacr, contextidr;
  Flags flags;
};

Regime make_regime(Random& r) {
  Regime regime;
  regime.dacr = 3;
  const uint32_t off = read_sctlr() & ~(kSctlrM | kSctlrTre | kSctlrAfe);
  regime.sctlr =
      off | kSctlrM | (r.below(2) != 0 ? kSctlrTre : 0) | (r.below(2) != 0 ? kSctlrAfe : 0);
  // The program lies below 2 GiB, but above 1 GiB: with N of 2 and more its table is TTBR1's.
  const uint32_t n = r.below(8);
  regime.ttbcr = n;
  if (n == 1 && r.below(3) == 0) regime.ttbcr |= 1U << 5;
  if (n > 1 && r.below(3) == 0) regime.ttbcr |= 1U << 4;
  // 2 is reserved.
  for (uint32_t domain = 1; domain < 16; ++domain) {
    constexpr uint32_t kAccess[]{0, 1, 1, 1, 1, 3};
    regime.dacr |= kAccess[r.below(6)] << (2 * domain);
  }
  regime.contextidr = r.below(256);
  regime.flags = Flags::kNotUsed;
  if ((regime.sctlr & kSctlrAfe) != 0)
    regime.flags = r.below(2) != 0 ? Flags::kSet : Flags::kRandom;
  if (regime.flags == Flags::kRandom) regime.dacr = 0x5555'5555;
  return regime;
}

void enter(const Regime& regime) {
  write_register<0, 2, 0, 0>(kL1);
  write_register<0, 2, 0, 1>(kL1 + 0x4000);
  write_register<0, 2, 0, 2>(regime.ttbcr);
  write_register<0, 3, 0, 0>(regime.dacr);
  write_register<0, 13, 0, 1>(regime.contextidr);
  write_register<0, 8, 7, 0>(0);
  write_register<0, 1, 0, 0>(regime.sctlr);
}

void leave(const Regime& regime) {
  write_register<0, 1, 0, 0>(regime.sctlr & ~(kSctlrM | kSctlrTre | kSctlrAfe));
  write_register<0, 8, 7, 0>(0);
}

/// F, fault status, and the address of the page; the attributes are not in every implementation's.
void print_par(Line& line) {
  if (trap.kind != 0) {
    // Whether DFSR.WnR is set, as the manual wants (B4.1.52), is where QEMU differs.
    line.text(" abort ").hex(trap.dfsr & ~0x800U);
    trap.kind = 0;
    return;
  }
  const uint32_t par = read_par();
  line.text(" ").hex((par & 1) != 0 ? par & 0x7F : par & 0xFFFF'F003);
}

void print_access(Line& line, const char* what, uint32_t value) {
  line.text(what);
  if (trap.kind == 0) {
    line.hex(value);
  } else if (trap.kind == 2) {
    // QEMU gives IFSR the domain, too.
    line.text("prefetch ").hex(trap.ifsr & 0x140FU).text(" ").hex(trap.ifar);
  } else {
    line.text("data ").hex(trap.dfsr).text(" ").hex(trap.dfar);
  }
  trap.kind = 0;
}

/// Opens every domain, if that hides no access flag.
void open_domains(const Regime& regime) {
  if (regime.flags != Flags::kRandom) write_register<0, 3, 0, 0>(~0U);
}

/// The physical address, if the tables have one.
bool locate(uint32_t va, const Regime& regime, uint32_t& pa) {
  open_domains(regime);
  trap.kind = 0;
  write_register<0, 7, 8, 0>(va);
  const uint32_t par = read_par();
  const bool found = trap.kind == 0 && (par & 1) == 0;
  trap.kind = 0;
  write_register<0, 3, 0, 0>(regime.dacr);
  if (!found) return false;
  pa = (par & 2) != 0 ? (par & 0xFF00'0000) | (va & 0x00FF'FFFF)
                      : (par & 0xFFFF'F000) | (va & 0xFFF);
  return true;
}

void try_address(uint32_t va, const Regime& regime) {
  uint32_t pa = 0;
  const bool mapped = locate(va, regime, pa);
  if (mapped && own(pa)) word_at(pa) = kReturn;
  // Where both the second level and the domain refuse, QEMU looks at the domain first; the manual's
  // sequence (B3.12.2) has it last.
  if (!mapped) open_domains(regime);
  {
    Line line;
    line.text("ats ").hex(va);
    write_register<0, 7, 8, 0>(va);
    print_par(line);
    write_register<0, 7, 8, 1>(va);
    print_par(line);
    write_register<0, 7, 8, 2>(va);
    print_par(line);
    write_register<0, 7, 8, 3>(va);
    print_par(line);
  }
  if (mapped && !own(pa)) return;
  {
    Line line;
    line.text("load ").hex(va);
    uint32_t value = load_word(va);
    print_access(line, " ", value);
    value = load_word_unprivileged(va);
    print_access(line, " ", value);
    call(va);
    print_access(line, " call ", 0);
  }
  Line line;
  line.text("store ").hex(va);
  store_word(va, kReturn);
  print_access(line, " ", 0);
  store_word_unprivileged(va, kReturn);
  print_access(line, " ", 0);
}

}  // namespace

void bare_main() {
  Random r{0x5EED'1234};
  for (unsigned k = 0; k < kRegimes; ++k) {
    const Regime regime = make_regime(r);
    make_tables(r, regime.flags);
    Line{}.text("regime ").hex(regime.sctlr).text(" ").hex(regime.ttbcr).text(" ").hex(regime.dacr);
    enter(regime);
    for (unsigned i = 0; i < kAddresses; ++i) {
      uint32_t va = r.word() & ~3U;
      if (r.below(2) != 0) va = r.word() >> 4 & ~3U;  // Below every boundary of TTBCR.N.
      if (own(va)) continue;
      try_address(va, regime);
      write_register<0, 3, 0, 0>(regime.dacr);
    }
    leave(regime);
  }
}
