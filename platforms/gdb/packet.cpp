// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/packet.hpp"

namespace linefill::gdb {

namespace {

constexpr char kEscape = '}';
constexpr unsigned char kEscapeBit = 0x20;
constexpr std::string_view kDigits = "0123456789abcdef";

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

unsigned checksum_of(std::string_view data) {
  unsigned sum = 0;
  for (const char c : data) sum += static_cast<unsigned char>(c);
  return sum & 0xFF;
}

std::string two_digits(unsigned byte) { return {kDigits[byte >> 4 & 0xF], kDigits[byte & 0xF]}; }

}  // namespace

std::optional<Event> PacketReader::next() {
  while (!pending_.empty()) {
    const char first = pending_.front();
    if (first == '$') break;
    pending_.erase(0, 1);
    if (first == '+') return Event{Event::Kind::kAccepted, {}};
    if (first == '-') return Event{Event::Kind::kRefused, {}};
    if (first == '\x03') return Event{Event::Kind::kInterrupt, {}};
  }
  const auto end = pending_.find('#');
  if (end == std::string::npos && pending_.size() > kMostBytes) {
    pending_.clear();
    return Event{Event::Kind::kDamaged, {}};
  }
  if (end == std::string::npos || pending_.size() < end + 3) return std::nullopt;
  Event event{Event::Kind::kPacket, pending_.substr(1, end - 1)};
  const int high = digit_of(pending_[end + 1]);
  const int low = digit_of(pending_[end + 2]);
  pending_.erase(0, end + 3);
  if (high < 0 || low < 0 || static_cast<unsigned>(high * 16 + low) != checksum_of(event.payload))
    event = {Event::Kind::kDamaged, {}};
  return event;
}

std::string framed(std::string_view payload) {
  std::string data;
  for (const char c : payload) {
    if (c == '$' || c == '#' || c == kEscape || c == '*') {
      data += kEscape;
      data += static_cast<char>(static_cast<unsigned char>(c) ^ kEscapeBit);
    } else {
      data += c;
    }
  }
  return '$' + data + '#' + two_digits(checksum_of(data));
}

std::string hex_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) text += two_digits(std::to_integer<unsigned>(b));
  return text;
}

std::string hex_of(std::string_view text) { return hex_of(std::as_bytes(std::span{text})); }

std::optional<std::vector<std::byte>> bytes_of_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_of(text[i]);
    const int low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return bytes;
}

std::vector<std::byte> unescaped(std::string_view data) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < data.size(); ++i) {
    auto c = static_cast<unsigned char>(data[i]);
    if (data[i] == kEscape && i + 1 < data.size())
      c = static_cast<unsigned char>(data[++i]) ^ kEscapeBit;
    bytes.push_back(std::byte{c});
  }
  return bytes;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digit_of(text[digits]) >= 0) {
    if (value >> 60 != 0) return std::nullopt;
    value = value << 4 | static_cast<unsigned>(digit_of(text[digits++]));
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace linefill::gdb
