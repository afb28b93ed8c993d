// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linefill::gdb {

/// What a debugger sends, one at a time (GDB manual, appendix E.1).
struct Event {
  enum class Kind : std::uint8_t {
    kPacket,     ///< A whole packet whose checksum is right.
    kDamaged,    ///< One whose checksum is wrong, or that is too long.
    kAccepted,   ///< "+"
    kRefused,    ///< "-": the last answer is to be sent again.
    kInterrupt,  ///< Ctrl-C
  };
  Kind kind;
  std::string payload;  ///< Of a packet, as sent: binary data are still escaped.
};

/// Cuts a stream of bytes into packets, acknowledgements and interrupts.
class PacketReader {
 public:
  /// The longest packet taken, and announced to the debugger.
  static constexpr std::size_t kMostBytes = 0x4000;

  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next event; nothing if more bytes are needed. Bytes between packets are skipped.
  std::optional<Event> next();

 private:
  std::string pending_;
};

/// A packet ready to be sent: "$payload#checksum", with the characters escaped that must be.
std::string framed(std::string_view payload);

std::string hex_of(std::span<const std::byte> bytes);
std::string hex_of(std::string_view text);
/// Nothing if the text is not an even number of hexadecimal digits.
std::optional<std::vector<std::byte>> bytes_of_hex(std::string_view text);
/// Undoes the escapes of binary data.
std::vector<std::byte> unescaped(std::string_view data);

/// Takes a hexadecimal number from the front of `text`; nothing if there is none, or it does not
/// fit.
std::optional<std::uint64_t> take_number(std::string_view& text);
/// Takes one character from the front if it is this one.
bool take(std::string_view& text, char expected);

}  // namespace linefill::gdb
