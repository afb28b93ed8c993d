// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "platforms/run/report.hpp"

namespace linefill {

/// What a person wants to know after a run, on at most a dozen lines.
std::string summary_of(Soc&, const RunEnd&, const FindingLog&, const TransferLog*);

}  // namespace linefill
