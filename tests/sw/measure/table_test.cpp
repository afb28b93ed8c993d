// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/table.hpp"

#include <array>

#include "tests/support/catch.hpp"

using namespace guest;

TEST_CASE("a table has its first column flush left, the others under their titles",
          "[sw][measure]") {
  std::array<char, 200> text{};
  BufferSink sink{text};
  set_console(&sink);
  Table table{6, "a", "long title", "b"};
  table.row("xyz", 12, Tenths{34});
  set_console(nullptr);
  CHECK(sink.text() ==
        "a       long title  b\n"
        "xyz             12  3.4\n");
}
