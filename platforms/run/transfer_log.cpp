// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/transfer_log.hpp"

#include <algorithm>
#include <utility>

#include "models/checker/narrow_handles.hpp"

namespace linefill {

namespace {

Time difference(Time later, Time earlier) {
  return later == kNever || earlier == kNever ? kNever : later - earlier;
}

// Adds a call's time to a step, once for each call.
void add_call(Time& step, Time& counted, Time entered, Time returned) {
  if (counted == entered) return;
  counted = entered;
  step = (step == kNever ? Time{0} : step) + (returned - entered);
}

std::pair<std::string, std::uint32_t> key_of(const Mapping& mapping) {
  return {mapping.device, mapping.address};
}

}  // namespace

TransferLog::TransferLog(FunctionHooks& hooks, Ledger& ledger, const Symbols& symbols)
    : ledger_{ledger} {
  const auto on_entry = [&](const char* function, FunctionHooks::OnEntry entered) {
    if (const auto entry = symbols.address_of(function)) hooks.hook(*entry, std::move(entered), {});
  };
  // The second names are those of Linux, where the first are inline.
  for (const char* name : {"dma_async_issue_pending", "pl330_issue_pending"})
    on_entry(name, [this](const HookedCall& call) { submitted(call.r[0], call.entered); });
  on_entry("pl330_irq_handler",
           [this](const HookedCall& call) { interrupts_.push_back(call.entered); });
  on_entry("dmaengine_desc_callback_invoke",
           [this](const HookedCall& call) { called_back(call.entered); });
  hook_preparations(hooks, symbols);
  ledger.set_ended_listener([this](const Mapping& mapping) { unmapped(mapping); });
}

// prep_dma_memcpy(channel, to, from, size, flags), prep_slave_sg(channel, list, entries,
// direction, flags); DMA_MEM_TO_DEV is 1, DMA_DEV_TO_MEM 2.
void TransferLog::hook_preparations(FunctionHooks& hooks, const Symbols& symbols) {
  constexpr std::uint32_t kMemoryToDevice = 1;
  const auto on_return = [&](const char* function, auto&& note) {
    const auto entry = symbols.address_of(function);
    if (!entry) return;
    hooks.hook(*entry, {}, [note](const HookedCall& call, std::uint32_t descriptor, std::uint32_t) {
      if (descriptor != 0) note(call);
    });
  };
  const bool narrow = has_narrow_handles(symbols);
  for (const char* name : {"dmaengine_prep_dma_memcpy", "pl330_prep_dma_memcpy"}) {
    on_return(name, [this, narrow](const HookedCall& call) {
      Prepared& prepared = prepared_[call.r[0]];
      prepared.kind = Transfer::Kind::kMemoryToMemory;
      prepared.bytes += narrow ? call.r[3] : call.stack[2];
    });
  }
  for (const char* name : {"dmaengine_prep_slave_sg", "pl330_prep_slave_sg"}) {
    on_return(name, [this](const HookedCall& call) {
      prepared_[call.r[0]].kind = call.r[3] == kMemoryToDevice ? Transfer::Kind::kMemoryToDevice
                                                               : Transfer::Kind::kDeviceToMemory;
    });
  }
}

void TransferLog::submitted(std::uint32_t channel, Time now) {
  if (is_running_) return;
  is_running_ = true;
  running_ = {};
  running_.kind = prepared_[channel].kind;
  running_.bytes = prepared_[channel].bytes;
  prepared_.erase(channel);
  submitted_ = now;
  interrupts_.clear();
  ledger_.for_each_live([](Mapping& mapping) {
    mapping.first_access = kNever;
    mapping.last_access = {};
  });
}

void TransferLog::called_back(Time now) {
  if (is_running_) {
    record(std::move(running_));
    ledger_.for_each_live([this](const Mapping& mapping) { take(mapping); });
  }
  if (transfers_.empty()) return;
  Transfer& transfer = transfers_.back();
  if (transfer.interrupt_to_callback == kNever)
    transfer.interrupt_to_callback = difference(now, interrupt_before(now));
}

Time TransferLog::interrupt_before(Time callback) const {
  const auto after_data = std::lower_bound(interrupts_.begin(), interrupts_.end(), last_beat_);
  return after_data == interrupts_.end() || *after_data > callback ? kNever : *after_data;
}

// A transfer is over: what the device touched since the doorbell was for it.
void TransferLog::record(Transfer transfer) {
  first_beat_ = kNever;
  last_beat_ = {};
  last_map_ = last_unmap_ = kNever;
  transfers_.push_back(std::move(transfer));
  is_running_ = false;
}

void TransferLog::take(const Mapping& mapping) {
  if (mapping.first_access == kNever || mapping.type != Mapping::Type::kStreaming) return;
  Transfer& transfer = transfers_.back();
  const bool first_use =
      transfer_of_.insert_or_assign(key_of(mapping), transfers_.size() - 1).second;
  transfer.device = mapping.device;
  if (first_use) add_call(transfer.map, last_map_, mapping.map_entered, mapping.mapped);
  if (transfer.kind != Transfer::Kind::kMemoryToMemory) transfer.bytes += mapping.size;
  first_beat_ = std::min(first_beat_, mapping.first_access);
  last_beat_ = std::max(last_beat_, mapping.last_access);
  transfer.submit_to_first_beat = difference(first_beat_, submitted_);
  transfer.data = last_beat_ - first_beat_;
}

void TransferLog::unmapped(const Mapping& mapping) {
  if (!transfer_of_.contains(key_of(mapping))) {
    if (mapping.first_access == kNever) return;
    const bool doorbell = is_running_;
    if (!doorbell) submitted_ = kNever;
    record(doorbell ? std::move(running_) : Transfer{});
    take(mapping);
    ledger_.for_each_live([&](const Mapping& live) {
      if (doorbell || live.map_entered == mapping.map_entered) take(live);
    });
  }
  Transfer& transfer = transfers_[transfer_of_.at(key_of(mapping))];
  add_call(transfer.unmap, last_unmap_, mapping.unmap_entered, mapping.unmapped);
  transfer_of_.erase(key_of(mapping));
}

std::uint64_t TransferLog::count(Transfer::Kind kind) const {
  return static_cast<std::uint64_t>(
      std::count_if(transfers_.begin(), transfers_.end(),
                    [&](const Transfer& transfer) { return transfer.kind == kind; }));
}

std::uint64_t TransferLog::bytes(Transfer::Kind kind) const {
  std::uint64_t sum = 0;
  for (const Transfer& transfer : transfers_) sum += transfer.kind == kind ? transfer.bytes : 0;
  return sum;
}

Time TransferLog::mean(Transfer::Kind kind, const TransferStep& step) const {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const Transfer& transfer : transfers_) {
    const Time time = transfer.*step.time;
    if (transfer.kind != kind || time == kNever) continue;
    sum += time.count();
    ++count;
  }
  return count == 0 ? kNever : Time{sum / count};
}

}  // namespace linefill
