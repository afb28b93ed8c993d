// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/data_side.hpp"

#include <algorithm>
#include <array>

#include "models/core/copy_part.hpp"

namespace linefill {

namespace {

/// From the L1D's miss to the bus and back into the register, in cycles of the core, beside what is
/// below: with an L2C-310 of the shortest latencies, load-to-use is 23 cycles (7-cpu.com,
/// Cortex-A9).
constexpr int kMissCycles = 1;

ByteMask mask_of(PhysicalAddress address, std::size_t size) {
  return bytes_at(line_offset(address), static_cast<unsigned>(size));
}

}  // namespace

DataSide::DataSide(L1DataCache& l1d, L1InstructionCache& l1i, StoreBuffer& buffer,
                   CoreContext& context, Statistics& statistics)
    : l1d_{l1d},
      l1i_{l1i},
      buffer_{buffer},
      context_{context},
      misses_{statistics, "l1d_misses", "accesses"},
      uncached_loads_{statistics, "uncached_loads", "accesses"},
      uncached_stores_{statistics, "uncached_stores", "accesses"},
      device_accesses_{statistics, "device_accesses", "accesses"} {}

// --- Cached
// -------------------------------------------------------------------------------------------

DataSide::Result DataSide::read(const Access& access, std::span<std::byte> data) {
  if (!access.cached) return read_uncached(access, data);
  Result result;
  CacheLine* line = look_up(access, false, result);
  if (line == nullptr) return result;
  copy_part(data.data(), line->data.data() + line_offset(access.address), data.size());
  use(*line, mask_of(access.address, data.size()), access.attributes.origin);
  return result;
}

DataSide::Result DataSide::write(const Access& access, std::span<const std::byte> data) {
  if (!access.cached) return write_uncached(access, data);
  Result result;
  CacheLine* line = look_up(access, true, result);
  if (line == nullptr) return result;
  copy_part(line->data.data() + line_offset(access.address), data.data(), data.size());
  line->dirty = true;
  line->settle();
  const Origin& origin = access.attributes.origin;
  const ByteMask bytes = mask_of(access.address, data.size());
  line->marks.stored(bytes, {origin.pc, origin.epoch});
  line->recent_epoch = origin.epoch;
  l1i_.overtaken(line->tag, bytes);
  return result;
}

CacheLine* DataSide::look_up(const Access& access, bool for_write, Result& result) {
  const LineNumber number = line_of(access.address);
  buffer_.drain_line(number);
  result.line = l1d_.find(number);
  if (result.line != nullptr) {
    result.hit = true;
    if (!for_write) context_.stall_until(fills_.ready(number));
    return result.line;
  }
  ++misses_;
  if (!for_write) ++load_misses_;
  context_.stall_until(buffer_.drain_ordered());
  const Time start = wait_for_fill_slot();
  const auto filled = l1d_.fill(number, access.attributes.memory, FillCause::kDemand,
                                access.attributes.origin, start);
  result.line = filled.line;
  result.response = filled.response;
  const Time ready = filled.end + context_.period * kMissCycles;
  if (filled.line != nullptr) fills_.add(number, ready);
  if (!for_write || filled.line == nullptr) context_.stall_until(ready);
  return result.line;
}

// Others may reach the bus while the core waits: they come first.
Time DataSide::wait_for_fill_slot() {
  const Time start = fills_.begin(context_.now());
  if (start > context_.now()) {
    context_.stall_until(start);
    context_.bus.catch_up();
  }
  return context_.now();
}

void DataSide::use(CacheLine& line, ByteMask bytes, const Origin& origin) {
  if (context_.observer == nullptr) return;
  line.settle();
  const ByteMask stale = line.marks.stale() & bytes;
  if (stale == 0) return;
  const CopyView view{&line.marks, ~ByteMask{0}, line.fill_cause, line.filled_stale};
  context_.observer->stale_use(CopyLevel::kL1Data, line.tag, stale, view, origin, context_.now());
}

void DataSide::prefetch(LineNumber number, const MemoryAttributes& attributes, FillCause cause,
                        const Origin& origin) {
  if (l1d_.find(number) != nullptr) return;
  buffer_.drain_line(number);
  buffer_.drain_ordered();
  const Time start = wait_for_fill_slot();
  const auto filled = l1d_.fill(number, attributes, cause, origin, start);
  if (filled.line != nullptr) fills_.add(number, filled.end + context_.period * kMissCycles);
}

// --- Around the L1D
// -----------------------------------------------------------------------------------

// Strongly-ordered accesses wait for the buffer; others for what a DMB has put before them. A slot
// that holds some of the bytes leaves first in any case.
void DataSide::order_uncached(const Access& access) {
  if (access.attributes.memory.type == MemoryType::kStronglyOrdered) {
    context_.stall_until(buffer_.drain_all());
  } else {
    context_.stall_until(buffer_.drain_ordered());
    buffer_.drain_line(line_of(access.address));
  }
}

DataSide::Result DataSide::read_uncached(const Access& access, std::span<std::byte> data) {
  ++uncached_loads_;
  order_uncached(access);
  const bool memory = context_.bus.is_memory(access.address);
  if (memory && context_.observer != nullptr) {
    context_.observer->uncached_access(access.address, static_cast<std::uint32_t>(data.size()),
                                       false, access.attributes, context_.now());
  }
  Time end = context_.now();
  const BusResponse response =
      context_.bus.transport({false, access.address, data, access.attributes}, end);
  context_.stall_until(end);
  if (!memory) {
    ++device_accesses_;
    context_.clock.stop_soon();
  }
  return {response};
}

bool DataSide::read_ahead(const Access& access, std::span<std::byte> data) {
  const LineNumber number = line_of(access.address);
  if (access.cached) {
    prefetch(number, access.attributes.memory, FillCause::kSpeculative, access.attributes.origin);
    const CacheLine* const line = l1d_.find(number);
    if (line == nullptr) return false;
    copy_part(data.data(), line->data.data() + line_offset(access.address), data.size());
    return true;
  }
  order_uncached(access);
  Time end = context_.now();
  const BusResponse response =
      context_.bus.transport({false, access.address, data, access.attributes, nullptr, true}, end);
  context_.stall_until(end);
  return response == BusResponse::kOkay;
}

DataSide::Result DataSide::write_uncached(const Access& access, std::span<const std::byte> data) {
  ++uncached_stores_;
  const bool memory = context_.bus.is_memory(access.address);
  if (memory) {
    if (context_.observer != nullptr) {
      context_.observer->uncached_access(access.address, static_cast<std::uint32_t>(data.size()),
                                         true, access.attributes, context_.now());
    }
    overtake_copies(access.address, data.size());
  }
  if (access.attributes.memory.normal() && !access.exclusive) {
    write_buffered(access, data);
    return {};
  }
  order_uncached(access);
  std::array<std::byte, kLineBytes> copy;
  std::copy(data.begin(), data.end(), copy.begin());
  CoreTransaction transaction{true, access.address, std::span{copy}.first(data.size()),
                              access.attributes};
  // Program order among the device's causes: this store is the first access of its epoch.
  if (!memory && !access.attributes.memory.normal())
    transaction.attributes.origin.epoch = ++context_.epoch;
  Time end = context_.now();
  const BusResponse response = context_.bus.transport(transaction, end);
  context_.stall_until(end);
  if (!memory) {
    ++device_accesses_;
    context_.clock.stop_soon();
  }
  return {response};
}

void DataSide::write_buffered(const Access& access, std::span<const std::byte> data) {
  for (std::size_t done = 0; done < data.size();) {
    const PhysicalAddress at = access.address + static_cast<std::uint32_t>(done);
    const std::size_t room = StoreBuffer::kSlotBytes - raw(at) % StoreBuffer::kSlotBytes;
    const std::size_t part = std::min(room, data.size() - done);
    buffer_.store(at, data.subspan(done, part), access.attributes.memory, access.attributes.origin);
    done += part;
  }
}

void DataSide::overtake_copies(PhysicalAddress address, std::size_t size) {
  const LineNumber line = line_of(address);
  l1d_.overtaken(line, mask_of(address, size));
  l1i_.overtaken(line, mask_of(address, size));
}

// --- Barriers and cache operations
// --------------------------------------------------------------------

void DataSide::complete() {
  context_.stall_until(buffer_.drain_all());
  context_.stall_until(std::max(fills_.last(), l1d_.write_backs_end()));
}

void DataSide::before_write_back(LineNumber line) {
  context_.stall_until(buffer_.drain_ordered());
  buffer_.drain_line(line);
}

void DataSide::maintain(Maintenance::Action action, CacheLine& line, const Origin& origin) {
  switch (action) {
    case Maintenance::Action::kClean:
      context_.stall_until(l1d_.clean(line, WriteBackCause::kClean, origin, context_.now()));
      break;
    case Maintenance::Action::kInvalidate:
      l1d_.invalidate(line, origin, context_.now());
      break;
    case Maintenance::Action::kCleanInvalidate:
      context_.stall_until(l1d_.evict(line, WriteBackCause::kClean, origin, context_.now()));
      break;
    case Maintenance::Action::kSync:
      break;
  }
}

}  // namespace linefill
