// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/checker/checker.hpp"
#include "models/checker/finding_log.hpp"
#include "models/checker/function_hooks.hpp"
#include "models/checker/ledger.hpp"
#include "models/checker/mapping_hooks.hpp"
#include "models/checker/symbols.hpp"
#include "platforms/gdb/server.hpp"
#include "platforms/run/command_line.hpp"
#include "platforms/run/coverage.hpp"
#include "platforms/run/interruption.hpp"
#include "platforms/run/processor_view.hpp"
#include "platforms/run/progress.hpp"
#include "platforms/run/report.hpp"
#include "platforms/run/terminal.hpp"
#include "platforms/run/transfer_log.hpp"
#include "platforms/soc/board_file.hpp"
#include "platforms/soc/soc.hpp"

namespace linefill {

/// One run of a program on a board: `linefill run`. Constructed once per process.
class Simulation {
 public:
  /// Builds the board and loads the program. Throws ConfigurationError.
  explicit Simulation(const RunOptions& options);

  /// Runs to the end, writes what was asked for, and returns the exit status.
  int run();

 private:
  void load_program();
  void connect_world();
  void connect_checker();
  void connect_adversary();
  void connect_coverage();
  void connect_skipped();
  void connect_debugger();
  void advance();
  bool called_off();
  void connect_keyboard();
  void type();
  void screenshot(const std::string& path) const;
  void leds_changed(std::uint32_t value);
  bool numbered_screenshots() const;
  void end(const std::string& reason, std::optional<std::uint32_t> status);
  int finish();
  void write_files();
  int exit_status() const;

  RunOptions options_;
  BoardFile board_;
  DeviceTree tree_;
  Soc soc_;
  Symbols symbols_;
  FindingLog findings_;
  Ledger ledger_;
  Checker checker_{findings_, ledger_};
  ProcessorView view_;
  FunctionHooks hooks_{view_};
  MappingHooks mapping_hooks_{view_, hooks_, ledger_};
  MappingRules mapping_rules_{findings_};
  std::unique_ptr<TransferLog> transfers_;
  std::optional<gdb::ArmTarget> debug_target_;
  std::optional<gdb::Server> debugger_;
  Progress progress_;
  Coverage coverage_;
  unsigned screenshots_ = 0;
  std::string failure_;  ///< What could not be written during the run.
  RunEnd end_;
  bool ended_ = false;
  sc_core::sc_event until_;  ///< Nobody waits for it.
  bool is_linux_ = false;
  std::optional<Interruption> interruption_;
  std::unique_ptr<Terminal> terminal_;  ///< Of a kernel, or a program that listens.
  unsigned unseen_ = 0;                 ///< Characters written to stdout, and not yet flushed.
};

}  // namespace linefill
