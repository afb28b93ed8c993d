// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2_cache.hpp"

#include <algorithm>
#include <bit>

#include "models/core/copy_part.hpp"

namespace linefill {

namespace {

constexpr ByteMask kWholeLine = ~ByteMask{0};
constexpr unsigned kPortBytes = 8;        // 64-bit AXI slave port.
constexpr unsigned kPortSetupCycles = 3;  // So that a line takes the port for 7 cycles.

constexpr bool write_back(CachePolicy policy) {
  return policy == CachePolicy::kWriteBackWriteAllocate ||
         policy == CachePolicy::kWriteBackNoWriteAllocate;
}

unsigned port_cycles(std::size_t bytes) {
  return kPortSetupCycles + static_cast<unsigned>((bytes + kPortBytes - 1) / kPortBytes);
}

}  // namespace

L2Cache::L2Cache(const L2Settings& settings, L2MasterSide& memory, L2StoreBuffer& buffer,
                 L2EvictionBuffer& evictions, L2Monitor& monitor, L2Statistics& statistics,
                 Timing timing)
    : settings_{settings},
      memory_{memory},
      buffer_{buffer},
      evictions_{evictions},
      monitor_{monitor},
      statistics_{statistics},
      timing_{timing},
      array_{settings.geometry(), settings.replacement()} {}

// Every part is served; the first error is the answer.
template <class Use>
BusResponse L2Cache::for_each_part(const L2Request& request, Use&& use) {
  BusResponse result = BusResponse::kOkay;
  for (std::size_t done = 0; done < request.data.size();) {
    const PhysicalAddress at = request.address + static_cast<std::uint32_t>(done);
    const unsigned offset = line_offset(at);
    const std::size_t size = std::min<std::size_t>(request.data.size() - done, kLineBytes - offset);
    ByteMask mask = bytes_at(offset, static_cast<unsigned>(size));
    if (request.data.size() <= kLineBytes) mask &= (request.strobes >> done) << offset;
    const bool secure = request.attributes.secure || settings_.ignores_security();
    const Part part{request, l2_line(line_of(at), secure), offset, request.data.subspan(done, size),
                    mask};
    const BusResponse response = use(part);
    if (result == BusResponse::kOkay) result = response;
    done += size;
  }
  return result;
}

unsigned L2Cache::hit_cycles() const {
  return timing_.hit_cycles + settings_.tag_read_cycles() + settings_.data_read_cycles();
}

// TRM 2.5.1 and the shareable attribute: a shared non-cacheable access is looked up unless
// overridden.
bool L2Cache::looked_up(const MemoryAttributes& memory) const {
  if (!settings_.enabled() || !memory.normal()) return false;
  if (!memory.shareable) return memory.outer != CachePolicy::kNonCacheable;
  if (memory.outer != CachePolicy::kNonCacheable) return settings_.shared_is_cached();
  return settings_.looks_up_shared();
}

// TRM 2.3.3, exclusive configuration: of data that are write-back in both caches.
bool L2Cache::exclusive(const Attributes& attributes) const {
  return settings_.exclusive() && !attributes.instruction && write_back(attributes.memory.outer) &&
         write_back(attributes.memory.inner);
}

BusResponse L2Cache::read(const L2Request& request, Time& now) {
  now = read_port_.take(now, cycles(port_cycles(request.data.size())));
  const MemoryAttributes& memory = request.attributes.memory;
  if (memory.normal())
    return for_each_part(request, [&](const Part& part) { return read_part(part, now); });
  // A strongly ordered access comes after all that was written before.
  if (memory.type == MemoryType::kStronglyOrdered) buffer_.drain_all(now);
  for_each_part(request, [&](const Part& part) {
    drain_line(part.line, now);
    return BusResponse::kOkay;
  });
  ++statistics_.bypassed;
  now += cycles(timing_.hit_cycles);
  return memory_.read(request.address, request.data, request.attributes, now);
}

BusResponse L2Cache::read_part(const Part& part, Time& now) {
  drain_line(part.line, now);
  const MemoryAttributes& memory = part.request.attributes.memory;
  if (!looked_up(memory)) {
    ++statistics_.bypassed;
    now += cycles(timing_.hit_cycles);
    return read_memory(part, now);
  }
  CacheLine* line = array_.find(part.line);
  count_read(part, line != nullptr);
  now += cycles(hit_cycles());
  if (line != nullptr) return read_hit(part, *line, now);
  const bool allocates = memory.outer != CachePolicy::kNonCacheable &&
                         !settings_.fills_disabled() && !exclusive(part.request.attributes);
  if (!allocates) return read_memory(part, now);

  LineData data;
  const BusResponse response = fetch(part.line, data, part.request.attributes, now);
  if (response != BusResponse::kOkay) return response;
  copy_part(part.data.data(), data.data() + part.offset, part.data.size());
  line = make_room(part.line, part.request.attributes, now);
  if (line != nullptr) {
    install(*line, part.line, data,
            part.request.speculative ? FillCause::kSpeculative : FillCause::kDemand,
            part.request.attributes.origin, now);
    if (part.request.marks != nullptr) {
      part.request.marks->filled_from(line->marks);
    } else {
      report_stale_use(part, *line, now);
    }
  } else if (part.request.marks != nullptr && observer_ != nullptr) {
    part.request.marks->filled_from(observer_->memory_marks(memory_line(part.line)));
  }
  fill_second_line(part, now);
  prefetch(part, now);
  return BusResponse::kOkay;
}

BusResponse L2Cache::read_hit(const Part& part, CacheLine& line, Time& now) {
  copy_part(part.data.data(), line.data.data() + part.offset, part.data.size());
  if (part.request.marks != nullptr) {
    part.request.marks->filled_from(line.marks);
  } else {
    report_stale_use(part, line, now);
  }
  const bool cacheable = part.request.attributes.memory.outer != CachePolicy::kNonCacheable;
  if (exclusive(part.request.attributes)) line.given_up = true;
  if (cacheable) prefetch(part, now);
  return BusResponse::kOkay;
}

// What the array holds, if anything, is not looked at: dirty bytes there make what is read an older
// copy.
BusResponse L2Cache::read_memory(const Part& part, Time& now) {
  const BusResponse response = memory_.read(address_of(memory_line(part.line)) + part.offset,
                                            part.data, part.request.attributes, now);
  if (part.request.marks == nullptr || observer_ == nullptr) return response;
  part.request.marks->filled_from(observer_->memory_marks(memory_line(part.line)));
  const CacheLine* line = array_.find(part.line);
  if (line != nullptr)
    part.request.marks->superseded |= line->marks.dirty & ~line->marks.superseded;
  return response;
}

BusResponse L2Cache::write(const L2Request& request, Time& now) {
  if (request.hints.line_of_zeros && !settings_.takes_lines_of_zeros())
    return write_first_beat(request, now);
  const unsigned beats =
      port_cycles(request.hints.line_of_zeros ? kPortBytes : request.data.size());
  now = write_port_.take(now, cycles(beats)) +
        cycles(settings_.early_response() ? port_cycles(kPortBytes) : beats);
  const MemoryAttributes& memory = request.attributes.memory;
  if (!memory.normal()) return write_around(request, now);
  return for_each_part(request, [&](const Part& part) { return write_part(part, now); });
}

// A Cortex-A9 sends a line of zeros as one beat where its ACTLR says that this controller knows of
// it. Where it does not, that beat is all that is written; the rest of the line is lost.
BusResponse L2Cache::write_first_beat(const L2Request& request, Time& now) {
  ++statistics_.truncated_lines;
  L2Request beat = request;
  beat.data = request.data.first(kPortBytes);
  beat.hints = {};
  beat.marks = nullptr;
  const BusResponse response = write(beat, now);
  if (request.marks == nullptr) return response;
  const LineNumber line = line_of(request.address);
  LineMarks lost = *request.marks;
  lost.dirty &= ~bytes_at(0, kPortBytes);
  const ByteMask newest = lost.dirty & ~lost.superseded;
  if (lost.dirty != 0 && observer_ != nullptr)
    observer_->dropped_dirty(CopyLevel::kL1Data, line, lost, request.attributes.origin, now);
  if (newest != 0) {
    lose(line, newest, lost);
    buffer_.lose(line, newest, lost);
  }
  return response;
}

// Strongly ordered and Device: nothing is merged, nothing waits. All strobed bytes are one
// transaction where they are one run: a register sees one write.
BusResponse L2Cache::write_around(const L2Request& request, Time& now) {
  if (request.attributes.memory.type == MemoryType::kStronglyOrdered) buffer_.drain_all(now);
  for_each_part(request, [&](const Part& part) {
    drain_line(part.line, now);
    return BusResponse::kOkay;
  });
  ++statistics_.bypassed;
  now += cycles(timing_.hit_cycles / 2);
  BusResponse result = BusResponse::kOkay;
  const auto size = static_cast<unsigned>(request.data.size());
  if (size > kLineBytes) {
    result = memory_.write(request.address, request.data, request.attributes, now);
  } else {
    for (ByteMask left = request.strobes & bytes_at(0, size); left != 0;) {
      const auto first = static_cast<unsigned>(std::countr_zero(left));
      const auto run = static_cast<unsigned>(std::countr_one(left >> first));
      left &= ~bytes_at(first, run);
      const BusResponse response = memory_.write(
          request.address + first, request.data.subspan(first, run), request.attributes, now);
      if (result == BusResponse::kOkay) result = response;
    }
  }
  if (observer_ == nullptr) return result;
  for_each_part(request, [&](const Part& part) {
    mark_around(part);
    observer_->uncached_store_reached(CopyLevel::kMemory, memory_line(part.line), part.mask,
                                      request.attributes.origin, now);
    return BusResponse::kOkay;
  });
  return result;
}

BusResponse L2Cache::write_part(const Part& part, Time& now) {
  evictions_.drain_line(memory_line(part.line), now);
  const MemoryAttributes& memory = part.request.attributes.memory;
  if (!settings_.enabled()) {
    ++statistics_.bypassed;
    write_memory_at_once(part, now);
    return BusResponse::kOkay;
  }
  if (!looked_up(memory)) {
    ++statistics_.bypassed;
    mark_around(part);
    write_memory(part, now);
    return BusResponse::kOkay;
  }
  const bool cacheable = memory.outer != CachePolicy::kNonCacheable;
  const bool back = cacheable && write_back(memory.outer) && !settings_.write_through_forced();
  if (part.request.hints.clean && exclusive(part.request.attributes))
    return take_clean_line(part, now);
  // Older bytes of the line must not reach memory after these.
  if (back) drain_line(part.line, now);
  CacheLine* line = array_.find(part.line);
  count_write(line != nullptr);
  if (!back) monitor_.count(L2Event::kWriteThroughRequest);
  if (line != nullptr && !cacheable && settings_.shared_invalidate() && part.mask == kWholeLine) {
    array_.release(*line);  // Every byte is replaced below: nothing is lost.
    line = nullptr;
  }
  if (line == nullptr && cacheable) line = allocate_for_write(part, now);
  if (line != nullptr) write_into(part, *line, back, now);
  if (line == nullptr || !back) write_memory(part, now);
  return BusResponse::kOkay;
}

// Exclusive configuration: a line comes back from the L1 as it was.
BusResponse L2Cache::take_clean_line(const Part& part, Time& now) {
  drain_line(part.line, now);
  CacheLine* line = array_.find(part.line);
  count_write(line != nullptr);
  if (line == nullptr) line = allocate_for_write(part, now);
  if (line == nullptr) return BusResponse::kOkay;  // Memory has it.
  const bool dirty = line->dirty;
  write_into(part, *line, true, now);
  line->dirty = dirty;
  return BusResponse::kOkay;
}

CacheLine* L2Cache::allocate_for_write(const Part& part, Time& now) {
  const Attributes& attributes = part.request.attributes;
  const bool evicted_from_l1 = part.request.hints.eviction && exclusive(attributes);
  const bool wanted =
      attributes.memory.outer == CachePolicy::kWriteBackWriteAllocate || evicted_from_l1;
  if (settings_.fills_disabled() || !settings_.write_allocates(wanted)) return nullptr;
  LineData data{};
  if (part.mask != kWholeLine) {
    drain_line(part.line, now);
    if (fetch(part.line, data, attributes, now) != BusResponse::kOkay) return nullptr;
  }
  CacheLine* line = make_room(part.line, attributes, now);
  if (line == nullptr) return nullptr;
  monitor_.count(L2Event::kWriteAllocate);
  install(*line, part.line, data, FillCause::kDemand, attributes.origin, now);
  return line;
}

void L2Cache::write_into(const Part& part, CacheLine& line, bool back, Time now) {
  if (part.mask == kWholeLine) {
    copy_part(line.data.data(), part.data.data(), kLineBytes);
  } else {
    for (unsigned b = part.offset; b < part.offset + part.data.size(); ++b) {
      if ((part.mask >> b & 1U) != 0) line.data[b] = part.data[b - part.offset];
    }
  }
  const Origin& origin = part.request.attributes.origin;
  if (part.request.marks != nullptr) {
    line.marks.absorb(*part.request.marks);
  } else {
    line.marks.stored(part.mask, {origin.pc, origin.epoch});
  }
  line.given_up = false;
  if (back) {
    line.dirty = true;
    if (part.request.marks == nullptr && observer_ != nullptr) {
      observer_->uncached_store_reached(CopyLevel::kL2, memory_line(part.line), part.mask, origin,
                                        now);
    }
    return;
  }
  // Written through: memory has these bytes, or the store buffer on their way.
  line.marks.dirty &= ~part.mask;
  if (part.mask == kWholeLine) line.dirty = false;
}

void L2Cache::write_memory(const Part& part, Time& now) {
  if (part.request.marks != nullptr) return write_memory_at_once(part, now);
  LineData data{};
  copy_part(data.data() + part.offset, part.data.data(), part.data.size());
  buffer_.write(part.line, data, part.mask, part.request.attributes, now);
}

// A line that an L1 writes back past this cache fills a slot at once; with the controller disabled
// nothing waits in slots.
void L2Cache::write_memory_at_once(const Part& part, Time& now) {
  drain_line(part.line, now);
  const Origin& origin = part.request.attributes.origin;
  if (observer_ != nullptr && part.request.marks != nullptr) {
    observer_->wrote_back_to_memory(CopyLevel::kL1Data, memory_line(part.line), *part.request.marks,
                                    part.request.cause, origin, now);
  }
  if (!looked_up(part.request.attributes.memory)) mark_around(part);
  LineData data{};
  copy_part(data.data() + part.offset, part.data.data(), part.data.size());
  memory_.post(memory_line(part.line), data, part.mask, part.request.attributes, now);
  if (observer_ != nullptr && part.request.marks == nullptr) {
    observer_->uncached_store_reached(CopyLevel::kMemory, memory_line(part.line), part.mask, origin,
                                      now);
  }
}

// The array's copy, if there is one, is older than what now goes to memory around it.
void L2Cache::mark_around(const Part& part) {
  if (filter_ != nullptr && !filter_->may_be_held(part.line)) return;
  CacheLine* line = array_.find(part.line);
  if (line == nullptr) return;
  line->marks.overtaken(part.request.marks != nullptr ? part.request.marks->dirty : part.mask);
}

void L2Cache::report_stale_use(const Part& part, const CacheLine& line, Time now) {
  const ByteMask stale = line.marks.stale() & part.mask;
  if (observer_ == nullptr || stale == 0 || part.request.speculative) return;
  observer_->stale_use(CopyLevel::kL2, memory_line(part.line), stale,
                       {&line.marks, kWholeLine, line.fill_cause, line.filled_stale},
                       part.request.attributes.origin, now);
}

void L2Cache::count_read(const Part& part, bool hit) {
  if (part.request.attributes.instruction) {
    monitor_.count(L2Event::kInstructionReadRequest);
    if (hit) monitor_.count(L2Event::kInstructionReadHit);
    ++(hit ? statistics_.instruction_read_hits : statistics_.instruction_read_misses);
  } else {
    monitor_.count(L2Event::kDataReadRequest);
    if (hit) monitor_.count(L2Event::kDataReadHit);
    ++(hit ? statistics_.data_read_hits : statistics_.data_read_misses);
  }
}

void L2Cache::count_write(bool hit) {
  monitor_.count(L2Event::kDataWriteRequest);
  if (hit) monitor_.count(L2Event::kDataWriteHit);
  ++(hit ? statistics_.data_write_hits : statistics_.data_write_misses);
}

}  // namespace linefill
