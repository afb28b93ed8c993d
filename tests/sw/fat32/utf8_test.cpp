// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/fat32/utf8.hpp"

#include <array>
#include <string>

#include "tests/support/catch.hpp"

namespace {

std::string utf8(std::u16string_view from, std::size_t room = 64) {
  std::array<char, 64> to{};
  return {to.data(), guest::to_utf8(from, std::span{to}.first(room))};
}

TEST_CASE("UTF-16 of every length becomes UTF-8", "[sw][utf8]") {
  CHECK(utf8(u"a") == "a");
  CHECK(utf8(u"\u00e9") == "\xC3\xA9");
  CHECK(utf8(u"\u5199") == "\xE5\x86\x99");
  CHECK(utf8(u"\U0001F5BC") == "\xF0\x9F\x96\xBC");
}

TEST_CASE("a surrogate without its partner becomes the replacement character", "[sw][utf8]") {
  const std::string replacement = "\xEF\xBF\xBD";
  const std::array<char16_t, 2> high_then_letter{char16_t{0xD83D}, u'x'};
  CHECK(utf8({high_then_letter.data(), 2}) == replacement + "x");
  CHECK(utf8({high_then_letter.data(), 1}) == replacement);
  const std::array<char16_t, 1> low{char16_t{0xDC00}};
  CHECK(utf8({low.data(), 1}) == replacement);
}

TEST_CASE("a character that does not fit is left out whole", "[sw][utf8]") {
  CHECK(utf8(u"a\u5199", 3) == "a");
  CHECK(utf8(u"a\u5199", 4) == "a\xE5\x86\x99");
}

}  // namespace
