// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/simulation.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "models/core/sc_time.hpp"
#include "models/display/display.hpp"
#include "models/display/png.hpp"
#include "models/serial/serial_port.hpp"
#include "models/storage/image_file.hpp"
#include "models/storage/mmci.hpp"
#include "models/system/vexpress_sysreg.hpp"
#include "platforms/boot/boot_layout.hpp"
#include "platforms/boot/initrd_file.hpp"
#include "platforms/boot/kernel_file.hpp"
#include "platforms/run/backtrace.hpp"
#include "platforms/run/findings_text.hpp"
#include "platforms/run/plugins.hpp"
#include "platforms/run/summary.hpp"

namespace linefill {

namespace {

// How often the run looks up from simulating: for the terminal, and for --until.
constexpr Time kSlice = 2ms;
constexpr Time kKeyTime = 1ms;
// As shells say that a signal ended a program.
constexpr int kSignalStatus = 128;
// Why a run ended: the program said so.
constexpr const char* kProgramEnd = "guest exit";
// In the name of a screenshot: its number.
constexpr std::string_view kNumber = "%03d";

// Before the run rather than at its end.
void expect_writable(const std::string& option, const std::string& path) {
  if (path.empty()) return;
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::error_code error;
  if (std::filesystem::is_directory(folder, error) && !std::filesystem::is_directory(path, error))
    return;
  throw ConfigurationError{option + " " + path +
                           ": cannot be written: expected a file in a directory that exists"};
}

BoardFile board_of(const RunOptions& options) {
  Log::set_level(options.log);
  expect_writable("--report", options.report);
  expect_writable("--screenshot", options.screenshot);
  expect_writable("--coverage", options.coverage);
  load_plugins(options.plugins);
  BoardFile board{options.board};
  if (options.memory_bytes) board.set_memory(*options.memory_bytes);
  for (const auto& assignment : options.set) board.set(assignment);
  if (options.append) board.set_bootargs(*options.append);
  return board;
}

// What can be no error, since not all kernels are alike.
void warn_of(const KernelFile& kernel, const RunOptions& options) {
  constexpr std::size_t kLinuxReads = 1023;  // COMMAND_LINE_SIZE of 32-bit ARM, with its zero.
  constexpr std::size_t kSmallestLinux = 1U << 20;
  if (kernel.kind == KernelFile::Kind::kElf) return;
  if (options.append && options.append->size() > kLinuxReads)
    std::cerr << "warning: --append: " << options.append->size() << " characters: Linux reads "
              << kLinuxReads << "\n";
  if (kernel.kind == KernelFile::Kind::kImage && kernel.symbols.empty() &&
      kernel.bytes.size() >= kSmallestLinux)
    std::cerr << "warning: " << options.kernel
              << ": no table of names (kallsyms): if this is Linux, it may be truncated\n";
}

}  // namespace

Simulation::Simulation(const RunOptions& options)
    : options_{options},
      board_{board_of(options)},
      tree_{board_.blob()},
      soc_{tree_},
      view_{soc_.processor()} {
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  load_program();
  connect_world();
  soc_.processor().set_hook_handler([this](std::uint32_t pc) { hooks_.at_instruction(pc); });
  if (options_.check != CheckMode::kOff) connect_checker();
  if (!options_.coverage.empty()) connect_coverage();
  connect_skipped();
  if (options_.adversary_seed) connect_adversary();
  if (options_.gdb) connect_debugger();
  if (options_.quantum) soc_.processor().set_quantum(*options_.quantum);
}

void Simulation::load_program() {
  const KernelFile kernel = read_kernel(options_.kernel);
  warn_of(kernel, options_);
  std::vector<std::byte> initrd;
  if (!options_.initrd.empty()) initrd = read_initrd(options_.initrd);
  const BootLayout layout = layout_of(kernel, options_.kernel, board_.memory(), initrd.size(),
                                      options_.initrd, board_.blob().size());
  if (!initrd.empty()) {
    board_.set_initrd(layout.initrd, static_cast<std::uint32_t>(initrd.size()));
    soc_.load(layout.initrd, initrd, options_.initrd);
  }
  soc_.load(layout.device_tree, board_.blob(), options_.board);
  if (kernel.kind == KernelFile::Kind::kElf) {
    soc_.load(kernel.elf, options_.kernel);
    symbols_.add_elf(options_.kernel);
  } else {
    soc_.load(layout.kernel, kernel.bytes, options_.kernel);
    symbols_.add_kernel(kernel.symbols);
  }
  is_linux_ = kernel.kind != KernelFile::Kind::kElf;
  // What a kernel with a device tree finds in its registers (Documentation/arm/booting.rst).
  soc_.processor().set_boot(layout.entry, 0, 0xFFFF'FFFF, layout.device_tree);
  for (const auto& path : options_.symbols) symbols_.add_file(path);
}

// Everything outside the board: the console, the card slot, the power switch, the eyes before the
// LCD.
void Simulation::connect_world() {
  const auto console = [this](char c) {
    progress_.clear();
    std::cout.put(c);
    ++unseen_;
  };
  if (auto* serial = soc_.find<SerialPort>()) serial->set_output(console);
  soc_.processor().set_console(console);
  soc_.processor().set_exit_handler([this](std::uint32_t status) { end(kProgramEnd, status); });
  for (const auto& device : soc_.devices()) {
    auto* power = dynamic_cast<PowerControl*>(device.get());
    if (power == nullptr) continue;
    power->set_power_handler([this](PowerEvent event) {
      end(event == PowerEvent::kReboot ? "reboot" : "power off", 0);
    });
  }
  auto* system = soc_.find<VexpressSysreg>();
  if (system != nullptr)
    system->set_led_handler([this](std::uint32_t value) { leds_changed(value); });
  if (!options_.screenshot.empty() && soc_.find<Display>() == nullptr)
    throw ConfigurationError{"--screenshot " + options_.screenshot + ": the board has no display"};
  if (options_.sd.empty()) return;
  auto* slot = soc_.find<Mmci>();
  if (slot == nullptr)
    throw ConfigurationError{"--sd " + options_.sd +
                             ": the board has no MMCI: expected one with \"arm,pl18x\""};
  const auto writes = options_.sd_write ? ImageFile::Writes::kToFile : ImageFile::Writes::kInMemory;
  slot->insert_card(std::make_unique<ImageFile>(options_.sd, writes));
  if (system != nullptr) system->set_card_present(true);
}

void Simulation::connect_checker() {
  checker_.set_l1_speculates(soc_.processor().personality().speculates);
  for (CopyHolder* holder : soc_.copy_holders()) checker_.add_holder(*holder);
  checker_.set_memory_view([this](PhysicalAddress at, std::span<std::byte> data) {
    return soc_.interconnect().debug_access(false, at, data) == data.size();
  });
  checker_.set_register_owner(
      [this](PhysicalAddress at) { return soc_.interconnect().path_at(at); });
  for (const auto& [id, master] : soc_.masters()) {
    checker_.name_master(id, master.path);
    if (master.told_coherent) checker_.expect_coherent(id);
    if (master.moved) checker_.expect_bus_addresses(id);
    for (const std::string& client : master.clients) checker_.name_client(id, client);
  }
  soc_.set_observer(&checker_);
  // Linux, and our guest, call dma-controller@10200000 "10200000.dma-controller".
  for (const auto& device : soc_.devices()) {
    const std::string node = device->path().substr(device->path().rfind('/') + 1);
    const auto at = node.find('@');
    if (at != std::string::npos)
      mapping_hooks_.name_device(node.substr(at + 1) + "." + node.substr(0, at), device->path());
  }
  mapping_hooks_.set_io_look_up(
      [this](const std::string& device, std::uint32_t address, std::uint32_t size) {
        return soc_.look_up_io(device, address, size);
      });
  mapping_hooks_.set_rules(&mapping_rules_);
  mapping_hooks_.attach(symbols_);
  transfers_ = std::make_unique<TransferLog>(hooks_, ledger_, symbols_);
  // Only of who uses bytes just now: the others' stores were made before.
  findings_.set_witness([this](Finding& finding) {
    if (finding.reader.agent != "cpu0" || finding.kind == FindingKind::kLostDeviceWrite ||
        is_api_misuse(finding.kind)) {
      return;
    }
    finding.reader.called_from = caller_of(finding.reader.pc, view_, symbols_);
  });
  findings_.set_listener([this](const Finding& finding) {
    progress_.mention(std::string{info_of(finding.kind).name});
    const bool stop = options_.check == CheckMode::kStop && finding.severity == Severity::kError;
    if (stop) end("stopped at a finding", std::nullopt);
  });
}

// Each instruction is stopped at: slow, and of no cost to a run without.
void Simulation::connect_coverage() {
  soc_.processor().set_hook_handler([this](std::uint32_t pc) { coverage_.note(pc); });
  soc_.processor().stop_at_all(true);
}

// As if the function were empty: it goes on where it was called from.
void Simulation::connect_skipped() {
  for (const std::string& name : options_.skip) {
    const auto entries = symbols_.addresses_called(name);
    if (entries.empty())
      throw ConfigurationError{"--skip " + name +
                               ": the program has no such function: expected a "
                               "name that it, or a file of --symbols, has"};
    const auto leave = [this](const HookedCall& call) {
      soc_.processor().core().set_pc(call.return_address);
    };
    for (const std::uint32_t entry : entries) hooks_.hook(entry, leave, {});
  }
}

void Simulation::connect_adversary() {
  const auto& events = options_.adversary_events;
  const auto wanted = [&](const char* name) {
    return events.empty() || std::find(events.begin(), events.end(), name) != events.end();
  };
  soc_.set_adversary({wanted("early_eviction"), wanted("speculative_fill"), wanted("late_drain"),
                      wanted("late_maintenance"), wanted("early_load"), *options_.adversary_seed});
}

void Simulation::connect_debugger() {
  debug_target_.emplace(soc_.processor(), soc_.interconnect(), soc_.copy_holders());
  debugger_.emplace(soc_.processor(), *debug_target_, *options_.gdb,
                    gdb::Server::Events{[this] {
                                          progress_.clear();
                                          std::cout.flush();
                                        },
                                        [this] { end("killed by the debugger", std::nullopt); },
                                        [this] { return called_off(); }});
}

int Simulation::run() {
  soc_.reset();
  interruption_.emplace();
  if (debugger_) {
    std::cerr << "gdb        waiting for a debugger on " << debugger_->name() << std::endl;
    debugger_->wait_for_debugger();
  }
  auto* console = soc_.find<SerialPort>();
  if (is_linux_ && console != nullptr) console->set_up_line();
  connect_keyboard();
  // The processor never runs ahead of an event.
  if (options_.until) until_.notify(to_sc_time(*options_.until));
  while (!ended_) advance();
  return finish();
}

void Simulation::advance() {
  Time slice = kSlice;
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  if (options_.until) slice = std::min(slice, *options_.until - now);
  if (slice <= Time{0}) return end("until", std::nullopt);
  if (called_off()) return;
  sc_core::sc_start(to_sc_time(slice));
  if (unseen_ != 0) std::cout.flush();
  unseen_ = 0;
  if (debugger_) debugger_->poll();
  connect_keyboard();
  if (terminal_) type();
  // A prompt waits on the line where it would be shown.
  const bool prompt = terminal_ && terminal_->interactive();
  if (!prompt) progress_.update(now, soc_.processor().instructions());
}

// By a signal, or by a person at the terminal; also asked while a debugger holds the processor.
bool Simulation::called_off() {
  if (interruption_->signal() != 0) end("interrupted", std::nullopt);
  if (terminal_) terminal_->look();
  if (terminal_ && terminal_->quit()) end("quit", 0);
  return ended_;
}

// Who does not listen leaves the standard input, and Ctrl-C, to others.
void Simulation::connect_keyboard() {
  const auto* console = soc_.find<SerialPort>();
  if (!terminal_ && console != nullptr && (is_linux_ || console->listening()))
    terminal_ = std::make_unique<Terminal>([this] { return interruption_->signal() != 0; });
}

// A guest whose buffer is full drops what is typed: so a key for each millisecond.
void Simulation::type() {
  if (terminal_->interactive())
    terminal_->keep_pace(from_sc_time(sc_core::sc_time_stamp()), progress_.seconds());
  auto* console = soc_.find<SerialPort>();
  char key = 0;
  for (Time t{0}; t < kSlice && console->listening() && terminal_->next(key); t += kKeyTime)
    console->receive(key);
}

void Simulation::end(const std::string& reason, std::optional<std::uint32_t> status) {
  if (ended_) return;
  ended_ = true;
  end_.reason = reason;
  end_.guest_status = status;
  if (sc_core::sc_is_running()) sc_core::sc_stop();
}

void Simulation::screenshot(const std::string& path) const {
  const auto* display = soc_.find<Display>();
  if (display->last_frame().empty()) {
    std::cerr << "warning: --screenshot " << path
              << ": the display has not shown a whole frame yet\n";
    return;
  }
  try {
    write_png(path, display->last_frame());
  } catch (const std::runtime_error& error) {
    throw ConfigurationError{std::string{"--screenshot "} + error.what()};
  }
}

// A picture that cannot be written is no reason to lose the run: its end tells.
void Simulation::leds_changed(std::uint32_t value) {
  if (!numbered_screenshots() || value == 0 || !failure_.empty()) return;
  std::array<char, 8> number{};
  std::snprintf(number.data(), number.size(), "%03u", screenshots_++ % 1000);
  std::string path = options_.screenshot;
  path.replace(path.find(kNumber), kNumber.size(), number.data());
  try {
    screenshot(path);
  } catch (const ConfigurationError& error) {
    failure_ = error.what();
  }
}

bool Simulation::numbered_screenshots() const {
  return options_.screenshot.find(kNumber) != std::string::npos;
}

int Simulation::exit_status() const {
  if (findings_.any_error()) return 3;
  if (end_.reason == "interrupted") return kSignalStatus + interruption_->signal();
  if (end_.reason == "until") return 4;
  return end_.guest_status.value_or(0) == 0 ? 0 : 1;
}

int Simulation::finish() {
  terminal_.reset();
  progress_.clear();
  std::cout.flush();
  end_.simulated = from_sc_time(sc_core::sc_time_stamp());
  end_.host_seconds = progress_.seconds();
  // An operating system leaves its mappings when it turns the board off.
  const bool by_itself = end_.reason == kProgramEnd && end_.guest_status == 0U;
  if (options_.check != CheckMode::kOff) mapping_rules_.run_ended(by_itself, end_.simulated);
  if (end_.cut_short()) end_.backtrace = backtrace_of(view_, symbols_);
  end_.exit_status = exit_status();
  if (debugger_) debugger_->exited(end_.guest_status.value_or(0));
  std::cerr << summary_of(soc_, end_, transfers_.get()) << describe_findings(findings_, symbols_);
  if (!end_.backtrace.empty())
    std::cerr << "cpu0       " << describe_backtrace(end_.backtrace, symbols_) << '\n';
  write_files();
  return end_.exit_status;
}

void Simulation::write_files() {
  if (!options_.report.empty()) {
    std::ofstream file{options_.report};
    file << make_report(options_, soc_, end_, findings_, transfers_.get(), symbols_).dump(2)
         << '\n';
    if (!file.flush())
      throw ConfigurationError{"--report " + options_.report + ": cannot be written"};
  }
  if (!options_.coverage.empty()) coverage_.write(options_.coverage);
  if (!options_.screenshot.empty() && !numbered_screenshots()) screenshot(options_.screenshot);
  if (!failure_.empty()) throw ConfigurationError{failure_};
}

}  // namespace linefill
