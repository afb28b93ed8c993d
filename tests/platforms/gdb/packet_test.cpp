// SPDX-License-Identifier: Apache-2.0
// The examples are the GDB manual's (appendix E.1), or from gdb-multiarch's own `set debug remote`.
#include "platforms/gdb/packet.hpp"

#include "tests/support/catch.hpp"

using namespace linefill::gdb;
using Kind = Event::Kind;

namespace {

PacketReader reader_of(std::string_view bytes) {
  PacketReader reader;
  reader.feed(bytes);
  return reader;
}

}  // namespace

TEST_CASE("a packet is what stands between $ and # with the right checksum", "[gdb]") {
  auto reader = reader_of("$qfThreadInfo#bb");
  const auto event = reader.next();
  REQUIRE(event);
  CHECK(event->kind == Kind::kPacket);
  CHECK(event->payload == "qfThreadInfo");
  CHECK_FALSE(reader.next());
}

TEST_CASE("a packet may come in pieces", "[gdb]") {
  PacketReader reader;
  for (const char* piece : {"$", "m0,", "4", "#", "f"}) {
    reader.feed(piece);
    CHECK_FALSE(reader.next());
  }
  reader.feed("d");
  CHECK(reader.next()->payload == "m0,4");
}

TEST_CASE("a wrong checksum, or none, makes a damaged packet", "[gdb]") {
  for (const char* wrong : {"$g#00", "$g#6x", "$g#zz", "$#01"}) {
    auto reader = reader_of(wrong);
    CHECK(reader.next()->kind == Kind::kDamaged);
  }
}

TEST_CASE("a packet that never ends is not kept", "[gdb]") {
  auto reader = reader_of("$" + std::string(PacketReader::kMostBytes, 'a'));
  CHECK(reader.next()->kind == Kind::kDamaged);
  reader.feed("$g#67");
  CHECK(reader.next()->payload == "g");
}

TEST_CASE("acknowledgements and interrupts stand between packets, noise is skipped", "[gdb]") {
  auto reader = reader_of("+-\x03noise$?#3f\x03");
  for (const Kind kind :
       {Kind::kAccepted, Kind::kRefused, Kind::kInterrupt, Kind::kPacket, Kind::kInterrupt})
    CHECK(reader.next()->kind == kind);
  CHECK_FALSE(reader.next());
}

TEST_CASE("what is sent carries its checksum, and escapes what would end it", "[gdb]") {
  CHECK(framed("OK") == "$OK#9a");
  CHECK(framed("") == "$#00");
  CHECK(framed("a#b") ==
        "$a}\x03"
        "b#43");
}

TEST_CASE("binary data lose their escapes", "[gdb]") {
  const auto bytes = unescaped("a}\x03}\x04}]");
  REQUIRE(bytes.size() == 4);
  CHECK(bytes[1] == std::byte{'#'});
  CHECK(bytes[2] == std::byte{'$'});
  CHECK(bytes[3] == std::byte{'}'});
}

TEST_CASE("hexadecimal text is bytes in pairs of digits", "[gdb]") {
  CHECK(hex_of(*bytes_of_hex("00fFa5")) == "00ffa5");
  CHECK_FALSE(bytes_of_hex("0"));
  CHECK_FALSE(bytes_of_hex("0g"));
}

TEST_CASE("a number ends at what is no digit, and must fit", "[gdb]") {
  std::string_view text = "1f,2";
  CHECK(take_number(text) == 0x1FU);
  CHECK(text == ",2");
  CHECK_FALSE(take_number(text));
  text = "fffffffffffffffff";
  CHECK_FALSE(take_number(text));
}
