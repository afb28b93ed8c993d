// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/boot_layout.hpp"

#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint64_t kMiB = 1U << 20;
constexpr std::uint64_t kInitrd = 1'374'093;
constexpr std::uint64_t kTree = 14'081;

KernelFile debian(KernelFile::Kind kind) {
  KernelFile kernel;
  kernel.kind = kind;
  kernel.text_offset = 0x20'8000;
  kernel.running_bytes = 20'582'580;
  kernel.bytes.resize(kind == KernelFile::Kind::kZImage ? 5'448'192 : 20'582'580);
  return kernel;
}

BootLayout layout(const KernelFile& kernel, std::uint64_t memory, std::uint64_t initrd = kInitrd) {
  return layout_of(kernel, "vmlinuz", {0x6000'0000, memory}, initrd, "initrd", kTree);
}

}  // namespace

// Where QEMU 7.2 puts Debian's kernel, initial file system and device tree with -m 512.
TEST_CASE("a zImage, its initrd and its device tree lie where QEMU puts them", "[boot]") {
  const BootLayout found = layout(debian(KernelFile::Kind::kZImage), 512 * kMiB);
  CHECK(found.kernel == 0x6001'0000);
  CHECK(found.entry == 0x6001'0000);
  CHECK(found.initrd == 0x6800'0000);
  CHECK(found.device_tree == 0x6815'0000);
}

TEST_CASE("a raw Image lies where it runs", "[boot]") {
  const BootLayout found = layout(debian(KernelFile::Kind::kImage), 512 * kMiB);
  CHECK(found.kernel == 0x6020'8000);
  CHECK(found.entry == 0x6020'8000);
}

TEST_CASE("in little memory the initrd begins in the middle", "[boot]") {
  CHECK(layout(debian(KernelFile::Kind::kZImage), 64 * kMiB).initrd == 0x6200'0000);
}

TEST_CASE("the initrd begins behind a kernel that is longer than that", "[boot]") {
  KernelFile kernel = debian(KernelFile::Kind::kImage);
  const BootLayout found = layout(kernel, 32 * kMiB);
  CHECK(found.initrd >= found.kernel + kernel.bytes.size());
}

TEST_CASE("in memory that begins at 0 the device tree leaves room for the vectors", "[boot]") {
  KernelFile program;
  program.elf.entry = 0x0010'0000;
  const BootLayout found = layout_of(program, "program", {0, 16 * kMiB}, 0, "initrd", kTree);
  CHECK(found.device_tree == 0x1000);
}

TEST_CASE("what does not fit in memory is a configuration error that names the file", "[boot]") {
  const KernelFile kernel = debian(KernelFile::Kind::kZImage);
  CHECK_THROWS_WITH(layout(kernel, 64 * kMiB, 40 * kMiB), Catch::StartsWith("initrd: 40 MiB"));
  CHECK_THROWS_WITH(layout(debian(KernelFile::Kind::kImage), 22 * kMiB),
                    Catch::Contains("initrd: 2 MiB do not fit in 22 MiB of memory, behind the "
                                    "kernel's 22 MiB: expected"));
  CHECK_THROWS_WITH(layout(kernel, 16 * kMiB), Catch::StartsWith("vmlinuz:"));
}

TEST_CASE("a program of our own finds the device tree in the first byte of memory", "[boot]") {
  KernelFile program;
  program.elf.entry = 0x6010'0000;
  const BootLayout found = layout(program, 16 * kMiB, 0);
  CHECK(found.entry == 0x6010'0000);
  CHECK(found.device_tree == 0x6000'0000);
}
