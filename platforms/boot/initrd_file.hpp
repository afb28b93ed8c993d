// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace linefill {

/// Reads an initial file system: cpio archives, each plain or compressed, with zeros between.
/// Throws ConfigurationError if it is empty or ends too early. What begins as none of these is a
/// disk's image perhaps, the guest's affair; so is what lies behind lz4 and lzo, which cannot be
/// read.
std::vector<std::byte> read_initrd(const std::string& path);

}  // namespace linefill
