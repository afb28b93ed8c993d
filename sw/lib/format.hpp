// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace guest {

/// Where text goes: the console, or a buffer.
class TextSink {
 public:
  virtual void write(std::string_view text) = 0;

 protected:
  ~TextSink() = default;
};

/// A number to be written in hexadecimal, at least `digits` wide.
struct Hex {
  std::uint64_t value;
  unsigned digits = 8;
};
/// Prints `hex(status)` as 0x0000002a.
template <std::unsigned_integral T>
constexpr Hex hex(T value, unsigned digits = 2 * sizeof(T)) {
  return {value, digits};
}
inline Hex hex(const void* pointer) { return {reinterpret_cast<std::uintptr_t>(pointer), 8}; }

void print_to(TextSink& sink, std::string_view text);
void print_to(TextSink& sink, const char* text);
void print_to(TextSink& sink, char character);
void print_to(TextSink& sink, bool value);
void print_to(TextSink& sink, Hex number);
void print_unsigned(TextSink& sink, std::uint64_t value);
void print_signed(TextSink& sink, std::int64_t value);

template <std::integral T>
requires(!std::same_as<T, char> && !std::same_as<T, bool>) void print_to(TextSink& sink, T value) {
  if constexpr (std::is_signed_v<T>) {
    print_signed(sink, value);
  } else {
    print_unsigned(sink, value);
  }
}

/// Writes all arguments one after the other: `print(sink, "read ", count, " bytes at ",
/// hex(address))`.
template <class... Arguments>
void print(TextSink& sink, const Arguments&... arguments) {
  (print_to(sink, arguments), ...);
}

/// Text in a buffer of the caller's; what does not fit is dropped.
class BufferSink final : public TextSink {
 public:
  explicit BufferSink(std::span<char> buffer) : buffer_{buffer} {}
  void write(std::string_view text) override;
  std::string_view text() const { return {buffer_.data(), used_}; }

 private:
  std::span<char> buffer_;
  std::size_t used_ = 0;
};

}  // namespace guest
