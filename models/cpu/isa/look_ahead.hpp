// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace linefill {

/// Looks ahead of a load, in A32 code, for later loads that a core may do before it: loads of
/// other bytes, with no barrier between, whose address waits neither for the first load nor for
/// anything else that is not known yet (ARM ARM DDI 0406C, A3.8.2; a condition orders no loads).
/// Branches are predicted. What it does not know to be harmless ends the search: an exclusive, a
/// coprocessor's instruction, a store to an unknown address.
class LookAhead {
 public:
  struct Step {
    std::uint32_t pc = 0;
    std::uint32_t word = 0;
  };
  struct Load {
    std::uint32_t va = 0;
    std::uint32_t size = 0;
  };
  /// So far it looks: the architecture sets no limit.
  static constexpr unsigned kSteps = 24;

  /// What can be read ahead without an effect.
  class Source {
   public:
    virtual bool code(std::uint32_t va, std::uint32_t& word) = 0;
    /// Where data are: other addresses may mean the same bytes.
    virtual bool locate(std::uint32_t va, std::uint32_t& physical) = 0;
    /// Of Normal memory only: others' loads are not done early.
    virtual bool data(std::uint32_t va, std::uint32_t size, std::uint32_t& value) = 0;

   protected:
    ~Source() = default;
  };

  /// From the load at `pc`, not done yet; `predictions` has a bit for each branch to come.
  LookAhead(const std::array<std::uint32_t, 16>& registers, std::uint32_t pc,
            std::uint64_t predictions, Source& source);

  /// Goes on to the next such load. False: no more is seen.
  bool next(Load& load);
  /// The instructions from the first load to the last that was looked at.
  std::span<const Step> path() const { return {steps_.data(), count_}; }

 private:
  using Value = std::optional<std::uint32_t>;
  /// Physical.
  struct Range {
    std::uint32_t address = 0;
    std::uint32_t size = 0;
  };

  bool look_at_next();
  bool pass(std::uint32_t word);
  bool pass_miscellaneous(std::uint32_t word);
  bool pass_data_processing(std::uint32_t word);
  bool pass_branch(std::uint32_t word);
  bool pass_transfer(std::uint32_t word);
  bool pass_extra_transfer(std::uint32_t word);
  bool pass_multiple(std::uint32_t word);
  bool transfer(std::uint32_t word, Value offset, std::uint32_t size, bool load, unsigned words);
  bool load_multiple(std::uint32_t word, std::uint32_t start, bool seen_before);
  bool go_to(Value target);

  Value get(unsigned reg) const;
  void set(unsigned reg, Value value);
  Value operand(std::uint32_t word) const;
  Value loaded(std::uint32_t va, std::uint32_t size, bool seen_before) const;
  bool note_access(std::uint32_t va, std::uint32_t size, bool& seen_before);
  bool predict();

  Source& source_;
  std::uint64_t predictions_;
  std::array<std::uint32_t, 16> r_;
  std::uint32_t known_ = 0xFFFF;  ///< Registers whose value is known, by bit.
  std::uint32_t at_;              ///< The next instruction.
  bool always_ = true;            ///< The present instruction has no condition.
  std::array<Step, kSteps> steps_{};
  unsigned count_ = 0;
  std::array<Range, kSteps> accesses_{};
  unsigned accesses_count_ = 0;
  std::optional<Load> found_;
};

}  // namespace linefill
