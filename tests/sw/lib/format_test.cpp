// SPDX-License-Identifier: Apache-2.0
#include "sw/lib/format.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include "tests/support/catch.hpp"

using namespace guest;

namespace {

template <class... Arguments>
std::string printed(const Arguments&... arguments) {
  std::array<char, 200> buffer{};
  BufferSink sink{buffer};
  print(sink, arguments...);
  return std::string{sink.text()};
}

}  // namespace

TEST_CASE("numbers are printed in full", "[sw][lib]") {
  CHECK(printed(0) == "0");
  CHECK(printed(42U, " and ", -7) == "42 and -7");
  CHECK(printed(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(printed(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(printed(true, ' ', 'x') == "true x");
}

TEST_CASE("a hexadecimal number has the digits of its type", "[sw][lib]") {
  CHECK(printed(hex(std::uint32_t{0x2A})) == "0x0000002a");
  CHECK(printed(hex(std::uint8_t{0})) == "0x00");
  CHECK(printed(hex(std::uint64_t{0x1'2345'6789}, 1)) == "0x123456789");
}

TEST_CASE("text that does not fit is dropped", "[sw][lib]") {
  std::array<char, 4> buffer{};
  BufferSink sink{buffer};
  print(sink, "abc", "def", "ghi");
  CHECK(sink.text() == "abcd");
}
