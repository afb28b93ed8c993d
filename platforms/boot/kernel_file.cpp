// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/kernel_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "models/core/device_tree.hpp"
#include "models/core/read_file.hpp"
#include "platforms/boot/decompress.hpp"

namespace linefill {

namespace {

using Bytes = std::vector<std::byte>;

constexpr const char* kExpected =
    ": expected an ELF, a zImage or a raw Image for 32-bit little-endian ARM";
constexpr std::size_t kLargestKernel = std::size_t{256} << 20;

// zImage's header, arch/arm/boot/compressed/head.S.
constexpr std::size_t kZImageMagicAt = 0x24;
constexpr std::size_t kZImageStartAt = 0x28;
constexpr std::size_t kZImageEndAt = 0x2C;
constexpr std::size_t kZImageOrderAt = 0x30;
constexpr std::size_t kZImageTableMagicAt = 0x34;
constexpr std::size_t kZImageTableAt = 0x38;
constexpr std::uint32_t kZImageTableMagic = 0x4545'4545;
constexpr std::uint32_t kZImageMagic = 0x016F'2818;
constexpr std::uint32_t kZImageSwappedMagic = 0x1828'6F01;
constexpr std::uint32_t kZImageOrder = 0x0403'0201;
// The decompressor moves itself behind what it makes, with a heap.
constexpr std::uint32_t kZImageHeap = 0x2'0000;

// Where a kernel that does not tell runs: TEXT_OFFSET of most boards.
constexpr std::uint32_t kDefaultTextOffset = 0x8000;
// A kernel is linked as far from a multiple of this as it runs from the first byte of memory:
// PAGE_OFFSET is one.
constexpr std::uint32_t kLinkAlignment = 0x1000'0000;
constexpr std::uint32_t kTextStep = 0x4000;

struct Stranger {
  std::size_t at;
  std::string_view bytes;
  const char* what;
};
constexpr std::array<Stranger, 6> kStrangers{{
    {0x38, std::string_view{"ARMd", 4}, "a kernel for 64-bit ARM"},
    {0x38, std::string_view{"RSC\x05", 4}, "a kernel for RISC-V"},
    {0x202, std::string_view{"HdrS", 4}, "a kernel for x86"},
    {0, std::string_view{"\x27\x05\x19\x56", 4}, "a U-Boot image"},
    {0, std::string_view{"\xD0\x0D\xFE\xED", 4}, "a device-tree blob or a FIT image"},
    {0, std::string_view{"!<arch>", 7}, "an archive"},
}};

std::uint32_t word_at(const Bytes& bytes, std::size_t at) {
  std::uint32_t value = 0;
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void refuse_strangers(const std::string& path, const Bytes& bytes) {
  const std::string compression = compression_of(bytes);
  if (!compression.empty())
    throw ConfigurationError{path + ": compressed (" + compression + "); decompress it first" +
                             kExpected};
  for (const Stranger& stranger : kStrangers) {
    if (bytes.size() > stranger.at &&
        text_of(bytes).substr(stranger.at).starts_with(stranger.bytes))
      throw ConfigurationError{path + ": " + stranger.what + kExpected};
  }
}

// How many of the named functions begin with a PUSH, if the first byte of the image was linked at
// `first`.
std::size_t plausible_functions(const KernelFile& kernel, const Bytes& image, std::uint32_t first) {
  constexpr std::uint32_t kPush = 0xE92D'0000;
  constexpr std::size_t kSample = 8;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kernel.symbols.size(); i += kSample)
    count += (word_at(image, kernel.symbols[i].address - first) & 0xFFFF'0000) == kPush
                 ? std::size_t{1}
                 : 0;
  return count;
}

/// What a kernel was linked to take, from its first byte on. 0: that cannot be known.
struct Linked {
  std::size_t loaded = 0;   ///< Its image.
  std::size_t running = 0;  ///< With what it clears behind that (BSS).
};

// As the kernel itself says: its first code for C clears what lies between the first two words of
// __mmap_switched_data, from the end of the image on (arch/arm/kernel/head-common.S).
Linked linked(const KernelFile& kernel, const Bytes& image) {
  const auto& all = kernel.symbols;
  const auto data = std::find_if(all.begin(), all.end(),
                                 [](const auto& s) { return s.name == "__mmap_switched_data"; });
  if (data == all.end()) return {};
  const std::uint32_t first = (all.front().address & ~(kLinkAlignment - 1)) + kernel.text_offset;
  const std::size_t at = data->address - first;
  const std::size_t after = at + 2 * sizeof(std::uint32_t);
  if (after > image.size()) return {after, after};
  const std::size_t end = word_at(image, at) - first;
  const std::size_t last = word_at(image, at + sizeof(std::uint32_t)) - first;
  if (end < after || end > last || last > kLargestKernel) return {};
  return {end, last};
}

// Of the kernel itself: its names, and from them where it runs, which no header tells: its table
// need not name its first byte.
void learn_from_image(KernelFile& kernel, const Bytes& image) {
  kernel.running_bytes = static_cast<std::uint32_t>(image.size());
  kernel.text_offset = kDefaultTextOffset;
  kernel.symbols = find_kallsyms(image).value_or(std::vector<KernelSymbol>{});
  if (kernel.symbols.empty()) return;
  const std::uint32_t lowest = kernel.symbols.front().address;
  const std::uint32_t page_offset = lowest & ~(kLinkAlignment - 1);
  std::size_t most = 0;
  for (std::uint32_t offset = 0; offset <= lowest - page_offset; offset += kTextStep) {
    const std::size_t functions = plausible_functions(kernel, image, page_offset + offset);
    if (functions <= most) continue;
    most = functions;
    kernel.text_offset = offset;
  }
  kernel.running_bytes =
      static_cast<std::uint32_t>(std::max(image.size(), linked(kernel, image).running));
}

// Of a zImage, by its table (Linux 4.15, arch/arm/boot/compressed/vmlinux.lds.S): where the length
// of the kernel inside is, how much that clears behind itself, and where it runs.
void learn_from_table(KernelFile& kernel, const Bytes& bytes) {
  constexpr std::uint32_t kMagic = 0x5A53'4C4B;
  constexpr std::uint32_t kWithTextOffset = 5;
  const std::size_t table = word_at(bytes, kZImageTableAt);
  if (word_at(bytes, kZImageTableMagicAt) != kZImageTableMagic ||
      word_at(bytes, table + 4) != kMagic)
    return;
  const std::uint64_t running =
      std::uint64_t{word_at(bytes, word_at(bytes, table + 8))} + word_at(bytes, table + 12);
  if (running > kLargestKernel) return;
  kernel.running_bytes = std::max(kernel.running_bytes, static_cast<std::uint32_t>(running));
  if (kernel.symbols.empty() && word_at(bytes, table) >= kWithTextOffset)
    kernel.text_offset = word_at(bytes, table + 16);
}

constexpr std::string_view kXz{
    "\xFD"
    "7zXZ\0",
    6};
constexpr std::string_view kGzip{"\x1F\x8B\x08", 3};

// What the decompressor holds: the last stream that can be read, behind its own code.
std::optional<Bytes> payload_of(const Bytes& bytes) {
  for (const std::string_view magic : {kXz, kGzip}) {
    const auto at = text_of(bytes).rfind(magic);
    if (at == std::string_view::npos) continue;
    auto image = decompress({bytes.data() + at, bytes.size() - at}, kLargestKernel);
    if (image) return std::move(image->bytes);
  }
  return std::nullopt;
}

KernelFile read_zimage(const std::string& path, Bytes bytes) {
  const std::uint32_t start = word_at(bytes, kZImageStartAt);
  const std::uint32_t end = word_at(bytes, kZImageEndAt);
  if (bytes.size() < kZImageOrderAt + sizeof(std::uint32_t))
    throw ConfigurationError{path + ": truncated: " + std::to_string(bytes.size()) +
                             " bytes of a zImage" + kExpected};
  if (word_at(bytes, kZImageOrderAt) != kZImageOrder)
    throw ConfigurationError{path + ": a big-endian zImage" + kExpected};
  if (end <= start || bytes.size() < end - start)
    throw ConfigurationError{path + ": truncated: " + std::to_string(bytes.size()) + " of " +
                             std::to_string(end - start) + " bytes" + kExpected};
  const auto image = payload_of(bytes);
  // gzip's short magic may be there by chance, xz's is not.
  if (!image && text_of(bytes).find(kXz) != std::string_view::npos)
    throw ConfigurationError{path + ": damaged: the kernel inside cannot be decompressed (xz)" +
                             kExpected};
  KernelFile kernel;
  kernel.kind = KernelFile::Kind::kZImage;
  if (image) learn_from_image(kernel, *image);
  learn_from_table(kernel, bytes);
  kernel.running_bytes += static_cast<std::uint32_t>(bytes.size()) + kZImageHeap;
  kernel.bytes = std::move(bytes);
  return kernel;
}

KernelFile read_image(const std::string& path, Bytes bytes) {
  KernelFile kernel;
  kernel.kind = KernelFile::Kind::kImage;
  learn_from_image(kernel, bytes);
  // Without a table of names: at least it begins with an instruction that always executes.
  constexpr std::uint32_t kAlways = 0xE;
  const bool plausible = bytes.size() > 0x8000 && word_at(bytes, 0) >> 28 == kAlways;
  if (kernel.symbols.empty() && !plausible)
    throw ConfigurationError{path + ": not a kernel" + kExpected};
  const std::size_t whole = linked(kernel, bytes).loaded;
  if (bytes.size() < whole)
    throw ConfigurationError{path + ": truncated: " + std::to_string(bytes.size()) + " of " +
                             std::to_string(whole) + " bytes" + kExpected};
  kernel.bytes = std::move(bytes);
  return kernel;
}

}  // namespace

KernelFile read_kernel(const std::string& path) {
  Bytes bytes = read_file(path, "an ELF, a zImage or a raw Image for 32-bit little-endian ARM");
  if (text_of(bytes).starts_with("\x7F"
                                 "ELF")) {
    KernelFile kernel;
    kernel.elf = load_elf(bytes, path);
    return kernel;
  }
  const std::uint32_t magic = word_at(bytes, kZImageMagicAt);
  if (magic == kZImageMagic || magic == kZImageSwappedMagic)
    return read_zimage(path, std::move(bytes));
  refuse_strangers(path, bytes);
  return read_image(path, std::move(bytes));
}

}  // namespace linefill
