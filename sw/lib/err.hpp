// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/lib/result.hpp"

// Linux, include/linux/err.h: a pointer that is an errno instead, in the last page of addresses.

inline constexpr unsigned long MAX_ERRNO = 4095;

inline void* ERR_PTR(long error) { return reinterpret_cast<void*>(error); }
inline long PTR_ERR(const void* pointer) { return reinterpret_cast<std::intptr_t>(pointer); }
inline bool IS_ERR(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) >= ~std::uintptr_t{0} - (MAX_ERRNO - 1);
}
inline bool IS_ERR_OR_NULL(const void* pointer) { return pointer == nullptr || IS_ERR(pointer); }

namespace guest {
/// The same as a value; null is kNotFound.
template <class T>
Result<T*> result_of(T* pointer) {
  if (pointer == nullptr) return Error::kNotFound;
  if (IS_ERR(pointer)) return static_cast<Error>(-PTR_ERR(pointer));
  return pointer;
}
}  // namespace guest
