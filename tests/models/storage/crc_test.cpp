// SPDX-License-Identifier: Apache-2.0
#include "models/storage/crc.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace linefill;

// The examples of the SD Physical Layer Specification, 4.5.
TEST_CASE("CRC7 of the specification's examples", "[storage][crc]") {
  CHECK(crc7(std::vector<std::uint8_t>{0x40, 0, 0, 0, 0}) == 0b1001010);
  CHECK(crc7(std::vector<std::uint8_t>{0x51, 0, 0, 0, 0}) == 0b0101010);
  CHECK(crc7(std::vector<std::uint8_t>{0x11, 0, 0, 0x09, 0}) == 0b0110011);
}

TEST_CASE("CRC16 of 512 bytes of ones is the specification's", "[storage][crc]") {
  CHECK(crc16(std::vector<std::uint8_t>(512, 0xFF)) == 0x7FA1);
}

TEST_CASE("each of four lines has the CRC16 of its own bits", "[storage][crc]") {
  std::vector<std::uint8_t> data;
  for (unsigned i = 0; i < 64; ++i) data.push_back(static_cast<std::uint8_t>(i * 37 + 11));
  const std::uint64_t wide = crc16_wide(data);
  for (unsigned line = 0; line < 4; ++line) {
    std::vector<std::uint8_t> bits;
    for (std::size_t i = 0; i < data.size(); i += 4) {
      unsigned byte = 0;
      for (std::size_t j = i; j < i + 4; ++j) {
        byte = byte << 2 | (data[j] >> (4 + line) & 1U) << 1 | (data[j] >> line & 1U);
      }
      bits.push_back(static_cast<std::uint8_t>(byte));
    }
    unsigned crc = 0;
    for (unsigned bit = 16; bit-- > 0;)
      crc = crc << 1 | static_cast<unsigned>(wide >> (4 * bit + line) & 1);
    CAPTURE(line);
    CHECK(crc == crc16(bits));
  }
}
