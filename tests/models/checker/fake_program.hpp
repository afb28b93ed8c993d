// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <set>

#include "models/checker/program_view.hpp"

namespace linefill::test {

/// A program that the test plays by hand.
struct FakeProgram final : ProgramView {
  std::array<std::uint32_t, 16> r{};
  std::map<std::uint32_t, std::uint32_t> memory;
  bool in_thumb = false;
  std::set<std::uint32_t> watched;
  std::set<LineNumber> watched_lines;
  Time time{0};

  std::uint32_t reg(unsigned number) const override { return r[number]; }
  bool thumb() const override { return in_thumb; }
  std::optional<std::uint32_t> word(std::uint32_t va) const override {
    const auto found = memory.find(va);
    if (found == memory.end()) return std::nullopt;
    return found->second;
  }
  Time now() const override { return time; }
  void watch_instruction(std::uint32_t pc, bool on) override {
    if (on) {
      watched.insert(pc);
    } else {
      watched.erase(pc);
    }
  }
  void watch_line(LineNumber line, bool on) override {
    if (on) {
      watched_lines.insert(line);
    } else {
      watched_lines.erase(line);
    }
  }
};

}  // namespace linefill::test
