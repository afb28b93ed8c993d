// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/level.hpp"

#include <array>
#include <string_view>

#include "tests/support/catch.hpp"

using namespace guest;

namespace {

std::size_t slots = 0;

}  // namespace

TEST_CASE("what a program took and did not give back is named with both levels", "[sw][mm]") {
  slots = 8;
  Level level{"slots of the test", [] { return slots; }};
  std::array<char, 200> text{};
  remember_levels();
  {
    BufferSink sink{text};
    CHECK(at_remembered_levels(sink));
    CHECK(sink.text().empty());
  }
  slots = 7;
  BufferSink sink{text};
  CHECK_FALSE(at_remembered_levels(sink));
  CHECK(sink.text() == "leak: slots of the test: 8 at the start, 7 at the end\n");
  slots = 8;
  CHECK(at_remembered_levels(sink));
  level.unlink();
}
