// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "models/translation/translation_walker.hpp"

namespace linefill::test {

/// Memory for a walker: words by address, zero elsewhere, and a record of the reads.
struct PageTables final : WalkPort {
  struct Read {
    std::uint32_t address;
    MemoryAttributes attributes;
  };

  std::map<std::uint32_t, std::uint32_t> words;
  std::map<std::uint32_t, BusResponse> errors;
  std::vector<Read> reads;

  BusResponse read_word(PhysicalAddress address, const MemoryAttributes& attributes,
                        std::uint32_t& value) override {
    reads.push_back({raw(address), attributes});
    if (const auto error = errors.find(raw(address)); error != errors.end()) return error->second;
    const auto word = words.find(raw(address));
    value = word != words.end() ? word->second : 0;
    return BusResponse::kOkay;
  }
};

}  // namespace linefill::test
