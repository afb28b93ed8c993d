// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/cache/cache_line.hpp"
#include "models/cpu/isa/instruction.hpp"
#include "models/cpu/isa/instruction_set.hpp"

namespace linefill {

/// Decoded lines by physical line and instruction set. They outlive the cache line: a refill with
/// the same bytes finds them again. Entries are never freed; a line that maps to a taken entry
/// takes it over.
class DecodeCache {
 public:
  explicit DecodeCache(const InstructionSet& set) : set_{set}, entries_(kEntries) {}

  /// The decoded form of `line`, emptied if its bytes are new. The line then points to it.
  DecodedLine& attach(CacheLine& line, bool thumb);
  /// Decodes from slot `first` to the end of the line, as far as that is not yet done under `it`.
  void decode(DecodedLine& line, unsigned first, bool thumb, std::uint8_t it);

  std::uint64_t lines_decoded() const { return lines_decoded_; }

 private:
  static constexpr std::size_t kEntries = std::size_t{1} << 17;

  const InstructionSet& set_;
  std::vector<std::unique_ptr<DecodedLine>> entries_;
  std::uint64_t lines_decoded_ = 0;
};

/// How long a block that begins in `slot` waits for results that come `latency` cycles late: for
/// the first instruction that reads one.
unsigned stall_of(const DecodedLine& line, unsigned slot, bool thumb, std::uint16_t late,
                  unsigned latency);

/// The handler of a T32 instruction whose second halfword is in the next line: fetches that, and
/// executes what they are together.
bool execute_straddling(Executor& e, const Instruction& i);

}  // namespace linefill
