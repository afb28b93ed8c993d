// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/decoder.hpp"

#include <algorithm>
#include <array>

#include "sw/apps/photo_frame/jpeg_check.hpp"
#include "sw/apps/photo_frame/stb_image.hpp"
#include "sw/apps/photo_frame/stb_memory.hpp"

namespace guest {

namespace {

constexpr const char* kDamaged = "the picture is damaged";

/// The file as stb_image reads it. The library does not report that a file ended too early, but it
/// does ask for bytes beyond the end then.
class FileStream {
 public:
  static constexpr int kRefillBytes = 128;

  explicit FileStream(std::span<const std::byte> file) : file_{file} {}

  bool truncated() const { return truncated_; }
  void rewind() { position_ = 0; }

  static const stbi_io_callbacks& callbacks() {
    static constexpr stbi_io_callbacks kCallbacks{read, skip, at_end};
    return kCallbacks;
  }

 private:
  static int read(void* self, char* to, int size) {
    auto& stream = *static_cast<FileStream*>(self);
    const std::size_t left = stream.file_.size() - stream.position_;
    const std::size_t count = std::min(left, static_cast<std::size_t>(size));
    // Refilling its own buffer the library takes what there is; any other size is what it must
    // have.
    stream.truncated_ |=
        size > 0 &&
        (count == 0 || (size != kRefillBytes && count < static_cast<std::size_t>(size)));
    const auto from = stream.file_.subspan(stream.position_, count);
    std::transform(from.begin(), from.end(), to, [](std::byte b) { return static_cast<char>(b); });
    stream.position_ += count;
    return static_cast<int>(count);
  }

  static void skip(void* self, int count) {
    auto& stream = *static_cast<FileStream*>(self);
    const std::size_t left = stream.file_.size() - stream.position_;
    stream.truncated_ |= count > 0 && static_cast<std::size_t>(count) > left;
    if (count > 0) stream.position_ += std::min(left, static_cast<std::size_t>(count));
  }

  static int at_end(void* self) {
    const auto& stream = *static_cast<const FileStream*>(self);
    return stream.position_ == stream.file_.size() ? 1 : 0;
  }

  std::span<const std::byte> file_;
  std::size_t position_ = 0;
  bool truncated_ = false;
};

bool starts_with(std::span<const std::byte> file, std::span<const std::uint8_t> signature) {
  return file.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), file.begin(),
                    [](std::uint8_t a, std::byte b) { return std::byte{a} == b; });
}

bool is_jpeg(std::span<const std::byte> file) {
  static constexpr std::array<std::uint8_t, 3> kJpeg{0xFF, 0xD8, 0xFF};
  return starts_with(file, kJpeg);
}

bool known_format(std::span<const std::byte> file) {
  static constexpr std::array<std::uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  static constexpr std::array<std::uint8_t, 2> kBmp{'B', 'M'};
  return is_jpeg(file) || starts_with(file, kPng) || starts_with(file, kBmp);
}

const char* reason(const FileStream& stream, const Arena& arena, const char* otherwise) {
  if (stream.truncated()) return "the file ends before the picture does";
  if (arena.exhausted()) return "too little memory to decode it";
  const char* const why = stbi_failure_reason();
  return why != nullptr ? why : otherwise;
}

}  // namespace

const char* decode(std::span<const std::byte> file, Arena& arena, Photograph& photograph) {
  if (file.empty()) return "the file is empty";
  if (!known_format(file)) return "neither a JPEG, nor a PNG, nor a BMP picture";
  if (is_jpeg(file) && !huffman_tables_fit(file)) return kDamaged;
  set_stb_arena(&arena);
  FileStream stream{file};
  int width = 0;
  int height = 0;
  int components = 0;
  if (stbi_info_from_callbacks(&FileStream::callbacks(), &stream, &width, &height, &components) ==
          0 ||
      width <= 0 || height <= 0) {
    return reason(stream, arena, "the header is damaged");
  }
  if (static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kMaxPixels) {
    return "more than 16 megapixels";
  }
  stream.rewind();
  const std::uint8_t* const rgb =
      stbi_load_from_callbacks(&FileStream::callbacks(), &stream, &width, &height, &components, 3);
  if (rgb == nullptr || stream.truncated()) return reason(stream, arena, kDamaged);
  if (stb_assertion_failed()) return kDamaged;
  photograph = {rgb, static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
  return nullptr;
}

}  // namespace guest
