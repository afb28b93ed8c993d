// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/block_stream.hpp"

#include <algorithm>
#include <cstdint>

namespace linefill {

namespace {

/// Takes numbers off a stream, until it lacks one.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  bool whole() const { return at_ <= bytes_.size(); }
  std::size_t at() const { return at_; }
  std::size_t left() const { return whole() ? bytes_.size() - at_ : 0; }
  void skip(std::uint64_t count) { at_ = count > left() ? bytes_.size() + 1 : at_ + count; }

  std::uint32_t little(unsigned count) {
    const std::size_t first = at_;
    skip(count);
    std::uint32_t value = 0;
    for (unsigned i = 0; whole() && i < count; ++i)
      value |= std::to_integer<std::uint32_t>(bytes_[first + i]) << 8 * i;
    return value;
  }
  std::uint32_t big(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) value = value << 8 | little(1);
    return value;
  }
  std::optional<std::size_t> length() const { return whole() ? std::optional{at_} : std::nullopt; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

constexpr unsigned kMagic = 4;

}  // namespace

std::optional<std::size_t> length_of_lz4_frame(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kDictionary = 1U << 0, kContentSum = 1U << 2, kContentSize = 1U << 3,
                          kBlockSum = 1U << 4, kStored = 1U << 31;
  Reader reader{bytes};
  reader.skip(kMagic);
  const std::uint32_t flags = reader.little(1);
  reader.skip(1);  // Sizes of blocks.
  if ((flags & kContentSize) != 0) reader.skip(8);
  if ((flags & kDictionary) != 0) reader.skip(4);
  reader.skip(1);  // Sum of the header.
  while (const std::uint32_t size = reader.little(4))
    reader.skip(std::uint64_t{size & ~kStored} + ((flags & kBlockSum) != 0 ? 4U : 0U));
  if ((flags & kContentSum) != 0) reader.skip(4);
  return reader.length();
}

std::optional<std::size_t> length_of_lz4_legacy(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kAgain = 0x184C'2102;
  constexpr std::uint32_t kContents = 8U << 20;
  constexpr std::uint32_t kLongest = kContents + kContents / 255 + 16;
  Reader reader{bytes};
  reader.skip(kMagic);
  while (reader.left() != 0) {
    const auto rest = static_cast<unsigned>(std::min<std::size_t>(reader.left(), 4));
    const std::uint32_t size = reader.little(rest);
    if (size == 0) break;
    if (size == kAgain) continue;
    if (rest < 4 || size > kLongest) return std::nullopt;
    reader.skip(size);
  }
  return reader.length();
}

std::optional<std::size_t> length_of_lzop(std::span<const std::byte> bytes) {
  constexpr unsigned kLongMagic = 9;
  constexpr std::uint32_t kWithLevel = 0x940;
  constexpr std::uint32_t kFilter = 0x800, kContentSums[]{0x1, 0x100}, kBlockSums[]{0x2, 0x200};
  Reader reader{bytes};
  reader.skip(kLongMagic);
  const bool recent = reader.big(2) >= kWithLevel;
  reader.skip(recent ? 2U + 2 + 1 + 1 : 2U + 1);  // Versions of the library and to extract, method.
  const std::uint32_t flags = reader.big(4);
  if ((flags & kFilter) != 0) reader.skip(4);
  reader.skip(recent ? 4U + 8 : 4U + 4);  // Mode, time.
  reader.skip(reader.big(1));             // Name.
  reader.skip(4);                         // Sum of the header.
  while (const std::uint32_t contents = reader.big(4)) {
    const std::uint32_t size = reader.big(4);
    for (const std::uint32_t sum : kContentSums) reader.skip((flags & sum) != 0 ? 4U : 0U);
    for (const std::uint32_t sum : kBlockSums)
      reader.skip((flags & sum) != 0 && size < contents ? 4U : 0U);
    reader.skip(size);
  }
  return reader.length();
}

}  // namespace linefill
