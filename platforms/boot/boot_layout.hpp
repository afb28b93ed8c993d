// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "models/core/device_tree.hpp"
#include "platforms/boot/kernel_file.hpp"

namespace linefill {

/// Where a boot loader puts things.
struct BootLayout {
  std::uint32_t kernel = 0;  ///< Of what is no ELF.
  std::uint32_t entry = 0;
  std::uint32_t initrd = 0;  ///< If there is one.
  std::uint32_t device_tree = 0;
};

/// Places a kernel as QEMU's boot loader does: a zImage 64 KiB into memory, a raw Image where it
/// runs, the initial file system at half of memory but at most 128 MiB in, the device tree on the
/// page behind. A program of our own (an ELF) finds the device tree in the first byte of memory, or
/// a page behind, if that is address 0: there are the vectors.
/// `memory`: the first window. Throws ConfigurationError naming `kernel_path` or `initrd_path` if
/// it does not fit.
BootLayout layout_of(const KernelFile& kernel, const std::string& kernel_path,
                     const AddressRange& memory, std::uint64_t initrd_bytes,
                     const std::string& initrd_path, std::uint64_t device_tree_bytes);

}  // namespace linefill
