// SPDX-License-Identifier: Apache-2.0
#include "models/checker/symbols.hpp"

#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

TEST_CASE("A function is named without what it returns, takes, and where it is hidden",
          "[checker]") {
  const auto [mangled, name] = GENERATE(table<std::string, std::string>({
      {"_ZN12_GLOBAL__N_14drawEi", "draw"},
      {"_ZN12_GLOBAL__N_13seeIiEEvT_", "see"},
      {"_ZN5guest5startEv", "guest::start"},
      {"main", "main"},
  }));
  Symbols symbols;
  symbols.add_function(mangled, 0x1000, 4);
  CHECK(symbols.locate(0x1000).function == name);
}

TEST_CASE("Address zero is nobody's", "[checker]") {
  Symbols symbols;
  symbols.add_function("first", 0, 0);
  CHECK(symbols.locate(0).function.empty());
}

TEST_CASE("A person may call a function as it is shown, or as the linker does", "[checker]") {
  using Addresses = std::vector<std::uint32_t>;
  Symbols symbols;
  symbols.add_function("_ZN12_GLOBAL__N_14drawEi", 0x1000, 4);
  symbols.add_function("_ZN12_GLOBAL__N_14drawEPc", 0x1004, 4);
  CHECK(symbols.addresses_called("draw") == Addresses{0x1000, 0x1004});
  CHECK(symbols.addresses_called("_ZN12_GLOBAL__N_14drawEi") == Addresses{0x1000});
  CHECK(symbols.addresses_called("paint").empty());
  // A hook by symbol is not for what a program has hidden.
  CHECK_FALSE(symbols.address_of("draw"));
  symbols.add_function("draw", 0x1008, 4);
  CHECK(symbols.addresses_called("draw") == Addresses{0x1008});
}
