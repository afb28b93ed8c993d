// SPDX-License-Identifier: Apache-2.0
#include "models/checker/kallsyms.hpp"

#include <array>
#include <cstring>

#include "models/checker/symbols.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr unsigned kSymbols = 600;
constexpr std::uint32_t kBase = 0xC030'0000;

/// Writes tables as scripts/kallsyms.c of Linux does: one token a character, and one of several.
class Writer {
 public:
  explicit Writer(bool offsets_last) {
    bytes_.assign(64, '\xE5');
    if (!offsets_last) offsets();
    word(kSymbols);
    names();
    tokens();
    if (offsets_last) offsets();
    bytes_.append(64, '\xE5');
  }
  std::span<const std::byte> image() const { return std::as_bytes(std::span{bytes_}); }

 private:
  void align() { bytes_.resize((bytes_.size() + 3) & ~std::size_t{3}, '\0'); }
  void word(std::uint32_t value) {
    std::array<char, 4> raw{};
    std::memcpy(raw.data(), &value, raw.size());
    bytes_.append(raw.data(), raw.size());
  }
  void offsets() {
    for (unsigned i = 0; i < kSymbols; ++i) word(i / 2 * 16);
    word(kBase);
  }
  // "Tschedule_N", of which "schedule" is token 1.
  void names() {
    std::vector<std::uint32_t> markers;
    const std::size_t first = bytes_.size();
    for (unsigned i = 0; i < kSymbols; ++i) {
      if (i % 256 == 0) markers.push_back(static_cast<std::uint32_t>(bytes_.size() - first));
      const std::string name = "T\001_" + std::to_string(i);
      bytes_ += static_cast<char>(name.size());
      bytes_ += name;
    }
    align();
    for (const std::uint32_t marker : markers) word(marker);
  }
  void tokens() {
    std::string table;
    std::string index;
    for (unsigned i = 0; i < 256; ++i) {
      index += static_cast<char>(table.size() & 0xFF);
      index += static_cast<char>(table.size() >> 8);
      table += i == 1 ? std::string{"schedule"} : std::string(i == 0 ? 0 : 1, static_cast<char>(i));
      table += '\0';
    }
    bytes_ += table;
    align();
    bytes_ += index;
    align();
  }

  std::string bytes_;
};

}  // namespace

TEST_CASE("a kernel's own table of names is found in its image", "[symbols]") {
  const bool offsets_last = GENERATE(false, true);
  const Writer writer{offsets_last};
  const auto symbols = find_kallsyms(writer.image());
  REQUIRE(symbols);
  REQUIRE(symbols->size() == kSymbols);
  CHECK(symbols->at(0).name == "schedule_0");
  CHECK(symbols->at(599).name == "schedule_599");
  CHECK(symbols->at(599).address == kBase + 299 * 16);
  CHECK(symbols->at(599).type == 'T');
}

TEST_CASE("an image without a table has no names", "[symbols]") {
  const Writer writer{false};
  CHECK_FALSE(find_kallsyms({}));
  for (const std::size_t cut : {70U, 500U, 2'000U, 5'000U}) {
    CHECK_FALSE(find_kallsyms(writer.image().first(cut)));
    CHECK_FALSE(find_kallsyms(writer.image().subspan(writer.image().size() - cut)));
  }
}

TEST_CASE("System.map and /proc/kallsyms are read, names of modules too", "[symbols]") {
  const auto symbols = parse_symbol_text(
      "c0300000 T _stext\nbf0e4000 t mmci_request\t[armmmci]\nc0300100 d some_data\n");
  REQUIRE(symbols);
  REQUIRE(symbols->size() == 3);
  CHECK(symbols->at(0).name == "mmci_request");
  CHECK(symbols->at(0).address == 0xBF0E'4000);
  CHECK_FALSE(symbols->at(2).is_code());
}

TEST_CASE("names without addresses, and other texts, are no table", "[symbols]") {
  CHECK_FALSE(parse_symbol_text("00000000 T _stext\n00000000 t other\n"));
  CHECK_FALSE(parse_symbol_text("Once upon a time\n"));
  CHECK_FALSE(parse_symbol_text(""));
}

TEST_CASE("a kernel's function reaches as far as the next", "[symbols]") {
  Symbols symbols;
  const std::vector<KernelSymbol> kernel{
      {0xC000'0000, 'T', "first"}, {0xC000'0010, 't', "$a"}, {0xC000'0020, 't', "i"}};
  symbols.add_kernel(kernel);
  CHECK(symbols.locate(0xC000'000C).function == "first");
  CHECK(symbols.locate(0xC000'0020).function == "i");
  CHECK(symbols.locate(0xC100'0000).function.empty());
  CHECK(symbols.address_of("i") == 0xC000'0020);
}
