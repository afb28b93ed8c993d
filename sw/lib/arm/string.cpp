// SPDX-License-Identifier: Apache-2.0
// The host has its own C library: these are for the guest only.
#include "sw/lib/string.hpp"

#include <cstdint>

namespace {

constexpr std::uintptr_t kWord = sizeof(std::uint32_t);

std::uintptr_t misalignment(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % kWord;
}

using Bytes = unsigned char;
using AnyWord [[gnu::may_alias]] = std::uint32_t;

// Not by __builtin_memcmp: without optimization that is a call of memcmp.
bool same_word(const Bytes* a, const Bytes* b) {
  return *reinterpret_cast<const AnyWord*>(a) == *reinterpret_cast<const AnyWord*>(b);
}

void* copy_backward(Bytes* to, const Bytes* from, std::size_t size) {
  while (size != 0) {
    --size;
    to[size] = from[size];
  }
  return to;
}

}  // namespace

void* memmove(void* to, const void* from, std::size_t size) {
  const auto distance =
      reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
  if (distance >= size)
    return memcpy(to, from, size);  // Also when `to` is below `from`: memcpy goes upward.
  return copy_backward(static_cast<Bytes*>(to), static_cast<const Bytes*>(from), size);
}

int memcmp(const void* a, const void* b, std::size_t size) {
  const auto* x = static_cast<const Bytes*>(a);
  const auto* y = static_cast<const Bytes*>(b);
  if (misalignment(a) == 0 && misalignment(b) == 0) {
    while (size >= kWord && same_word(x, y)) {
      x += kWord;
      y += kWord;
      size -= kWord;
    }
  }
  for (; size != 0; --size, ++x, ++y) {
    if (*x != *y) return *x < *y ? -1 : 1;
  }
  return 0;
}

void* memchr(const void* bytes, int byte, std::size_t size) {
  const auto* at = static_cast<const Bytes*>(bytes);
  for (; size != 0; --size, ++at) {
    if (*at == static_cast<Bytes>(byte)) return const_cast<Bytes*>(at);  // As the C library has it.
  }
  return nullptr;
}

std::size_t strlen(const char* text) {
  std::size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

int strcmp(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  const auto x = static_cast<Bytes>(*a);
  const auto y = static_cast<Bytes>(*b);
  return x == y ? 0 : (x < y ? -1 : 1);
}
