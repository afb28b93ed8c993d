// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guest {

/// A variable that an interrupt handler and the code it interrupts both use: each use is one access
/// that the compiler neither drops nor repeats. To change it depending on its value, mask
/// interrupts.
template <class T>
class Shared {
 public:
  constexpr Shared() = default;
  constexpr Shared(T value) : value_{value} {}  // NOLINT(google-explicit-constructor)

  operator T() const {
    return __atomic_load_n(&value_, __ATOMIC_RELAXED);
  }  // NOLINT(google-explicit-constructor)
  Shared& operator=(T value) {
    __atomic_store_n(&value_, value, __ATOMIC_RELAXED);
    return *this;
  }

 private:
  T value_{};
};

}  // namespace guest
