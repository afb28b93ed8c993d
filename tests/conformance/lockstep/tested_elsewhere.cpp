// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/lockstep/tested_elsewhere.hpp"

#include <algorithm>
#include <array>

#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::test {
namespace {

struct Place {
  std::string_view row;
  std::string_view where;
};

constexpr std::string_view kModes = "conformance/bare/modes.cpp (QEMU)";
constexpr std::string_view kRegisters =
    "conformance/bare/system_registers.cpp (QEMU; A32), models/cpu/isa/exceptions_test.cpp (T32)";
constexpr std::string_view kHints = "models/cpu/isa/execution_test.cpp";
constexpr std::array kPlaces{
    Place{"SVC", kModes},
    Place{"SMC", kModes},
    Place{"BKPT", kModes},
    Place{"CPS", kModes},
    Place{"SETEND", kModes},
    Place{"SUBS PC, LR", kModes},
    Place{"RFE", kModes},
    Place{"RFE (DB)", kModes},
    Place{"RFE (IA)", kModes},
    Place{"SRS", kModes},
    Place{"SRS (DB)", kModes},
    Place{"SRS (IA)", kModes},
    Place{"LDM (user, return)", kModes},
    Place{"STM (user)", kModes},
    Place{"UDF", kModes},
    Place{"MCR", kRegisters},
    Place{"MRC", kRegisters},
    Place{"WFE", kHints},
    Place{"WFI", kHints},
    Place{"IT", "the IT blocks of the streams here"},
};

}  // namespace

std::string_view tested_elsewhere(const Encoding& row) {
  const auto* place = std::find_if(kPlaces.begin(), kPlaces.end(),
                                   [&](const Place& p) { return p.row == row.name; });
  if (place != kPlaces.end()) return place->where;
  if (row.decode == &isa::undefined) return "conformance/decode: UNDEFINED on a Cortex-A9";
  if (row.decode == &isa::unpredictable_row) return "models/cpu/isa/should_be_test.cpp";
  return {};
}

}  // namespace linefill::test
