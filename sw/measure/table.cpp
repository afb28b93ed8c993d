// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/table.hpp"

namespace guest {

void Table::put(std::size_t column, std::string_view text) {
  constexpr std::size_t kGap = 2;
  constexpr std::string_view kBlanks = "                                        ";
  const std::size_t width = column < kMostColumns ? widths_[column] : 0;
  const std::size_t padding = width > text.size() ? width - text.size() : 0;
  const std::string_view blanks = kBlanks.substr(0, padding);
  if (column == 0) {
    console().write(text);
    console().write(blanks);
  } else {
    console().write(kBlanks.substr(0, kGap));
    console().write(blanks);
    console().write(text);
  }
}

void print_to(TextSink& sink, Tenths number) {
  print(sink, number.tenths / 10, ".", number.tenths % 10);
}

}  // namespace guest
