// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace guest {

// One load or store of exactly this width, never combined or repeated. The form without write-back
// is what an emulator can decode from a fault syndrome.
template <class T>
inline T io_read(const volatile void* address) {
  std::uint32_t value = 0;
  if constexpr (sizeof(T) == 1) {
    asm volatile("ldrb %0, [%1]" : "=r"(value) : "r"(address) : "memory");
  } else if constexpr (sizeof(T) == 2) {
    asm volatile("ldrh %0, [%1]" : "=r"(value) : "r"(address) : "memory");
  } else {
    static_assert(sizeof(T) == 4);
    asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
  }
  return static_cast<T>(value);
}

template <class T>
inline void io_write(volatile void* address, T value) {
  if constexpr (sizeof(T) == 1) {
    asm volatile("strb %0, [%1]" : : "r"(std::uint32_t{value}), "r"(address) : "memory");
  } else if constexpr (sizeof(T) == 2) {
    asm volatile("strh %0, [%1]" : : "r"(std::uint32_t{value}), "r"(address) : "memory");
  } else {
    static_assert(sizeof(T) == 4);
    asm volatile("str %0, [%1]" : : "r"(value), "r"(address) : "memory");
  }
}

}  // namespace guest
