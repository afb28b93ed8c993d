// SPDX-License-Identifier: Apache-2.0
// The performance monitors' events and their interrupt.
#include <algorithm>
#include <string_view>

#include "models/cpu/processor.hpp"

namespace linefill {
namespace {

/// Events that a counter of the report counts already.
struct CountedEvent {
  PerformanceEvent event;
  std::string_view counter;
};
constexpr CountedEvent kCountedEvents[]{
    {PerformanceEvent::kInstructionRefill, "l1i_misses"},
    {PerformanceEvent::kDataRefill, "l1d_fills"},
    {PerformanceEvent::kDataEviction, "l1d_write_backs"},
};

std::uint64_t counter_value(const Statistics& statistics, std::string_view name) {
  const auto& all = statistics.counters();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const Counter* c) { return c->name() == name; });
  return found == all.end() ? 0 : (*found)->value();
}

}  // namespace

void Processor::connect_monitors() {
  control_.monitors().set_event_total(
      [this](PerformanceEvent event) { return event_total(event); });
}

std::uint64_t Processor::event_total(PerformanceEvent event) {
  for (const CountedEvent& row : kCountedEvents) {
    if (row.event == event) return counter_value(statistics_, row.counter);
  }
  const ExecutionCounts& counts = core_.counts();
  const auto data_accesses = [this] {
    system_.settle_statistics();
    return counter_value(statistics_, "l1d_hits") + counter_value(statistics_, "l1d_misses");
  };
  switch (event) {
    case PerformanceEvent::kInstructionTlbRefill:
      return system_.mmu().fetch_walks();
    case PerformanceEvent::kDataTlbRefill:
      return system_.mmu().walks() - system_.mmu().fetch_walks();
    case PerformanceEvent::kDataAccess:
      return data_accesses();
    case PerformanceEvent::kDataRead:
      return system_.loads();
    case PerformanceEvent::kDataWrite:
      return data_accesses() + counter_value(statistics_, "uncached_loads") +
             counter_value(statistics_, "uncached_stores") - system_.loads();
    case PerformanceEvent::kExceptionTaken:
      return core_.exceptions();
    case PerformanceEvent::kExceptionReturn:
      return counts.exception_returns;
    case PerformanceEvent::kContextWrite:
      return control_.context_writes();
    case PerformanceEvent::kPcChange:
      return counts.pc_changes + counts.exception_returns;
    case PerformanceEvent::kStrexPassed:
      return counts.strex_passed;
    case PerformanceEvent::kStrexFailed:
      return counts.strex_failed;
    case PerformanceEvent::kInstructions:
      return core_.instructions();
    case PerformanceEvent::kIsb:
      return counts.isb;
    case PerformanceEvent::kDsb:
      return counts.dsb;
    case PerformanceEvent::kDmb:
      return counts.dmb;
    case PerformanceEvent::kExternalInterrupts:
      return counts.interrupts;
    default:
      return 0;
  }
}

void Processor::drive_pmuirq() {
  const PerformanceMonitors& monitors = control_.monitors();
  if (!pmuirq_level_ && !monitors.may_interrupt()) return;
  const bool level = monitors.interrupt();
  if (level == pmuirq_level_) return;
  pmuirq_level_ = level;
  if (pmuirq.size() != 0) pmuirq->write(level);
}

}  // namespace linefill
