// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/cpu/isa/core.hpp"
#include "tests/conformance/neon/vector_state.hpp"
#include "tests/models/cpu/isa/flat_memory.hpp"

struct uc_struct;

namespace linefill::test {

/// Executes one instruction on many states, each for itself.
class OurVectors {
 public:
  OurVectors();
  /// `word` as code has it: T32's first halfword in the upper half. False: it took an exception.
  bool run(std::uint32_t word, bool thumb, std::span<VectorState> states);
  /// With r0 to r14 pointing to aligned data; false if it took an exception.
  bool executes(std::uint32_t word, bool thumb);

 private:
  static constexpr std::uint32_t kCode = 0x8000;
  static constexpr std::uint32_t kData = 0x2'0000;

  void place(std::uint32_t word, bool thumb);

  CoreClock clock_;
  FlatMemory memory_{clock_, true};
  FakeSystem system_{clock_};
  Core core_{memory_, system_, clock_};
};

/// The same in Unicorn's Cortex-A9, by a loop that loads and stores all registers.
class TheirVectors {
 public:
  static constexpr std::size_t kMost = 200;

  TheirVectors();
  ~TheirVectors();
  TheirVectors(const TheirVectors&) = delete;
  TheirVectors& operator=(const TheirVectors&) = delete;

  bool run(std::uint32_t word, bool thumb, std::span<VectorState> states);
  bool executes(std::uint32_t word, bool thumb);

 private:
  uc_struct* uc_ = nullptr;
};

}  // namespace linefill::test
