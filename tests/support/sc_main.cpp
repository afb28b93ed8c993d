// SPDX-License-Identifier: Apache-2.0
// libsystemc brings `main`, which calls this.
#define CATCH_CONFIG_RUNNER
#include <systemc>

#include "tests/support/catch.hpp"

int sc_main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
