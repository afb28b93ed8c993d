// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/initrd_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "models/core/device_tree.hpp"
#include "models/core/read_file.hpp"
#include "platforms/boot/decompress.hpp"

namespace linefill {

namespace {

constexpr const char* kExpected = "an initial file system: a cpio archive, or one compressed";
constexpr std::size_t kLargestInitrd = std::size_t{2} << 30;

constexpr std::size_t padded(std::size_t n) { return (n + 3) & ~std::size_t{3}; }

/// The fields of a header: thirteen numbers of eight hexadecimal digits.
struct Header {
  static constexpr std::size_t kMagic = 6;
  static constexpr std::size_t kDigits = 8;
  std::array<std::uint32_t, 13> fields{};

  std::size_t file() const { return fields[6]; }
  std::size_t name() const { return fields[11]; }
};
constexpr std::size_t kHeader = Header::kMagic + 13 * Header::kDigits;

// Nothing if one is no number.
std::optional<Header> header_of(std::string_view text) {
  Header header;
  text.remove_prefix(Header::kMagic);
  for (std::uint32_t& field : header.fields) {
    const char* last = text.data() + Header::kDigits;
    const auto [end, error] = std::from_chars(text.data(), last, field, 16);
    if (error != std::errc{} || end != last) return std::nullopt;
    text.remove_prefix(Header::kDigits);
  }
  return header;
}

/// Walks over a file as Linux unpacks it (init/initramfs.c;
/// Documentation/driver-api/early-userspace/buffer-format.rst), to its end or to what cannot be.
class InitrdWalk {
 public:
  explicit InitrdWalk(const std::string& path) : path_{path} {}

  /// What is wrong; empty if nothing is. `compressed`: these are the contents of a stream.
  std::string problem(std::string_view text, bool compressed);

 private:
  std::string stream(std::string_view text, std::size_t& at);
  bool entry(std::string_view text, std::size_t& at);

  const std::string& path_;
  bool known_ = false;  ///< Something was recognised: from now on all must be.
  bool open_ = false;   ///< Of an archive whose trailer has not come.
};

std::string InitrdWalk::problem(std::string_view text, bool compressed) {
  std::size_t at = 0;
  while ((at = text.find_first_not_of('\0', at)) != std::string_view::npos) {
    const std::string_view rest = text.substr(at);
    const std::string place = ", from byte " + std::to_string(at) + " on";
    const bool archive = rest.starts_with("070701") || rest.starts_with("070702");
    const auto bytes = std::as_bytes(std::span{rest});
    if (archive && at % 4 == 0) {
      known_ = true;
      if (!entry(text, at)) return "cpio" + place;
    } else if (!compressed && !compression_of(bytes).empty()) {
      known_ = true;
      const std::string wrong = stream(rest, at);
      if (!wrong.empty()) return wrong + place;
    } else if (rest.starts_with("070707")) {
      throw ConfigurationError{path_ + ": a cpio archive of another format (070707)" + place +
                               ": expected one as Linux reads it (cpio -H newc)"};
    } else {
      return known_ ? "no archive" + place : "";
    }
  }
  return open_ ? "cpio without its trailer" : "";
}

// One stream. What is no archive in it is not looked into: a disk's image can be compressed, too.
std::string InitrdWalk::stream(std::string_view text, std::size_t& at) {
  const auto bytes = std::as_bytes(std::span{text});
  if (!can_decompress(bytes)) {
    const auto length = compressed_length(bytes);
    at += length.value_or(0);
    return length ? "" : compression_of(bytes);
  }
  const auto contents = decompress(bytes, kLargestInitrd);
  if (!contents) return compression_of(bytes);
  at += contents->consumed;
  InitrdWalk inside{path_};
  const std::string_view unpacked{reinterpret_cast<const char*>(contents->bytes.data()),
                                  contents->bytes.size()};
  const std::string problem = inside.problem(unpacked, true);
  return problem.empty() ? "" : compression_of(bytes) + " with " + problem;
}

// A header, a name, a file: false if one of them lacks its end, or is not what it should be.
bool InitrdWalk::entry(std::string_view text, std::size_t& at) {
  const std::string_view rest = text.substr(at);
  if (rest.size() < kHeader) return false;
  const auto header = header_of(rest);
  if (!header) return false;
  open_ = !rest.substr(kHeader).starts_with("TRAILER!!!");
  const std::size_t whole = padded(kHeader + header->name()) + header->file();
  // Nothing is lost with the zeros behind a trailer.
  if (open_ && whole > rest.size()) return false;
  at = std::min(text.size(), at + padded(whole));
  return true;
}

// Documentation/admin-guide/bootconfig.rst: what may be appended is no part of the archive.
std::string_view without_boot_config(std::string_view text) {
  constexpr std::string_view kMagic{"#BOOTCONFIG\n"};
  constexpr std::size_t kSizeAndSum = 8;
  if (!text.ends_with(kMagic) || text.size() < kMagic.size() + kSizeAndSum) return text;
  const std::string_view before = text.substr(0, text.size() - kMagic.size() - kSizeAndSum);
  std::uint32_t size = 0;
  std::memcpy(&size, before.data() + before.size(), sizeof size);
  return size > before.size() ? text : before.substr(0, before.size() - size);
}

}  // namespace

std::vector<std::byte> read_initrd(const std::string& path) {
  std::vector<std::byte> bytes = read_file(path, kExpected);
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const std::string problem = InitrdWalk{path}.problem(without_boot_config(text), false);
  if (!problem.empty())
    throw ConfigurationError{path + ": truncated or damaged (" + problem + "): expected " +
                             kExpected};
  return bytes;
}

}  // namespace linefill
