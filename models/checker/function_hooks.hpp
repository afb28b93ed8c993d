// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/checker/program_view.hpp"

namespace linefill {

/// One call of a hooked function. Arguments as the AAPCS (IHI 0042, 6.5) passes them.
struct HookedCall {
  static constexpr unsigned kStackWords = 8;

  std::uint32_t return_address = 0;
  std::uint32_t sp = 0;
  std::array<std::uint32_t, 4> r{};
  std::array<std::uint32_t, kStackWords> stack{};
  Time entered{};
};

/// Calls back on the entry and the return of functions, by address: no instrumentation of the
/// guest. A call returns when the address that LR held at entry is executed with SP as at entry:
/// functions leave by tail calls, sleep, and are entered again.
class FunctionHooks {
 public:
  using OnEntry = std::function<void(const HookedCall&)>;
  using OnReturn = std::function<void(const HookedCall&, std::uint32_t r0, std::uint32_t r1)>;

  explicit FunctionHooks(ProgramView& program) : program_{program} {}

  /// `entry` without the Thumb bit. Either callback may be empty.
  void hook(std::uint32_t entry, OnEntry on_entry, OnReturn on_return);
  /// By the processor, before a watched instruction executes.
  void at_instruction(std::uint32_t pc);

 private:
  struct Hook {
    OnEntry on_entry;
    OnReturn on_return;
  };
  struct Pending {
    HookedCall call;
    const Hook* hook;
  };

  void enter(const Hook& hook);
  void leave(std::uint32_t pc);

  ProgramView& program_;
  std::map<std::uint32_t, Hook> hooks_;
  std::vector<Pending> pending_;
};

}  // namespace linefill
