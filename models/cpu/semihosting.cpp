// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/semihosting.hpp"

namespace linefill {

namespace {

constexpr std::uint32_t kFailed = 0xFFFF'FFFF;
constexpr std::uint32_t kApplicationExit = 0x20026;  ///< ADP_Stopped_ApplicationExit.
/// A guest that forgot a terminator must not make the host read for ever.
constexpr std::uint32_t kLongestString = 1U << 20;
// Handles as SYS_OPEN of ":tt" gives them: by mode, 0 to 3 read, 4 to 7 write, 8 to 11 append.
constexpr std::uint32_t kInput = 0;
constexpr std::uint32_t kOutput = 1;
constexpr std::uint32_t kErrors = 2;

}  // namespace

bool Semihosting::call(std::uint32_t operation, std::uint32_t argument, std::uint32_t& result) {
  result = 0;
  switch (static_cast<Operation>(operation)) {
    case Operation::kOpen:
      result = open(argument);
      return true;
    case Operation::kClose:
      return true;
    case Operation::kWriteCharacter:
      if (const auto character = read_byte_(argument)) put(*character);
      return true;
    case Operation::kWriteString:
      write_string(argument);
      return true;
    case Operation::kWrite:
      result = write(argument);
      return true;
    case Operation::kIsTerminal:
      result = 1;
      return true;
    case Operation::kErrorNumber:
      return true;
    case Operation::kExit:
      end(argument == kApplicationExit ? 0 : 1);
      return true;
    case Operation::kExitExtended:
      if (const auto block = arguments(argument, 2)) {
        end((*block)[0] == kApplicationExit ? (*block)[1] : 1);
      } else {
        end(1);
      }
      return true;
  }
  return false;
}

std::optional<std::uint32_t> Semihosting::word(std::uint32_t va) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const auto byte = read_byte_(va + i);
    if (!byte) return std::nullopt;
    value |= static_cast<std::uint32_t>(*byte) << (8 * i);
  }
  return value;
}

std::optional<std::vector<std::uint32_t>> Semihosting::arguments(std::uint32_t block,
                                                                 unsigned count) const {
  std::vector<std::uint32_t> result;
  for (unsigned i = 0; i < count; ++i) {
    const auto value = word(block + 4 * i);
    if (!value) return std::nullopt;
    result.push_back(*value);
  }
  return result;
}

std::uint32_t Semihosting::open(std::uint32_t block) {
  const auto values = arguments(block, 3);
  if (!values || (*values)[2] != 3) return kFailed;
  std::string name;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto byte = read_byte_((*values)[0] + i);
    if (!byte) return kFailed;
    name += static_cast<char>(*byte);
  }
  if (name != ":tt") return kFailed;
  const std::uint32_t mode = (*values)[1];
  return mode < 4 ? kInput : mode < 8 ? kOutput : kErrors;
}

/// Returns how many bytes were not written.
std::uint32_t Semihosting::write(std::uint32_t block) {
  const auto values = arguments(block, 3);
  if (!values) return kFailed;
  const std::uint32_t handle = (*values)[0];
  const std::uint32_t length = (*values)[2];
  if (handle != kOutput && handle != kErrors) return length;
  for (std::uint32_t i = 0; i < length; ++i) {
    const auto byte = i < kLongestString ? read_byte_((*values)[1] + i) : std::nullopt;
    if (!byte) return length - i;
    put(*byte);
  }
  return 0;
}

void Semihosting::write_string(std::uint32_t va) {
  for (std::uint32_t i = 0; i < kLongestString; ++i) {
    const auto byte = read_byte_(va + i);
    if (!byte || *byte == 0) return;
    put(*byte);
  }
}

void Semihosting::put(std::uint8_t character) const {
  if (console_) console_(static_cast<char>(character));
}

void Semihosting::end(std::uint32_t status) const {
  if (exit_) exit_(status);
}

}  // namespace linefill
