// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "models/cpu/isa/encoding.hpp"

namespace linefill::test {

/// Where a row is tested that User mode cannot execute, that takes an exception, or that is no
/// instruction of a Cortex-A9: a file below tests/, and what it compares with. Empty for the
/// others.
std::string_view tested_elsewhere(const Encoding& row);

}  // namespace linefill::test
