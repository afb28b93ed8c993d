// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "models/cpu/isa/core.hpp"
#include "tests/models/cpu/isa/flat_memory.hpp"

namespace linefill::test {

/// A core over a flat memory with code at 0x8000, data at 0x20000 and vectors at 0.
struct CoreBench {
  static constexpr std::uint32_t kCode = 0x8000;
  static constexpr std::uint32_t kData = 0x2'0000;
  static constexpr std::uint32_t kHandlers = 0x4000;
  static constexpr std::uint32_t kStopA32 = 0xEF12'3456;  // svc 0x123456
  static constexpr std::uint16_t kStopT32 = 0xDFAB;       // svc 0xab

  explicit CoreBench(bool inline_path = true) : memory{clock, inline_path} {
    memory.map(0);
    memory.map(kCode, 2);
    memory.map(kData);
    // Every vector stops the core, in either instruction set's view of it.
    for (std::uint32_t at = 0; at < 0x20; at += 4) memory.write_word(at, kStopA32);
  }

  void a32(std::initializer_list<std::uint32_t> words, std::uint32_t at = kCode) {
    const std::uint32_t start = at;
    for (const std::uint32_t word : words) {
      memory.write_word(at, word);
      at += 4;
    }
    memory.invalidate_code();
    core.reset(start);
  }
  void t32(std::initializer_list<std::uint16_t> halfwords, std::uint32_t at = kCode) {
    const std::uint32_t start = at;
    for (const std::uint16_t half : halfwords) {
      memory.write_halfword(at, half);
      at += 2;
    }
    memory.invalidate_code();
    core.reset(start | 1);
  }
  /// Until a semihosting call, or for at most `cycles`.
  void run(std::uint64_t cycles = 1000) {
    clock.limit = clock.now + cycles;
    core.run();
  }
  /// One block, however long: the limit is looked at between blocks.
  void block() { run(1); }
  std::uint32_t mode() const { return core.cpsr() & 0x1F; }

  CoreClock clock;
  FlatMemory memory;
  FakeSystem system{clock};
  Core core{memory, system, clock};
};

}  // namespace linefill::test
