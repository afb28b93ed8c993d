// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace guest {

/// What stands behind registers in a unit test: a fake device. Without one, registers are plain
/// memory.
class FakeIo {
 public:
  virtual std::uint32_t read(const volatile void* address, unsigned size) = 0;
  virtual void write(volatile void* address, std::uint32_t value, unsigned size) = 0;

 protected:
  ~FakeIo() = default;
};

inline FakeIo* fake_io = nullptr;

template <class T>
inline T io_read(const volatile void* address) {
  if (fake_io != nullptr) return static_cast<T>(fake_io->read(address, sizeof(T)));
  return *static_cast<const volatile T*>(address);
}

template <class T>
inline void io_write(volatile void* address, T value) {
  if (fake_io != nullptr) {
    fake_io->write(address, value, sizeof(T));
  } else {
    *static_cast<volatile T*>(address) = value;
  }
}

}  // namespace guest
