// SPDX-License-Identifier: Apache-2.0
// What compilers make of ordinary programs: hashing, sorting, long arithmetic, recursion, strings,
// compression, floating point by subroutines. Built with several options; prints what each gives.
#include "tests/conformance/bare/bare.hpp"

namespace {

using std::uint16_t;
using std::uint64_t;
using std::uint8_t;

constinit Random random_numbers{0x1357'9BDF};

constexpr unsigned kBytes = 3000;
uint8_t text[kBytes];
uint8_t packed[2 * kBytes];
uint8_t unpacked[kBytes];

/// Words of a few letters, so that there is something to compress.
void make_text() {
  static const char* const kWords[]{"line ", "fill ",  "cache ", "write ",
                                    "back ", "dirty ", "clean "};
  unsigned used = 0;
  while (used < kBytes) {
    for (const char* c = kWords[random_numbers.below(7)]; *c != 0 && used < kBytes; ++c)
      text[used++] = static_cast<uint8_t>(*c ^ (random_numbers.below(40) == 0 ? 0x20 : 0));
  }
}

/// CRC-32 (IEEE 802.3), a bit at a time.
uint32_t crc32(const uint8_t* data, unsigned size) {
  uint32_t crc = ~0U;
  for (unsigned i = 0; i < size; ++i) {
    crc ^= data[i];
    for (unsigned k = 0; k < 8; ++k) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB8'8320 : crc >> 1;
  }
  return ~crc;
}

uint32_t adler32(const uint8_t* data, unsigned size) {
  uint32_t a = 1;
  uint32_t b = 0;
  for (unsigned i = 0; i < size; ++i) {
    a = (a + data[i]) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

/// Literals and copies of at most 66 bytes from the last 256: LZSS.
unsigned pack(const uint8_t* from, unsigned size, uint8_t* to) {
  unsigned used = 0;
  for (unsigned at = 0; at < size;) {
    unsigned best = 0;
    unsigned distance = 0;
    for (unsigned back = 1; back <= 255 && back <= at; ++back) {
      unsigned length = 0;
      while (length < 66 && at + length < size && from[at + length] == from[at + length - back])
        ++length;
      if (length > best) {
        best = length;
        distance = back;
      }
    }
    if (best >= 3) {
      to[used++] = static_cast<uint8_t>(distance);
      to[used++] = static_cast<uint8_t>(best);
      at += best;
    } else {
      to[used++] = 0;
      to[used++] = from[at++];
    }
  }
  return used;
}

unsigned unpack(const uint8_t* from, unsigned size, uint8_t* to) {
  unsigned used = 0;
  for (unsigned at = 0; at < size; at += 2) {
    if (from[at] == 0) {
      to[used++] = from[at + 1];
      continue;
    }
    for (unsigned k = 0; k < from[at + 1]; ++k, ++used) to[used] = to[used - from[at]];
  }
  return used;
}

template <class T>
void sort(T* first, T* last) {
  if (last - first < 2) return;
  const T pivot = first[(last - first) / 2];
  T* a = first;
  T* b = last - 1;
  while (a <= b) {
    while (*a < pivot) ++a;
    while (pivot < *b) --b;
    if (a <= b) {
      const T kept = *a;
      *a++ = *b;
      *b-- = kept;
    }
  }
  sort(first, b + 1);
  sort(a, last);
}

template <class T>
uint32_t sorted_digest() {
  constexpr unsigned kCount = 400;
  static T values[kCount];
  for (T& v : values)
    v = static_cast<T>(random_numbers.word()) * static_cast<T>(random_numbers.word());
  sort(values, values + kCount);
  uint32_t digest = 0;
  for (unsigned i = 0; i < kCount; ++i) {
    if (i > 0 && values[i] < values[i - 1]) return 0xBAD;
    digest = digest * 31 + static_cast<uint32_t>(values[i]);
  }
  return digest;
}

/// Products, quotients and remainders of 64 bits, signed and not, against each other.
uint32_t long_arithmetic() {
  uint32_t digest = 0;
  for (unsigned i = 0; i < 300; ++i) {
    const uint64_t a = uint64_t{random_numbers.word()} << 32 | random_numbers.word();
    const uint64_t b = (uint64_t{random_numbers.word()} << 32 | random_numbers.word()) >>
                           random_numbers.below(60) |
                       1;
    const auto c = static_cast<std::int64_t>(a);
    const auto d = (static_cast<std::int64_t>(b) - (i % 2 != 0 ? 77 : 0)) | 1;
    if (a / b * b + a % b != a || c / d * d + c % d != c) return 0xBAD;
    digest = digest * 33 + static_cast<uint32_t>(a / b) + static_cast<uint32_t>(c % d) +
             static_cast<uint32_t>(a * b >> 32) + static_cast<uint32_t>(c >> (i % 63));
  }
  return digest;
}

uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

/// How many ways to put eight queens on a board.
unsigned queens(unsigned rows, unsigned left, unsigned right) {
  if (rows == 0xFF) return 1;
  unsigned count = 0;
  for (unsigned free = ~(rows | left | right) & 0xFF; free != 0; free &= free - 1) {
    const unsigned bit = free & (0 - free);
    count += queens(rows | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

/// The sum of 1/k, a square root by Newton, and e: digests of their bits.
template <class Real, class Bits>
Bits real_digest() {
  Real sum = 0;
  for (int k = 1; k < 200; ++k) sum += Real{1} / static_cast<Real>(k);
  Real root = 1;
  for (int k = 0; k < 20; ++k) root = (root + Real{2} / root) / 2;
  Real e = 1;
  Real term = 1;
  for (int k = 1; k < 20; ++k) e += term /= static_cast<Real>(k);
  const Real all = sum * root - e + static_cast<Real>(static_cast<int>(sum * 1000));
  Bits bits;
  static_assert(sizeof bits == sizeof all);
  __builtin_memcpy(&bits, &all, sizeof bits);
  return bits;
}

/// A little machine with a stack: a switch as an interpreter has it.
uint32_t interpret() {
  // n = 40; a, b = 0, 1; while n: a, b = b, a + b; n -= 1
  static const uint8_t kProgram[]{1, 40, 1, 0, 1, 1, 2, 3, 4, 5, 6, 7, 9};
  uint32_t n = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t top = 0;
  for (unsigned pc = 0;;) {
    switch (kProgram[pc++]) {
      case 1:
        top = top << 8 | kProgram[pc++];
        break;
      case 2:
        n = top >> 16;
        a = top >> 8 & 0xFF;
        b = top & 0xFF;
        break;
      case 3:
        top = a + b;
        break;
      case 4:
        a = b;
        break;
      case 5:
        b = top;
        break;
      case 6:
        --n;
        break;
      case 7:
        if (n != 0) pc = 7;
        break;
      default:
        return a;
    }
  }
}

}  // namespace

void bare_main() {
  // Instructions cached, and predicted, which is all that can be without the MMU.
  uint32_t sctlr;
  asm volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(sctlr));
  asm volatile("mcr p15, 0, %0, c1, c0, 0\n isb" : : "r"(sctlr | 0x1800) : "memory");
  make_text();
  Line{}.text("crc32 ").hex(crc32(text, kBytes));
  Line{}.text("adler32 ").hex(adler32(text, kBytes));
  const unsigned size = pack(text, kBytes, packed);
  Line{}.text("packed ").number(size).text(" ").hex(crc32(packed, size));
  Line{}
      .text("unpacked ")
      .number(unpack(packed, size, unpacked))
      .text(" ")
      .hex(crc32(unpacked, kBytes));
  Line{}
      .text("sorted ")
      .hex(sorted_digest<uint32_t>())
      .text(" ")
      .hex(sorted_digest<std::int16_t>());
  Line{}.text("sorted ").hex(sorted_digest<uint64_t>()).text(" ").hex(sorted_digest<std::int8_t>());
  Line{}.text("long ").hex(long_arithmetic());
  Line{}.text("ackermann ").number(ackermann(2, 9));
  Line{}.text("queens ").number(queens(0, 0, 0));
  Line{}.text("float ").hex(real_digest<float, uint32_t>());
  const auto bits = real_digest<double, uint64_t>();
  Line{}
      .text("double ")
      .hex(static_cast<uint32_t>(bits >> 32))
      .text(" ")
      .hex(static_cast<uint32_t>(bits));
  Line{}.text("interpreted ").number(interpret());
}
