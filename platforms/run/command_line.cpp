// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/command_line.hpp"

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>

#include "models/core/device_tree.hpp"

namespace linefill {

namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "linefill: a virtual SoC whose caches hold their own data, so that a missing cache operation "
    "shows.\n"
    "\n"
    "  linefill run BOARD.dtb --kernel FILE [options]   run a program on a board\n"
    "  linefill devices                                 list every model\n"
    "  linefill explain [KIND]                          what a finding means, and how to mend it\n"
    "  linefill --version                               prints the version\n"
    "\n"
    "Exit status: 0 the guest ended with 0 and nothing was found; 1 the guest failed; 2 bad "
    "command line,\n"
    "board or file; 3 at least one error was found; 4 --until was reached first; 130 interrupted "
    "by Ctrl-C,\n143 by SIGTERM, 129 by SIGHUP. "
    "Interrupted, too, it says what was found, and writes the report.\n";

po::options_description run_options() {
  po::options_description options{"Options of run", 100, 50};
  auto add = options.add_options();
  add("kernel", po::value<std::string>()->value_name("FILE"),
      "the guest program: an ARM ELF, a Linux zImage or a raw Image");
  add("initrd", po::value<std::string>()->value_name("FILE"),
      "the initial file system of a kernel");
  add("append", po::value<std::string>()->value_name("ARGS"),
      "the guest's command line, into /chosen");
  add("memory", po::value<std::string>()->value_name("SIZE"),
      "size of the DRAM: 64M, 1G (default: as the board says)");
  add("sd", po::value<std::string>()->value_name("IMAGE"),
      "image of the SD card; what is written stays in memory");
  add("sd-write", "what is written to the SD card goes to its image, too");
  add("screenshot", po::value<std::string>()->value_name("OUT.png"),
      "the display at the end; with %03d in the name, each time the guest writes a number to the "
      "board's LEDs");
  add("report", po::value<std::string>()->value_name("OUT.json"),
      "statistics, latencies and findings, as JSON");
  add("check", po::value<std::string>()->value_name("off|report|stop")->default_value("report"),
      "look for data that are stale, lost or not drained; stop: end the run at the first");
  add("symbols", po::value<std::vector<std::string>>()->value_name("FILE"),
      "more names: an ELF (with source lines), System.map or the text of /proc/kallsyms; may be "
      "repeated");
  add("coverage", po::value<std::string>()->value_name("FILE"),
      "write the addresses of all instructions that were executed, in hexadecimal; nothing is "
      "checked then");
  add("skip", po::value<std::vector<std::string>>()->value_name("FUNCTION"),
      "a function of the guest that returns at once, to see what comes of it; may be repeated");
  add("adversary", po::value<std::string>()->value_name("SEED[:EVENT,...]"),
      "do what the architecture allows at the worst moment: early_eviction, speculative_fill, "
      "late_drain, late_maintenance, early_load (default: all)");
  add("until", po::value<std::string>()->value_name("TIME"),
      "end at this simulated time: 500ms, 10s");
  add("quantum", po::value<std::string>()->value_name("TIME"),
      "upper bound of how far the processor runs ahead (default 10us)");
  add("set", po::value<std::vector<std::string>>()->value_name("NODE:PROPERTY=VALUE"),
      "changes the board: numbers (\"2 2 2\"), or text; may be repeated");
  add("plugin", po::value<std::vector<std::string>>()->value_name("LIB.so"),
      "loads more models; may be repeated");
  add("gdb", po::value<std::string>()->value_name("[ADDRESS:]PORT"),
      "wait for a debugger (gdb-multiarch: target remote :PORT); on 127.0.0.1 unless told "
      "otherwise");
  add("log", po::value<std::string>()->value_name("LEVEL")->default_value("warning"),
      "error, warning, info or debug");
  return options;
}

[[noreturn]] void fail(const std::string& text) { throw ConfigurationError{text}; }

std::uint64_t number_with_unit(const std::string& option, const std::string& text,
                               const std::vector<std::pair<std::string, std::uint64_t>>& units,
                               const std::string& expected) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  const auto known =
      std::find_if(units.begin(), units.end(), [&](const auto& u) { return u.first == unit; });
  if (error != std::errc{} || known == units.end() || number == 0 ||
      number > (std::uint64_t{1} << 62) / known->second) {
    fail("--" + option + " " + text + ": expected " + expected);
  }
  return number * known->second;
}

