// SPDX-License-Identifier: Apache-2.0
#include "models/checker/function_hooks.hpp"

#include <algorithm>

namespace linefill {

namespace {
constexpr unsigned kSp = 13;
constexpr unsigned kLr = 14;
// A task that never returns (it exits while asleep in a hooked call) must not fill memory.
constexpr std::size_t kMostPending = 1024;
}  // namespace

void FunctionHooks::hook(std::uint32_t entry, OnEntry on_entry, OnReturn on_return) {
  hooks_.insert_or_assign(entry, Hook{std::move(on_entry), std::move(on_return)});
  program_.watch_instruction(entry, true);
}

void FunctionHooks::at_instruction(std::uint32_t pc) {
  leave(pc);
  const auto found = hooks_.find(pc);
  if (found != hooks_.end()) enter(found->second);
}

void FunctionHooks::enter(const Hook& hook) {
  HookedCall call;
  call.return_address = program_.reg(kLr) & ~1U;
  call.sp = program_.reg(kSp);
  for (unsigned i = 0; i < call.r.size(); ++i) call.r[i] = program_.reg(i);
  for (unsigned i = 0; i < HookedCall::kStackWords; ++i)
    call.stack[i] = program_.word(call.sp + 4 * i).value_or(0);
  call.entered = program_.now();
  if (hook.on_entry) hook.on_entry(call);
  if (!hook.on_return) return;
  if (pending_.size() == kMostPending) pending_.erase(pending_.begin());
  pending_.push_back({call, &hook});
  program_.watch_instruction(call.return_address, true);
}

void FunctionHooks::leave(std::uint32_t pc) {
  const std::uint32_t sp = program_.reg(kSp);
  for (;;) {
    const auto done = std::find_if(pending_.rbegin(), pending_.rend(), [&](const Pending& p) {
      return p.call.return_address == pc && p.call.sp == sp;
    });
    if (done == pending_.rend()) break;
    const Pending finished = *done;
    pending_.erase(std::next(done).base());
    finished.hook->on_return(finished.call, program_.reg(0), program_.reg(1));
  }
  const bool awaited = std::any_of(pending_.begin(), pending_.end(),
                                   [&](const Pending& p) { return p.call.return_address == pc; });
  if (!awaited && !hooks_.contains(pc)) program_.watch_instruction(pc, false);
}

}  // namespace linefill
