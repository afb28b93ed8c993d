// SPDX-License-Identifier: Apache-2.0
// The program photo_frame on QEMU: no DMA there, so what it decodes is a second opinion on what it
// decodes here.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sw/apps/photo_frame/crc32.hpp"
#include "sw/apps/photo_frame/decoder.hpp"
#include "sw/apps/photo_frame/scale.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/image/picture_files.hpp"

namespace {

using linefill::test::Bytes;
using linefill::test::PictureFile;
using linefill::test::stored_picture;

const std::string kQemu = LINEFILL_QEMU;

/// The CRC the guest should print: the same steps on the host.
std::string crc_of(const Bytes& file) {
  std::vector<std::byte> memory(256 << 20);
  guest::Arena arena{memory};
  guest::Photograph photograph;
  REQUIRE(decode(file, arena, photograph) == nullptr);
  std::vector<std::uint32_t> pixels(640 * 480);
  draw_photograph(photograph, {pixels.data(), 640, 480});
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", guest::crc32(std::as_bytes(std::span{pixels})));
  return text.data();
}

/// A card of files, and QEMU with it in its slot.
struct Frame {
  Frame() {
    std::string pattern = std::filesystem::temp_directory_path() / "linefill-frame-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    folder = pattern;
  }
  ~Frame() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  void add(const std::string& name, const Bytes& content) {
    std::ofstream out{folder / name, std::ios::binary};
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
    files += " '" + (folder / name).string() + "'";
  }

  /// The lines the guest prints.
  std::vector<std::string> run(const std::string& arguments = "") {
    const std::string card = folder / "sd.img";
    execute(LINEFILL_SOURCE "/scripts/make-sd-image " + card + files);
    const std::string text =
        execute(kQemu +
                " -semihosting -nographic -monitor none -audiodev none,id=none -M vexpress-a9 -m "
                "256M -dtb " +
                LINEFILL_BUILD "/platforms/vexpress-a9.dtb -kernel " LINEFILL_BUILD
                               "/sw/photo_frame.elf -drive if=sd,format=raw,file=" +
                card + " -append '" + arguments + "' 2>/dev/null </dev/null");
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      lines.push_back(line);
    }
    return lines;
  }

  std::string execute(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(("timeout 50 " + command).c_str(), "r"),
                                               pclose};
    if (pipe == nullptr) throw std::runtime_error{"cannot run " + command};
    std::string text;
    std::array<char, 4096> part{};
    for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe.get())) != 0;)
      text.append(part.data(), n);
    status = pclose(pipe.release());
    return text;
  }

  std::filesystem::path folder;
  std::string files;
  int status = -1;
};

TEST_CASE_METHOD(Frame, "on QEMU the guest decodes the pixels the host decodes", "[sw][qemu]") {
  if (kQemu.empty()) return;
  const std::vector<std::pair<std::string, Bytes>> pictures{
      {"a plain.jpg", stored_picture("plain.jpg")},
      {"b progressive.jpg", stored_picture("progressive.jpg")},
      {"c grey.jpg", stored_picture("grey.jpg")},
      {"d subsampled.jpg", stored_picture("subsampled.jpg")},
      {"e.png", PictureFile{"png", 640, 480}.encode()},
      {"f.bmp", PictureFile{"bmp", 801, 603}.encode()},
      {"g.jpg", PictureFile{"jpg", 1003, 333}.encode()},
  };
  std::vector<std::string> wanted;
  for (const auto& [name, content] : pictures) {
    add(name, content);
    wanted.push_back(crc_of(content));
  }
  const auto lines = run();
  CHECK(status == 0);
  REQUIRE(lines.size() == pictures.size() + 1);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    CHECK_THAT(lines[i], Catch::Matchers::StartsWith("photo " + std::to_string(i) + " " +
                                                     pictures[i].first + " "));
    CHECK_THAT(lines[i], Catch::Matchers::EndsWith(" shown, crc32 " + wanted[i]));
  }
  CHECK(lines.back() == "photo_frame: 7 shown, 0 refused, 0 failed");
}

TEST_CASE_METHOD(Frame, "on QEMU files that are no photographs are refused one by one",
                 "[sw][qemu]") {
  if (kQemu.empty()) return;
  const Bytes png = PictureFile{"png"}.encode();
  Bytes huge = png;
  huge[16 + 2] = huge[20 + 2] = std::byte{0x20};
  add("a.jpg", Bytes(33, std::byte{'x'}));
  add("b.png", {});
  add("c.png", {png.begin(), png.begin() + 400});
  add("d.png", huge);
  add("e.png", png);
  const auto lines = run();
  CHECK(status == 0);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "photo 0 a.jpg: neither a JPEG, nor a PNG, nor a BMP picture");
  CHECK(lines[1] == "photo 1 b.png: the file is empty");
  CHECK(lines[2] == "photo 2 c.png: the file ends before the picture does");
  CHECK(lines[3] == "photo 3 d.png: more than 16 megapixels");
  CHECK(lines[4] == "photo 4 e.png 64x48 shown, crc32 " + crc_of(png));
  CHECK(lines[5] == "photo_frame: 1 shown, 4 refused, 0 failed");
}

TEST_CASE_METHOD(Frame, "on QEMU an empty card gives one test card", "[sw][qemu]") {
  if (kQemu.empty()) return;
  const auto lines = run();
  CHECK(status == 0);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "photo 0 SD card: no photograph on the card");
}

TEST_CASE_METHOD(Frame, "on QEMU no case of --break does any harm, for its memory has no caches",
                 "[sw][qemu]") {
  if (kQemu.empty()) return;
  const Bytes png = PictureFile{"png", 640, 480}.encode();
  add("a.png", png);
  for (const char* const name : {"no-map-clean", "no-unmap-invalidate", "no-map-invalidate",
                                 "no-outer", "cached-framebuffer", "no-barrier", "shared-line"}) {
    CAPTURE(name);
    const auto lines = run("break=" + std::string{name});
    CHECK(status == 0);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == "photo 0 a.png 640x480 shown, crc32 " + crc_of(png));
  }
}

TEST_CASE_METHOD(Frame, "an unknown case is refused", "[sw][qemu]") {
  if (kQemu.empty()) return;
  const auto lines = run("break=nothing");
  CHECK(WEXITSTATUS(status) == 1);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "photo_frame: break=nothing: no such case");
}

}  // namespace
