// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/transfer_log.hpp"

#include <algorithm>

namespace linefill {

namespace {

// The last moment at or before `t`; kNever if there is none.
Time before(const std::vector<Time>& moments, Time t) {
  const auto after = std::upper_bound(moments.begin(), moments.end(), t);
  return after == moments.begin() ? kNever : *std::prev(after);
}

Time after(const std::vector<Time>& moments, Time t) {
  const auto at = std::lower_bound(moments.begin(), moments.end(), t);
  return at == moments.end() ? kNever : *at;
}

Time difference(Time later, Time earlier) {
  return later == kNever || earlier == kNever ? kNever : later - earlier;
}

}  // namespace

TransferLog::TransferLog(FunctionHooks& hooks, Ledger& ledger, const Symbols& symbols) {
  const auto note = [&](const char* function, std::vector<Time>& moments) {
    const auto entry = symbols.address_of(function);
    if (entry)
      hooks.hook(*entry, [&moments](const HookedCall& call) { moments.push_back(call.entered); },
                 {});
  };
  note("dma_async_issue_pending", submits_);
  note("pl330_irq_handler", interrupts_);
  note("dmaengine_desc_callback_invoke", callbacks_);
  ledger.set_ended_listener([this](const Mapping& mapping) { ended(mapping); });
}

void TransferLog::ended(const Mapping& mapping) {
  Transfer transfer;
  transfer.device = mapping.device;
  transfer.direction = mapping.direction;
  transfer.bytes = mapping.size;
  transfer.map = mapping.mapped - mapping.map_entered;
  transfer.unmap = mapping.unmapped - mapping.unmap_entered;
  if (mapping.first_access != kNever) {
    transfer.submit_to_first_beat =
        difference(mapping.first_access, before(submits_, mapping.first_access));
    transfer.data = mapping.last_access - mapping.first_access;
    const Time interrupt = after(interrupts_, mapping.last_access);
    const Time callback = interrupt == kNever ? kNever : after(callbacks_, interrupt);
    transfer.interrupt_to_callback = difference(callback, interrupt);
  }
  transfers_.push_back(std::move(transfer));
}

Time TransferLog::mean(const TransferStep& step) const {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const Transfer& transfer : transfers_) {
    const Time time = transfer.*step.time;
    if (time == kNever) continue;
    sum += time.count();
    ++count;
  }
  return count == 0 ? kNever : Time{sum / count};
}

}  // namespace linefill
