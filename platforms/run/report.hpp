// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/checker/finding_log.hpp"
#include "models/checker/symbols.hpp"
#include "platforms/run/command_line.hpp"
#include "platforms/run/transfer_log.hpp"
#include "platforms/soc/soc.hpp"

namespace linefill {

/// How a run ended.
struct RunEnd {
  std::string reason;  ///< "guest exit", "power off", "until", "stopped at a finding", "idle".
  std::optional<std::uint32_t> guest_status;
  int exit_status = 0;
  Time simulated{};
  double host_seconds = 0;
  /// Where the processor was at "until", and the calls that led there.
  std::vector<std::uint32_t> backtrace;
};

/// Everything a report says (platforms/run/report.md has the schema). Deterministic, but for
/// "host".
nlohmann::ordered_json make_report(const RunOptions&, Soc&, const RunEnd&, const FindingLog&,
                                   const TransferLog*, const Symbols&);

}  // namespace linefill
