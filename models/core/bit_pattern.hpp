// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linefill {

/// An encoding as a manual prints it, most significant bit first:
/// "cccc0010101Snnnnddddrrrrvvvvvvvv". '0' and '1' are fixed; a letter names a field (its bits may
/// lie apart: they are concatenated, most significant first); '-' is a bit that is ignored; what
/// stands in parentheses is fixed, too, but only should be so; blanks are skipped. Computed at
/// compile time.
class BitPattern {
 public:
  consteval BitPattern(const char* text)
      : BitPattern{std::string_view{text}} {}  // NOLINT: literals convert
  explicit consteval BitPattern(std::string_view text) : text_{text} {
    bool should = false;
    for (const char c : text) {
      if (is_between_bits(c)) {
        if (c != ' ') should = c == '(';
        continue;
      }
      mask_ <<= 1;
      value_ <<= 1;
      should_ <<= 1;
      if (c == '0' || c == '1') mask_ |= 1;
      if (should) should_ |= 1;
      if (c == '1') value_ |= 1;
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && c != '0' && c != '1' && c != '-')
        throw "a pattern has 0, 1, -, letters and blanks";
      ++width_;
    }
    if ((should_ & ~mask_) != 0) throw "what should be so is 0 or 1";
    if (width_ != 8 && width_ != 16 && width_ != 32) throw "a pattern has 8, 16 or 32 bits";
  }

  constexpr bool matches(std::uint32_t word) const { return (word & mask_) == value_; }
  /// As `matches`, whatever the bits are that should be zero or one.
  constexpr bool resembles(std::uint32_t word) const {
    return ((word ^ value_) & mask_ & ~should_) == 0;
  }
  /// `word` with the bits that should be zero or one being so.
  constexpr std::uint32_t corrected(std::uint32_t word) const {
    return (word & ~should_) | (value_ & should_);
  }
  constexpr std::uint32_t mask() const { return mask_; }
  constexpr std::uint32_t value() const { return value_; }
  /// Of the fixed bits those that only should be so: (0) and (1) in ARM's manuals.
  constexpr std::uint32_t should() const { return should_; }
  constexpr unsigned width() const { return width_; }
  constexpr std::string_view text() const { return text_; }

  /// The bits of field `letter` in `word`; 0 if the pattern has no such field.
  constexpr std::uint32_t field(char letter, std::uint32_t word) const {
    std::uint32_t result = 0;
    unsigned bit = width_;
    for (const char c : text_) {
      if (is_between_bits(c)) continue;
      --bit;
      if (c == letter) result = result << 1 | (word >> bit & 1U);
    }
    return result;
  }

  constexpr bool has_field(char letter) const {
    return text_.find(letter) != std::string_view::npos;
  }

  /// A blank or a parenthesis: no bit.
  static constexpr bool is_between_bits(char c) { return c == ' ' || c == '(' || c == ')'; }

 private:
  std::string_view text_;
  std::uint32_t mask_ = 0;
  std::uint32_t value_ = 0;
  std::uint32_t should_ = 0;
  unsigned width_ = 0;
};

}  // namespace linefill
