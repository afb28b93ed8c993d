// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "models/display/display.hpp"

namespace linefill {

/// Writes `image` as an 8-bit RGB PNG; the same image gives the same bytes. Throws
/// std::runtime_error, naming the path and the reason.
void write_png(const std::string& path, const Image& image);

/// Reads any PNG as 8-bit RGB. Throws std::runtime_error, naming the path and the reason.
Image read_png(const std::string& path);

}  // namespace linefill
