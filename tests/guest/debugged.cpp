// SPDX-License-Identifier: Apache-2.0
// What tests/system/gdb_session.py does by a debugger: it sets `result` and `go_on`, and nobody
// else does.
#include <cstdint>

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "sw/mm/remap.hpp"

using namespace guest;

extern "C" {
volatile std::uint32_t counter = 0;
volatile std::uint32_t go_on = 0;
volatile std::uint32_t result = 1;
std::uint32_t* volatile shared = nullptr;

std::uint32_t twice(std::uint32_t x);
void count();
void make_dirty();
void look();
void buffer();
void spin();

[[gnu::noinline]] std::uint32_t twice(std::uint32_t x) {
  asm volatile("" : "+r"(x));
  return 2 * x;
}

[[gnu::noinline]] void count() {
  for (std::uint32_t i = 1; i <= 3; ++i) counter = counter + twice(i);
}

/// Two words of one line: the first is cleaned to memory, the second stays dirty in L1.
[[gnu::noinline]] void make_dirty() {
  auto* const words = reinterpret_cast<std::uint32_t*>(alloc_bytes(kPageBytes).data());
  shared = words;
  words[0] = 0x1111'1111;
  words[1] = 0x2222'2222;
  auto* const bytes = reinterpret_cast<std::byte*>(words);
  dmac_flush_range(bytes, bytes + kPageBytes);
  outer_flush_range(virt_to_phys(bytes), virt_to_phys(bytes) + kPageBytes);
  asm volatile("" ::: "memory");
  words[1] = 0x3333'3333;
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void look() { asm volatile(""); }

/// A word that waits in the store buffer, of the line after the one that is dirty. The second time
/// the code is in the L1I: no fill takes longer than the word stays.
[[gnu::noinline]] void buffer() {
  auto* const words =
      static_cast<volatile std::uint32_t*>(ioremap_wc(virt_to_phys(shared), kPageBytes));
  constexpr std::size_t kSecondLine = kCacheLineBytes / sizeof *words;
  for (unsigned i = 0; i < 2; ++i) {
    words[kSecondLine + 1] = 0x4444'4444;
    look();
  }
}

[[gnu::noinline]] void spin() {
  while (go_on == 0) {
  }
}
}

int guest_main() {
  count();
  make_dirty();
  look();
  buffer();
  spin();
  return static_cast<int>(result);
}
