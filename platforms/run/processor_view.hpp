// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/checker/program_view.hpp"
#include "models/cpu/processor.hpp"

namespace linefill {

/// The processor as the checker's hooks see it.
class ProcessorView final : public ProgramView {
 public:
  explicit ProcessorView(Processor& processor) : processor_{processor} {}

  std::uint32_t reg(unsigned number) const override { return processor_.reg(number); }
  bool thumb() const override { return processor_.core().state().thumb; }
  std::optional<std::uint32_t> word(std::uint32_t va) const override;
  Time now() const override { return processor_.now(); }
  void watch_instruction(std::uint32_t pc, bool on) override {
    processor_.watch_instruction(pc, on);
  }
  void watch_line(LineNumber line, bool on) override { processor_.watch_line(line, on); }

 private:
  Processor& processor_;
};

}  // namespace linefill
