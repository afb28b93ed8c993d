// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "platforms/run/report.hpp"

namespace linefill {

/// What a person wants to know after a run, but for its findings, on at most ten lines.
std::string summary_of(Soc&, const RunEnd&, const TransferLog*);

}  // namespace linefill
