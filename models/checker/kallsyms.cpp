// SPDX-License-Identifier: Apache-2.0
#include "models/checker/kallsyms.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace linefill {

namespace {

constexpr std::size_t kTokens = 256;
constexpr std::size_t kBetweenMarkers = 256;
constexpr std::uint32_t kFewestSymbols = 64;
constexpr std::uint32_t kMostSymbols = 2'000'000;

/// Finds the tables one by one, each by how it must lie to those found before: the image has no
/// directory of them.
class KallsymsReader {
 public:
  explicit KallsymsReader(std::span<const std::byte> image)
      : image_{reinterpret_cast<const char*>(image.data()), image.size()} {}

  std::optional<std::vector<KernelSymbol>> read() {
    if (!find_tokens() || !find_names() || !find_offsets()) return std::nullopt;
    return expand();
  }

 private:
  std::uint32_t word(std::size_t at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, image_.data() + at, sizeof value);
    return value;
  }

  bool find_tokens();
  bool tokens_at(std::size_t digit);
  bool find_names();
  bool names_at(std::size_t at);
  bool find_offsets();
  bool offsets_at(std::size_t at, std::size_t base) const;
  bool next_name(std::size_t& at, std::size_t& length) const;
  std::vector<KernelSymbol> expand() const;

  std::string_view image_;
  std::array<std::string_view, kTokens> tokens_{};
  std::size_t tokens_first_ = 0;
  std::size_t tokens_end_ = 0;
  std::size_t count_at_ = 0;
  std::uint32_t count_ = 0;
  std::size_t offsets_ = 0;
  std::uint32_t base_ = 0;
};

constexpr std::size_t aligned(std::size_t at) { return (at + 3) & ~std::size_t{3}; }

// The 256 tokens are strings one behind the other; a character that occurs in names is a token of
// its own, at its own code. All digits do.
bool KallsymsReader::find_tokens() {
  static constexpr std::string_view kDigits{"0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20};
  for (auto at = image_.find(kDigits); at != std::string_view::npos;
       at = image_.find(kDigits, at + 1)) {
    if (tokens_at(at)) return true;
  }
  return false;
}

bool KallsymsReader::tokens_at(std::size_t digit) {
  std::size_t first = digit;
  for (unsigned i = 0; i < '0'; ++i) {
    if (first < 2) return false;
    const auto zero = image_.rfind('\0', first - 2);
    if (zero == std::string_view::npos) return false;
    first = zero + 1;
  }
  std::array<std::size_t, kTokens> starts{};
  std::size_t at = first;
  for (std::size_t i = 0; i < kTokens; ++i) {
    const auto zero = image_.find('\0', at);
    if (zero == std::string_view::npos) return false;
    starts[i] = at - first;
    tokens_[i] = image_.substr(at, zero - at);
    at = zero + 1;
  }
  // The index behind, of 16 bits a token, says where each begins.
  const std::size_t index = aligned(at);
  if (index + 2 * kTokens > image_.size()) return false;
  for (std::size_t i = 0; i < kTokens; ++i) {
    std::uint16_t start = 0;
    std::memcpy(&start, image_.data() + index + 2 * i, sizeof start);
    if (start != starts[i]) return false;
  }
  tokens_first_ = first;
  tokens_end_ = index + 2 * kTokens;
  return true;
}

// A name is its number of tokens, then the tokens. From 128 on the number takes two bytes.
bool KallsymsReader::next_name(std::size_t& at, std::size_t& length) const {
  if (at + 1 >= tokens_first_) return false;
  length = static_cast<unsigned char>(image_[at++]);
  if ((length & 0x80) != 0)
    length = (length & 0x7F) | std::size_t{static_cast<unsigned char>(image_[at++])} << 7;
  return length != 0 && at + length <= tokens_first_;
}

// Number of symbols, names, markers: in this order before the tokens.
bool KallsymsReader::find_names() {
  for (std::size_t at = tokens_first_ & ~std::size_t{3}; at >= 4; at -= 4) {
    if (names_at(at - 4)) return true;
  }
  return false;
}

bool KallsymsReader::names_at(std::size_t at) {
  const std::uint32_t count = word(at);
  if (count < kFewestSymbols || count > kMostSymbols || count > (tokens_first_ - at) / 2)
    return false;
  const std::size_t names = at + 4;
  std::vector<std::uint32_t> markers;
  std::size_t next = names;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i % kBetweenMarkers == 0) markers.push_back(static_cast<std::uint32_t>(next - names));
    std::size_t length = 0;
    if (!next_name(next, length)) return false;
    next += length;
  }
  const std::size_t end = aligned(next);
  if (end + 4 * markers.size() > tokens_first_) return false;
  if (std::memcmp(image_.data() + end, markers.data(), 4 * markers.size()) != 0) return false;
  count_at_ = at;
  count_ = count;
  return true;
}

bool KallsymsReader::offsets_at(std::size_t at, std::size_t base) const {
  if (base + 4 > image_.size() || word(base) == 0) return false;
  for (std::size_t i = 1; i < count_; ++i) {
    if (word(at + 4 * i) < word(at + 4 * (i - 1))) return false;
  }
  return true;
}

// Offsets, then what they count from: before the number of symbols, or (Linux 6.4) behind the
// tokens.
bool KallsymsReader::find_offsets() {
  const std::size_t bytes = std::size_t{4} * count_;
  if (count_at_ >= bytes + 4 && offsets_at(count_at_ - 4 - bytes, count_at_ - 4)) {
    offsets_ = count_at_ - 4 - bytes;
    base_ = word(count_at_ - 4);
    return true;
  }
  const std::size_t behind = aligned(tokens_end_);
  if (behind + bytes + 4 > image_.size() || !offsets_at(behind, behind + bytes)) return false;
  offsets_ = behind;
  base_ = word(behind + bytes);
  return true;
}

std::vector<KernelSymbol> KallsymsReader::expand() const {
  std::vector<KernelSymbol> symbols;
  symbols.reserve(count_);
  std::size_t at = count_at_ + 4;
  for (std::size_t i = 0; i < count_; ++i) {
    std::size_t length = 0;
    if (!next_name(at, length)) break;
    std::string name;
    for (std::size_t k = 0; k < length; ++k)
      name += tokens_[static_cast<unsigned char>(image_[at + k])];
    at += length;
    if (name.empty()) continue;
    symbols.push_back({base_ + word(offsets_ + 4 * i), name.front(), name.substr(1)});
  }
  return symbols;
}

}  // namespace

std::optional<std::vector<KernelSymbol>> find_kallsyms(std::span<const std::byte> image) {
  return KallsymsReader{image}.read();
}

std::optional<std::vector<KernelSymbol>> parse_symbol_text(std::string_view text) {
  std::vector<KernelSymbol> symbols;
  bool any_address = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    KernelSymbol symbol;
    const char* end = line.data() + line.size();
    const auto [after, error] = std::from_chars(line.data(), end, symbol.address, 16);
    if (error != std::errc{} || end - after < 4 || after[0] != ' ' || after[2] != ' ')
      return std::nullopt;
    symbol.type = after[1];
    const std::string_view name{after + 3, static_cast<std::size_t>(end - after - 3)};
    symbol.name = name.substr(0, name.find_first_of("\t\r "));
    any_address = any_address || symbol.address != 0;
    symbols.push_back(std::move(symbol));
  }
  if (!any_address) return std::nullopt;
  std::stable_sort(symbols.begin(), symbols.end(),
                   [](const auto& a, const auto& b) { return a.address < b.address; });
  return symbols;
}

}  // namespace linefill
