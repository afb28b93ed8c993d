// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace linefill {

/// The part of ARM semihosting (DUI 0471, chapter 8) that a program without files needs: it writes
/// to the console and ends.
class Semihosting {
 public:
  /// Reads a byte as the processor would load it; nothing if that would fault.
  using ReadByte = std::function<std::optional<std::uint8_t>(std::uint32_t va)>;
  using Console = std::function<void(char)>;
  using Exit = std::function<void(std::uint32_t status)>;

  explicit Semihosting(ReadByte read_byte) : read_byte_{std::move(read_byte)} {}
  void set_console(Console console) { console_ = std::move(console); }
  void set_exit(Exit exit) { exit_ = std::move(exit); }

  /// False: an operation that is not served.
  bool call(std::uint32_t operation, std::uint32_t argument, std::uint32_t& result);

 private:
  enum class Operation : std::uint32_t {
    kOpen = 0x01,
    kClose = 0x02,
    kWriteCharacter = 0x03,
    kWriteString = 0x04,
    kWrite = 0x05,
    kIsTerminal = 0x09,
    kErrorNumber = 0x13,
    kExit = 0x18,
    kExitExtended = 0x20,
  };

  std::optional<std::uint32_t> word(std::uint32_t va) const;
  std::optional<std::vector<std::uint32_t>> arguments(std::uint32_t block, unsigned count) const;
  std::uint32_t open(std::uint32_t block);
  std::uint32_t write(std::uint32_t block);
  void write_string(std::uint32_t va);
  void put(std::uint8_t character) const;
  void end(std::uint32_t status) const;

  ReadByte read_byte_;
  Console console_;
  Exit exit_;
};

}  // namespace linefill
