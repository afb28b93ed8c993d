// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/core/log.hpp"
#include "models/core/time.hpp"
#include "platforms/gdb/socket.hpp"

namespace linefill {

/// What `--check` asks for.
enum class CheckMode : std::uint8_t { kOff, kReport, kStop };

/// `linefill run`, as parsed (architecture, section 9).
struct RunOptions {
  std::string board;
  std::string kernel;
  std::string initrd;
  std::optional<std::string> append;
  std::optional<std::uint64_t> memory_bytes;
  std::string sd;
  bool sd_write = false;  ///< Into the image, instead of into memory.
  std::string screenshot;
  std::string report;
  CheckMode check = CheckMode::kReport;
  std::vector<std::string> symbols;
  std::vector<std::string> skip;  ///< Functions that return at once.
  std::string coverage;           ///< File for what was executed.
  std::optional<std::uint64_t> adversary_seed;
  std::vector<std::string> adversary_events;  ///< Empty with a seed: all.
  std::optional<Time> until;
  std::optional<Time> quantum;
  std::vector<std::string> set;
  std::vector<std::string> plugins;
  LogLevel log = LogLevel::kWarning;
  std::optional<gdb::Endpoint> gdb;
};

struct Command {
  enum class Verb : std::uint8_t { kHelp, kVersion, kRun, kDevices, kExplain };
  Verb verb = Verb::kHelp;
  RunOptions run;
  std::optional<std::string> explain;
};

/// Throws ConfigurationError: one line, what was wrong and what was expected.
Command parse_command_line(int argc, const char* const* argv);

/// What `linefill --help` prints.
std::string help_text();

}  // namespace linefill
