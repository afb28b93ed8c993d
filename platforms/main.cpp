// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iomanip>
#include <iostream>
#include <systemc>

#include "models/checker/finding.hpp"
#include "models/core/device_tree.hpp"
#include "models/core/model_registry.hpp"
#include "platforms/run/command_line.hpp"
#include "platforms/run/simulation.hpp"

namespace {

using namespace linefill;

constexpr int kConfigurationStatus = 2;

int list_devices() {
  std::cout << "Models, by `compatible`:\n";
  for (const auto& [compatible, entry] : ModelRegistry::instance().entries()) {
    std::cout << "  " << std::left << std::setw(28) << compatible << entry.description << '\n';
  }
  return 0;
}

int list_kinds() {
  std::cout << "Kinds of findings; linefill explain KIND tells more:\n";
  for (const auto& kind : finding_kinds())
    std::cout << "  " << std::left << std::setw(28) << kind.name << kind.meaning << '\n';
  return 0;
}

int explain(const std::string& name) {
  const FindingKindInfo* info = find_kind(name);
  if (info == nullptr)
    throw ConfigurationError{"explain " + name +
                             ": no such kind of finding: expected one that linefill explain lists"};
  std::cout << info->name << "\n\n"
            << info->meaning << "\n\nHow it comes about\n"
            << info->how << "\n\nCauses\n"
            << info->causes << "\n\nHow to mend it\n"
            << info->remedy << '\n';
  return 0;
}

int dispatch(int argc, char* argv[]) {
  const Command command = parse_command_line(argc, argv);
  switch (command.verb) {
    case Command::Verb::kHelp:
      std::cout << help_text();
      return 0;
    case Command::Verb::kVersion:
      std::cout << "linefill " << LINEFILL_VERSION << '\n';
      return 0;
    case Command::Verb::kDevices:
      return list_devices();
    case Command::Verb::kExplain:
      return command.explain ? explain(*command.explain) : list_kinds();
    case Command::Verb::kRun:
      return Simulation{command.run}.run();
  }
  return 0;
}

// A file that is opened later must not become the standard output because that was closed.
void open_standard_streams() {
  int file = 0;
  do {
    file = open("/dev/null", O_RDWR);
  } while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0) close(file);
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  try {
    const int status = dispatch(argc, argv);
    if (!std::cout.flush()) throw ConfigurationError{"the standard output cannot be written"};
    return status;
  } catch (const ConfigurationError& error) {
    std::cerr << "error: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
  }
  return kConfigurationStatus;
}

// Instead of libsystemc's, which prints its copyright first.
int main(int argc, char* argv[]) {
  open_standard_streams();
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);  // NOLINT: nothing else runs yet.
  return sc_core::sc_elab_and_sim(argc, argv);
}
