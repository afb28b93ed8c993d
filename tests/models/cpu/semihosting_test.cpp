// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/semihosting.hpp"

#include <map>

#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

/// DUI 0471, chapter 8: operations by number, blocks of words.
struct SemihostingBench {
  SemihostingBench() {
    semihosting.set_console([this](char c) { console += c; });
    semihosting.set_exit([this](std::uint32_t value) { status = value; });
  }
  void words(std::uint32_t at, std::initializer_list<std::uint32_t> values) {
    for (const std::uint32_t value : values) {
      for (unsigned i = 0; i < 4; ++i) memory[at++] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }
  void text(std::uint32_t at, const std::string& value) {
    for (const char c : value) memory[at++] = static_cast<std::uint8_t>(c);
    memory[at] = 0;
  }
  std::uint32_t call(std::uint32_t operation, std::uint32_t argument) {
    std::uint32_t result = 0;
    CHECK(semihosting.call(operation, argument, result));
    return result;
  }

  std::map<std::uint32_t, std::uint8_t> memory;
  Semihosting semihosting{[this](std::uint32_t va) -> std::optional<std::uint8_t> {
    const auto found = memory.find(va);
    if (found == memory.end()) return std::nullopt;
    return found->second;
  }};
  std::string console;
  std::optional<std::uint32_t> status;
};

}  // namespace

TEST_CASE_METHOD(SemihostingBench, "the console is opened by its name, and only it",
                 "[cpu][semihosting]") {
  text(0x100, ":tt");
  text(0x110, "abc");
  words(0x200, {0x100, 4, 3});
  CHECK(call(0x01, 0x200) == 1);
  words(0x200, {0x110, 4, 3});
  CHECK(call(0x01, 0x200) == 0xFFFF'FFFF);
}

TEST_CASE_METHOD(SemihostingBench, "SYS_WRITE returns what it did not write",
                 "[cpu][semihosting]") {
  text(0x100, "hello");
  words(0x200, {1, 0x100, 5});
  CHECK(call(0x05, 0x200) == 0);
  CHECK(console == "hello");
  words(0x200, {7, 0x100, 5});
  CHECK(call(0x05, 0x200) == 5);
  words(0x200, {1, 0x100, 100});  // Six bytes are there.
  CHECK(call(0x05, 0x200) == 94);
}

TEST_CASE_METHOD(SemihostingBench, "a guest's end has a status", "[cpu][semihosting]") {
  call(0x18, 0x20026);
  CHECK(status == 0U);
  call(0x18, 0x20023);
  CHECK(status == 1U);
  words(0x200, {0x20026, 42});
  call(0x20, 0x200);
  CHECK(status == 42U);
  call(0x20, 0x9000);
  CHECK(status == 1U);
}

TEST_CASE_METHOD(SemihostingBench, "other operations are left to the guest", "[cpu][semihosting]") {
  std::uint32_t result = 0;
  CHECK_FALSE(semihosting.call(0x06, 0, result));
}
