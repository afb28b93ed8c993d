// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/options.hpp"

#include "sw/kernel/console.hpp"

namespace guest {
namespace {

std::string_view line;

/// The value of one digit, or 99.
unsigned digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10;
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A') + 10;
  return 99;
}

/// The value of decimal digits, or of hexadecimal ones behind 0x.
std::optional<std::uint32_t> number(std::string_view text) {
  const unsigned base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  if (text.empty()) return std::nullopt;
  std::uint32_t value = 0;
  for (const char digit : text) {
    if (digit_value(digit) >= base) return std::nullopt;
    value = value * base + digit_value(digit);
  }
  return value;
}

template <class Number>
void say_no_number(std::string_view name, std::string_view text, Number taken) {
  printk(name, "=", text, ": expected a number; taken is ", taken, "\n");
}

}  // namespace

std::string_view command_line() { return line; }
void set_command_line(std::string_view new_line) { line = new_line; }

std::optional<std::string_view> option(std::string_view name) {
  for (std::string_view rest = line; !rest.empty();) {
    const std::size_t end = rest.find(' ');
    const std::string_view word{rest.data(), end == std::string_view::npos ? rest.size() : end};
    if (word == name) return std::string_view{};
    if (word.size() > name.size() && word[name.size()] == '=' &&
        word.compare(0, name.size(), name) == 0) {
      return std::string_view{word.data() + name.size() + 1, word.size() - name.size() - 1};
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return std::nullopt;
}

std::uint32_t option_number(std::string_view name, std::uint32_t fallback) {
  const std::optional<std::string_view> text = option(name);
  if (!text) return fallback;
  const std::optional<std::uint32_t> value = number(*text);
  if (!value) say_no_number(name, *text, fallback);
  return value.value_or(fallback);
}

std::uint64_t option_size(std::string_view name, std::uint64_t fallback) {
  std::optional<std::string_view> text = option(name);
  if (!text || text->empty()) return fallback;
  unsigned shift = 0;
  switch (text->back()) {
    case 'K':
    case 'k':
      shift = 10;
      break;
    case 'M':
    case 'm':
      shift = 20;
      break;
    default:
      break;
  }
  if (shift != 0) text->remove_suffix(1);
  const std::optional<std::uint32_t> value = number(*text);
  if (!value) say_no_number(name, *text, fallback);
  return value ? std::uint64_t{*value} << shift : fallback;
}

}  // namespace guest
