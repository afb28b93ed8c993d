// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "sw/kernel/console.hpp"
#include "sw/lib/format.hpp"

namespace guest {

/// A table on the console: a title for each column, then rows. Columns are as wide as their titles;
/// the first is flush left and has a width of its own.
///   Table table{20, "memory", "cycles", "bus writes"};
///   table.row("coherent", cycles, writes);
class Table {
 public:
  template <class... Titles>
  explicit Table(std::size_t first_width, std::string_view first, const Titles&... titles)
      : widths_{std::max(first_width, first.size()), std::string_view{titles}.size()...} {
    row(first, titles...);
  }

  template <class... Cells>
  void row(const Cells&... cells) {
    std::size_t column = 0;
    (cell(column++, cells), ...);
    console().write("\n");
  }

 private:
  template <class T>
  void cell(std::size_t column, const T& value) {
    std::array<char, 64> text{};
    BufferSink sink{text};
    print(sink, value);
    put(column, sink.text());
  }
  void put(std::size_t column, std::string_view text);

  static constexpr std::size_t kMostColumns = 12;
  std::array<std::size_t, kMostColumns> widths_;
};

/// A ratio with one digit behind the point, as text for `print`: Tenths{15} is 1.5.
struct Tenths {
  std::uint64_t tenths;
};
void print_to(TextSink& sink, Tenths number);

}  // namespace guest
