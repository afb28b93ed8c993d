// SPDX-License-Identifier: Apache-2.0
#include "platforms/boot/boot_layout.hpp"

#include <algorithm>

namespace linefill {

namespace {

constexpr std::uint64_t kZImageOffset = 0x1'0000;
constexpr std::uint64_t kFarthestInitrd = std::uint64_t{128} << 20;
constexpr std::uint64_t kPage = 4096;

constexpr std::uint64_t on_page(std::uint64_t at) { return (at + kPage - 1) & ~(kPage - 1); }

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes + (1U << 20) - 1) >> 20) + " MiB";
}

[[noreturn]] void does_not_fit(const std::string& path, std::uint64_t bytes,
                               const AddressRange& memory, std::uint64_t before = 0) {
  const std::string behind = before == 0 ? "" : ", behind the kernel's " + mebibytes(before);
  throw ConfigurationError{path + ": " + mebibytes(bytes) + " do not fit in " +
                           mebibytes(memory.size) + " of memory" + behind +
                           ": expected a smaller one, or more " + "--memory"};
}

}  // namespace

BootLayout layout_of(const KernelFile& kernel, const std::string& kernel_path,
                     const AddressRange& memory, std::uint64_t initrd_bytes,
                     const std::string& initrd_path, std::uint64_t device_tree_bytes) {
  BootLayout layout;
  const std::uint64_t end = memory.address + memory.size;
  std::uint64_t kernel_end = memory.address + on_page(device_tree_bytes);
  if (kernel.kind == KernelFile::Kind::kElf) {
    layout.entry = kernel.elf.entry;
    for (const auto& segment : kernel.elf.segments) {
      const std::uint64_t segment_end =
          segment.address + std::uint64_t{segment.bytes.size()} + segment.behind;
      if (segment_end <= end) kernel_end = std::max(kernel_end, segment_end);
    }
  } else {
    const bool direct = kernel.kind == KernelFile::Kind::kImage;
    const std::uint64_t at = memory.address + (direct ? kernel.text_offset : kZImageOffset);
    kernel_end = std::max(at + kernel.bytes.size(),
                          memory.address + kernel.text_offset + kernel.running_bytes);
    if (kernel_end > end) does_not_fit(kernel_path, kernel_end - memory.address, memory);
    layout.kernel = layout.entry = static_cast<std::uint32_t>(at);
  }
  const std::uint64_t initrd =
      on_page(std::max(memory.address + std::min(memory.size / 2, kFarthestInitrd), kernel_end));
  const std::uint64_t device_tree = on_page(initrd + initrd_bytes);
  const bool linux = kernel.kind != KernelFile::Kind::kElf;
  const std::uint64_t last = linux ? device_tree + device_tree_bytes : initrd + initrd_bytes;
  if (initrd_bytes != 0 && last > end)
    does_not_fit(initrd_path, initrd_bytes, memory, kernel_end - memory.address);
  if (linux && last > end) does_not_fit(kernel_path, last - memory.address, memory);
  layout.initrd = static_cast<std::uint32_t>(initrd);
  // At the beginning, but not where the vectors are.
  const std::uint64_t beginning = memory.address == 0 ? kPage : memory.address;
  layout.device_tree = static_cast<std::uint32_t>(linux ? device_tree : beginning);
  return layout;
}

}  // namespace linefill
