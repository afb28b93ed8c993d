// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace linefill::gdb {

/// Where to stop: the numbers of the packets Z0 to Z4.
enum class StopKind : std::uint8_t { kSoftware, kHardware, kWrite, kRead, kAccess };

/// What a debugging session works on: a halted processor and its memory. Implemented by
/// `ArmTarget`, faked in tests.
class Target {
 public:
  /// The target description: an XML document (GDB manual, appendix G).
  virtual const std::string& description() const = 0;
  /// How many registers the description has; those of the "g" packet come first.
  virtual unsigned register_count() const = 0;
  virtual unsigned general_register_count() const = 0;
  /// In the target's byte order; nothing if it cannot be read now.
  virtual std::optional<std::vector<std::byte>> read_register(unsigned number) = 0;
  virtual bool write_register(unsigned number, std::span<const std::byte> value) = 0;

  /// How many of the bytes could be read, from the first.
  virtual std::size_t read_memory(std::uint32_t address, std::span<std::byte> data) = 0;
  virtual bool write_memory(std::uint32_t address, std::span<const std::byte> data) = 0;

  virtual bool set_stop(StopKind kind, std::uint32_t address, std::uint32_t length, bool on) = 0;
  /// A "monitor" command's answer, lines each with its end.
  virtual std::string monitor(const std::string& command) = 0;

 protected:
  ~Target() = default;
};

}  // namespace linefill::gdb
