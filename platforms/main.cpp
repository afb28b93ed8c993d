// SPDX-License-Identifier: Apache-2.0
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

int explain(const std::string& name) {
  const FindingKindInfo* info = find_kind(name);
  if (info == nullptr) {
    std::string all;
    for (const auto& kind : finding_kinds())
      all += (all.empty() ? "" : ", ") + std::string{kind.name};
    throw ConfigurationError{"explain " + name + ": no such kind: expected one of " + all};
  }
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
      return explain(command.explain);
    case Command::Verb::kRun:
      return Simulation{command.run}.run();
  }
  return 0;
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  try {
    return dispatch(argc, argv);
  } catch (const ConfigurationError& error) {
    std::cerr << "error: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
  }
  return kConfigurationStatus;
}

// Instead of libsystemc's, which prints its copyright first.
int main(int argc, char* argv[]) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);  // NOLINT: nothing else runs yet.
  return sc_core::sc_elab_and_sim(argc, argv);
}
