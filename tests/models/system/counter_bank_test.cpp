// SPDX-License-Identifier: Apache-2.0
#include "models/system/counter_bank.hpp"

#include <string>

#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace std::string_literals;

namespace {

constexpr std::uint32_t kStart = 0x008;
constexpr std::uint32_t kStop = 0x00C;

DeviceNode node_with(const std::string& rows) {
  DeviceNode node{"counters@0"};
  node.set_bytes("linefill,counters", {rows.begin(), rows.end()});
  return node;
}

struct Bench {
  explicit Bench(const std::string& rows) : node{node_with(rows)} {
    driver.socket.bind(bank.target);
    bank.reset();
  }

  DeviceNode node;
  CounterBank bank{sc_core::sc_gen_unique_name("bank"), node};
  test::BusDriver driver{sc_core::sc_gen_unique_name("driver")};
};

}  // namespace

TEST_CASE("The counter bank shows what was counted between START and STOP") {
  std::uint64_t lines = 7;
  Bench bench{"lines cpu0 l1d_fills\0bytes master:cpu0 read_bytes\0"s};
  bench.bank.connect([&](const std::string& owner,
                         const std::string& counter) -> std::optional<CounterBank::Source> {
    if (owner == "cpu0" && counter == "l1d_fills") return [&] { return lines; };
    if (owner == "master:cpu0" && counter == "read_bytes") return [] { return 9; };
    return std::nullopt;
  });
  CHECK(bench.driver.read(0x000) == CounterBank::kIdentification);
  CHECK(bench.driver.read(0x004) == 2);
  bench.driver.write(kStart, 1);
  lines += 0x1'2345'6789;
  bench.driver.write(kStop, 1);
  lines += 5;
  CHECK(bench.driver.read(0x100) == 0x2345'6789);
  CHECK(bench.driver.read(0x104) == 1);
  CHECK(bench.driver.read(0x108) == 0);
  bench.driver.write(kStop, 1);
  CHECK(bench.driver.read(0x100) == 0x2345'678E);
  CHECK(bench.driver.peek(0x104) == 1);
}

TEST_CASE("The counter bank refuses a counter that no model has") {
  Bench bench{"lines cpu0 l1d_filsl\0"s};
  CHECK_THROWS_AS(bench.bank.connect([](const std::string&, const std::string&) {
    return std::optional<CounterBank::Source>{};
  }),
                  ConfigurationError);
}

TEST_CASE("The counter bank reads zero for a model that is not there") {
  Bench bench{"lines /l2 fills\0"s};
  bench.bank.connect([](const std::string&, const std::string&) {
    return std::optional<CounterBank::Source>{CounterBank::Source{}};
  });
  bench.driver.write(kStart, 0);
  bench.driver.write(kStop, 0);
  CHECK(bench.driver.read(0x100) == 0);
}

TEST_CASE("The counter bank reads zero beyond its counters, and is written at START and STOP") {
  Bench bench{"a b c\0"s};
  bench.bank.connect([](const std::string&, const std::string&) {
    return std::optional<CounterBank::Source>{[] { return 3; }};
  });
  bench.driver.write(kStart, 0);
  CHECK(bench.driver.read(0x108) == 0);
  CHECK(bench.driver.read(0xFFC) == 0);
  CHECK(bench.bank.log().guest_errors() == 0);
  bench.driver.write(0x100, 1);
  bench.driver.write(kStop, 1, 1);
  CHECK(bench.driver.read(0x100, 2) == 0);
  CHECK(bench.bank.log().guest_errors() == 3);
}
