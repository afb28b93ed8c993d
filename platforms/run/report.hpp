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
  /// "guest exit", "power off", "reboot", "until", "interrupted", "stopped at a finding", "quit",
  /// "killed by the debugger".
  std::string reason;
  std::optional<std::uint32_t> guest_status;
  int exit_status = 0;
  Time simulated{};
  double host_seconds = 0;
  /// If it was cut short: where the processor was, and the calls that led there.
  std::vector<std::uint32_t> backtrace;

  /// The guest would have gone on, and nothing was wrong with it.
  bool cut_short() const { return reason == "until" || reason == "interrupted"; }
};

/// Everything a report says (platforms/run/report.md has the schema). Deterministic, but for
/// "host".
nlohmann::ordered_json make_report(const RunOptions&, Soc&, const RunEnd&, const FindingLog&,
                                   const TransferLog*, const Symbols&);

}  // namespace linefill
