// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "sw/arch/barrier.hpp"
#ifdef __arm__
#include "sw/arch/arm/io.hpp"
#else
#include "sw/arch/host/io.hpp"
#endif

// Linux 6.1, arch/arm/include/asm/io.h: `_relaxed` orders only against the same device; readl is
// followed by a read barrier, writel preceded by a write barrier that drains the outer cache too.

inline std::uint8_t readb_relaxed(const volatile void* address) {
  return guest::io_read<std::uint8_t>(address);
}
inline std::uint16_t readw_relaxed(const volatile void* address) {
  return guest::io_read<std::uint16_t>(address);
}
inline std::uint32_t readl_relaxed(const volatile void* address) {
  return guest::io_read<std::uint32_t>(address);
}
inline void writeb_relaxed(std::uint8_t value, volatile void* address) {
  guest::io_write(address, value);
}
inline void writew_relaxed(std::uint16_t value, volatile void* address) {
  guest::io_write(address, value);
}
inline void writel_relaxed(std::uint32_t value, volatile void* address) {
  guest::io_write(address, value);
}

inline std::uint32_t readl(const volatile void* address) {
  const std::uint32_t value = readl_relaxed(address);
  rmb();
  return value;
}
inline void writel(std::uint32_t value, volatile void* address) {
  wmb();
  writel_relaxed(value, address);
}

namespace guest {

/// The registers of a device: a pointer to a struct in manual order, reachable only through the
/// accessors. `uart.write(&Pl011Registers::dr, 'x')`. `read` and `write` mean readl and writel.
template <class Registers>
class Mmio {
 public:
  Mmio() = default;
  explicit Mmio(volatile void* base) : base_{static_cast<volatile Registers*>(base)} {}

  explicit operator bool() const { return base_ != nullptr; }
  volatile void* base() const { return base_; }

  template <class T>
  std::remove_cv_t<T> read_relaxed(T Registers::*member) const {
    return io_read<std::remove_cv_t<T>>(&(base_->*member));
  }
  template <class T>
  std::remove_cv_t<T> read(T Registers::*member) const {
    const auto value = read_relaxed(member);
    rmb();
    return value;
  }
  template <class T>
  void write_relaxed(T Registers::*member, std::type_identity_t<T> value) const {
    io_write<T>(&(base_->*member), value);
  }
  template <class T>
  void write(T Registers::*member, std::type_identity_t<T> value) const {
    wmb();
    write_relaxed(member, value);
  }
  /// An element of an array of registers.
  template <class T, std::size_t kSize>
  T read_relaxed(T (Registers::*member)[kSize], std::size_t index) const {
    return io_read<T>(&(base_->*member)[index]);
  }
  template <class T, std::size_t kSize>
  void write_relaxed(T (Registers::*member)[kSize], std::size_t index,
                     std::type_identity_t<T> value) const {
    io_write<T>(&(base_->*member)[index], value);
  }

 private:
  volatile Registers* base_ = nullptr;
};

}  // namespace guest