Time time_of_text(const std::string& option, const std::string& text) {
  const auto ps = number_with_unit(option, text,
                                   {{"ps", 1},
                                    {"ns", 1'000},
                                    {"us", 1'000'000},
                                    {"ms", 1'000'000'000},
                                    {"s", 1'000'000'000'000}},
                                   "a time such as 500ms or 10s");
  return Time{static_cast<std::int64_t>(ps)};
}

std::uint64_t size_of_text(const std::string& option, const std::string& text) {
  return number_with_unit(option, text,
                          {{"", 1}, {"K", 1U << 10}, {"M", 1U << 20}, {"G", 1U << 30}},
                          "a size such as 64M or 1G");
}

template <class Value, std::size_t kCount>
Value choice(const std::string& option, const std::string& text,
             const std::array<std::pair<const char*, Value>, kCount>& choices) {
  std::string all;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    all += (all.empty() ? "" : ", ") + std::string{name};
  }
  fail("--" + option + " " + text + ": expected one of " + all);
}

void parse_adversary(const std::string& text, RunOptions& run) {
  static const std::array<std::string, 5> kEvents{"early_eviction", "speculative_fill",
                                                  "late_drain", "late_maintenance", "early_load"};
  const auto colon = text.find(':');
  const std::string seed = text.substr(0, colon);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(seed.data(), seed.data() + seed.size(), value);
  if (error != std::errc{} || end != seed.data() + seed.size()) {
    fail("--adversary " + text + ": expected SEED[:EVENT,...], SEED a number");
  }
  run.adversary_seed = value;
  if (colon == std::string::npos) return;
  std::istringstream events{text.substr(colon + 1)};
  for (std::string event; std::getline(events, event, ',');) {
    if (std::find(kEvents.begin(), kEvents.end(), event) == kEvents.end()) {
      fail("--adversary: no event \"" + event +
           "\": expected early_eviction, speculative_fill, late_drain, late_maintenance or "
           "early_load");
    }
    run.adversary_events.push_back(event);
  }
  if (run.adversary_events.empty())
    fail("--adversary " + text + ": expected an event after the colon");
}

RunOptions parse_run(const std::vector<std::string>& arguments) {
  po::options_description all = run_options();
  all.add_options()("board", po::value<std::string>());
  po::positional_options_description positional;
  positional.add("board", 1);
  po::variables_map values;
  po::store(po::command_line_parser(arguments)
                .options(all)
                .positional(positional)
                .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                .run(),
            values);
  const auto text = [&](const char* name) {
    return values.count(name) > 0 ? values[name].as<std::string>() : "";
  };
  const auto list = [&](const char* name) {
    return values.count(name) > 0 ? values[name].as<std::vector<std::string>>()
                                  : std::vector<std::string>{};
  };
  RunOptions run;
  run.board = text("board");
  run.kernel = text("kernel");
  run.initrd = text("initrd");
  if (run.board.empty()) fail("run: no board: expected a .dtb file");
  if (run.kernel.empty()) fail("run: no --kernel: expected an ELF, a zImage or a raw Image");
  if (values.count("append") > 0) run.append = text("append");
  if (values.count("memory") > 0) run.memory_bytes = size_of_text("memory", text("memory"));
  run.sd = text("sd");
  run.sd_write = values.count("sd-write") > 0;
  if (run.sd_write && run.sd.empty()) fail("--sd-write: no card: expected --sd IMAGE");
  run.screenshot = text("screenshot");
  run.report = text("report");
  run.symbols = list("symbols");
  run.skip = list("skip");
  run.set = list("set");
  run.plugins = list("plugin");
  run.check = choice<CheckMode, 3>(
      "check", text("check"),
      {{{"off", CheckMode::kOff}, {"report", CheckMode::kReport}, {"stop", CheckMode::kStop}}});
  run.log = choice<LogLevel, 4>("log", text("log"),
                                {{{"error", LogLevel::kError},
                                  {"warning", LogLevel::kWarning},
                                  {"info", LogLevel::kInfo},
                                  {"debug", LogLevel::kDebug}}});
  run.coverage = text("coverage");
  if (!run.coverage.empty()) {
    if (!run.skip.empty() || values.count("gdb") > 0)
      fail("--coverage: expected neither --skip nor --gdb with it");
    run.check = CheckMode::kOff;
  }
  if (values.count("adversary") > 0) parse_adversary(text("adversary"), run);
  if (values.count("gdb") > 0) run.gdb = gdb::parse_endpoint(text("gdb"));
  if (values.count("until") > 0) run.until = time_of_text("until", text("until"));
  if (values.count("quantum") > 0) run.quantum = time_of_text("quantum", text("quantum"));
  return run;
}

}  // namespace

std::string help_text() {
  std::ostringstream out;
  out << kUsage << '\n' << run_options();
  return out.str();
}

Command parse_command_line(int argc, const char* const* argv) {
  Command command;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty())
    fail("no command: expected run, devices or explain; linefill --help tells more");
  const std::string& verb = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  const bool help =
      std::find(arguments.begin(), arguments.end(), "--help") != arguments.end() || verb == "-h";
  if (help || verb == "help") return command;
  if (verb == "--version") {
    if (!rest.empty()) fail("--version " + rest.front() + ": expected no more arguments");
    command.verb = Command::Verb::kVersion;
  } else if (verb == "devices") {
    if (!rest.empty()) fail("devices " + rest.front() + ": expected no more arguments");
    command.verb = Command::Verb::kDevices;
  } else if (verb == "explain") {
    if (rest.size() > 1) fail("explain " + rest[1] + ": expected one kind of finding");
    command.verb = Command::Verb::kExplain;
    if (!rest.empty()) command.explain = rest.front();
  } else if (verb == "run") {
    command.verb = Command::Verb::kRun;
    try {
      command.run = parse_run(rest);
    } catch (const po::too_many_positional_options_error&) {
      fail("run: too many files: expected BOARD.dtb --kernel FILE");
    } catch (const po::error& error) {
      fail("run: " + std::string{error.what()} + "; linefill --help lists the options");
    }
  } else {
    fail(verb + ": no such command: expected run, devices or explain; linefill --help tells more");
  }
  return command;
}

}  // namespace linefill
