// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "models/checker/finding_log.hpp"
#include "models/checker/symbols.hpp"

namespace linefill {

/// The findings of a run for a person, at most a dozen lines: those of equal kind, cause, mapping
/// and pair of functions as one, the first ones with bytes, both sides and the missing call, the
/// others on a line each. "none" if there are none.
std::string describe_findings(const FindingLog&, const Symbols&);

}  // namespace linefill
