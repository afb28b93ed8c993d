// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/kernel_file.hpp"

#include <cstring>

#include "models/core/device_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_file.hpp"

using namespace linefill;
using Catch::Contains;
using Scratch = test::ScratchFile;

namespace {

std::string with_word(std::string bytes, std::size_t at, std::uint32_t value) {
  bytes.resize(std::max(bytes.size(), at + 4), '\0');
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

// Linux, arch/arm/boot/compressed/head.S.
std::string zimage(std::uint32_t bytes, std::uint32_t order = 0x0403'0201) {
  std::string file(0x1000, '\0');
  file = with_word(file, 0x24, 0x016F'2818);
  file = with_word(file, 0x2C, bytes);
  return with_word(file, 0x30, order);
}

void refused(const std::string& contents, const std::string& why) {
  const Scratch file{contents};
  CHECK_THROWS_WITH(read_kernel(file.path()), Contains(why));
}

}  // namespace

TEST_CASE("a zImage is recognised by its header", "[boot]") {
  const Scratch file{zimage(0x1000)};
  const KernelFile kernel = read_kernel(file.path());
  CHECK(kernel.kind == KernelFile::Kind::kZImage);
  CHECK(kernel.bytes.size() == 0x1000);
  CHECK(kernel.symbols.empty());
}

TEST_CASE("a zImage that is shorter than its header says is refused", "[boot]") {
  refused(zimage(0x1001), "truncated: 4096 of 4097 bytes");
}

TEST_CASE("a zImage that ends within its header is truncated", "[boot]") {
  for (const std::size_t size : {40U, 44U, 48U, 51U})
    refused(zimage(0x1000).substr(0, size), "truncated");
}

TEST_CASE("a zImage whose xz stream cannot be read is refused, one with gzip's magic is not",
          "[boot]") {
  std::string file = zimage(0x1000);
  file.replace(0x800, 6,
               std::string_view{"\xFD"
                                "7zXZ\0",
                                6});
  refused(file, "damaged");
  const Scratch chance{zimage(0x1000).replace(0x800, 3, "\x1F\x8B\x08")};
  CHECK_NOTHROW(read_kernel(chance.path()));
}

// arch/arm/boot/compressed/vmlinux.lds.S, and the numbers of Debian's kernel.
TEST_CASE("a zImage whose kernel cannot be read tells by its table how much memory that takes",
          "[boot]") {
  std::string text = zimage(0x1000);
  text = with_word(with_word(text, 0x34, 0x4545'4545), 0x38, 0x200);
  const std::uint32_t table[]{6, 0x5A53'4C4B, 0xF00, 0x5'E4D4, 0x20'8000, 0x1'0000};
  for (std::size_t i = 0; i < std::size(table); ++i)
    text = with_word(text, 0x200 + 4 * i, table[i]);
  text = with_word(text, 0xF00, 0x13A'10B4);
  const Scratch file{text};
  const KernelFile kernel = read_kernel(file.path());
  CHECK(kernel.text_offset == 0x20'8000);
  CHECK(kernel.running_bytes >= 0x13A'10B4 + 0x5'E4D4);
  const Scratch old{with_word(text, 0x34, 0)};
  CHECK(read_kernel(old.path()).running_bytes < 0x10'0000);
}

TEST_CASE("a big-endian zImage is refused", "[boot]") {
  refused(zimage(0x1000, 0x0102'0304), "big-endian");
}

TEST_CASE("kernels for other machines are refused by name", "[boot]") {
  refused(with_word(std::string(0x1000, '\0'), 0x38, 0x644D'5241), "64-bit ARM");
  refused(with_word(std::string(0x1000, '\0'), 0x38, 0x0543'5352), "RISC-V");
  refused(with_word(std::string(0x1000, '\0'), 0x202, 0x5372'6448), "x86");
  refused(with_word(std::string(0x1000, '\0'), 0, 0x5619'0527), "U-Boot");
}

TEST_CASE("compressed kernels are refused with the compression's name", "[boot]") {
  refused("\x1F\x8B\x08 and so on", "gzip");
  refused("\x28\xB5\x2F\xFD and so on", "zstd");
  refused("BZh9 and so on", "bzip2");
  refused("\x04\x22\x4D\x18 and so on", "lz4");  // doc/lz4_Frame_format.md of lz4.
  refused("\x02\x21\x4C\x18 and so on", "lz4");
}

TEST_CASE("a file that opens and then cannot be read is refused by its path", "[boot]") {
  CHECK_THROWS_AS(read_kernel("/proc/self/mem"), ConfigurationError);
  CHECK_THROWS_WITH(read_kernel("/proc/self/mem"), Contains("/proc/self/mem: cannot be read"));
}

TEST_CASE("what begins with no instruction is no raw Image", "[boot]") {
  refused(std::string(0x10000, '\0'), "not a kernel");
  refused("hello", "not a kernel");
}

TEST_CASE("a raw Image without names runs 32 KiB into memory", "[boot]") {
  const Scratch file{with_word(std::string(0x10000, '\0'), 0, 0xE1A0'0000)};
  const KernelFile kernel = read_kernel(file.path());
  CHECK(kernel.kind == KernelFile::Kind::kImage);
  CHECK(kernel.text_offset == 0x8000);
}
