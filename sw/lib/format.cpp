// SPDX-License-Identifier: Apache-2.0
#include "sw/lib/format.hpp"

#include <algorithm>
#include <array>

#include "sw/lib/string.hpp"

namespace guest {
namespace {

constexpr std::size_t kMostDigits = 20;

/// Writes `value` in `base` with at least `width` digits.
void print_digits(TextSink& sink, std::uint64_t value, unsigned base, unsigned width) {
  std::array<char, kMostDigits> digits{};
  std::size_t at = digits.size();
  const std::size_t least = digits.size() - std::min<std::size_t>(width, digits.size());
  while (value != 0 || at > least || at == digits.size()) {
    // Most numbers have 32 bits, whose division is cheap.
    const bool narrow = value <= 0xFFFF'FFFF;
    const auto digit = narrow ? static_cast<std::uint32_t>(value) % base
                              : static_cast<std::uint32_t>(value % base);
    digits[--at] = "0123456789abcdef"[digit];
    value = narrow ? static_cast<std::uint32_t>(value) / base : value / base;
  }
  sink.write({digits.data() + at, digits.size() - at});
}

}  // namespace

void print_to(TextSink& sink, std::string_view text) { sink.write(text); }
void print_to(TextSink& sink, const char* text) { sink.write({text, strlen(text)}); }
void print_to(TextSink& sink, char character) { sink.write({&character, 1}); }
void print_to(TextSink& sink, bool value) { sink.write(value ? "true" : "false"); }

void print_to(TextSink& sink, Hex number) {
  sink.write("0x");
  print_digits(sink, number.value, 16, number.digits);
}

void print_unsigned(TextSink& sink, std::uint64_t value) { print_digits(sink, value, 10, 1); }

void print_signed(TextSink& sink, std::int64_t value) {
  if (value < 0) sink.write("-");
  const auto bits = static_cast<std::uint64_t>(value);
  print_digits(sink, value < 0 ? ~bits + 1 : bits, 10, 1);
}

void BufferSink::write(std::string_view text) {
  const std::size_t size = std::min(text.size(), buffer_.size() - used_);
  std::copy_n(text.data(), size, buffer_.data() + used_);
  used_ += size;
}

}  // namespace guest
