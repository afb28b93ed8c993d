// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/l1_instruction_cache.hpp"

#include <cassert>

namespace linefill {

L1InstructionCache::L1InstructionCache(CacheGeometry geometry, Replacement replacement,
                                       CoreContext& context, Statistics& statistics)
    : lines_{geometry, replacement},
      context_{context},
      misses_{statistics, "l1i_misses", "lines"},
      uncached_reads_{statistics, "l1i_uncached_fetches", "lines"} {}

L1InstructionCache::Filled L1InstructionCache::read(CacheLine& line, LineNumber number,
                                                    const MemoryAttributes& attributes,
                                                    const Origin& origin, Time now,
                                                    LineMarks* below) {
  Filled result{nullptr, BusResponse::kOkay, now};
  CoreTransaction transaction{false, address_of(number), line.data, {attributes, origin}};
  transaction.attributes.instruction = true;
  transaction.marks = context_.observer != nullptr ? below : nullptr;
  result.response = context_.bus.transport(transaction, result.end);
  if (result.response == BusResponse::kOkay) result.line = &line;
  return result;
}

// The line that was there is gone even if the bus refuses: it was the victim.
L1InstructionCache::Filled L1InstructionCache::fill(LineNumber number,
                                                    const MemoryAttributes& attributes,
                                                    ByteMask newer_above, const Origin& origin,
                                                    Time now) {
  LineMarks below;
  CacheLine* const victim = lines_.victim(number);
  assert(victim != nullptr);  // No way is locked.
  CacheLine& line = *victim;
  lines_.release(line);
  const Filled result = read(line, number, attributes, origin, now, &below);
  if (result.line == nullptr) return result;
  lines_.take(line, number);
  line.marks.filled_from(below);
  line.marks.overtaken(newer_above);
  line.fill_cause = FillCause::kDemand;
  line.filled_stale = line.marks.stale() != 0;
  ++misses_;
  if (context_.observer != nullptr) {
    context_.observer->filled(CopyLevel::kL1Instruction, number, line.marks, FillCause::kDemand,
                              origin, result.end);
  }
  return result;
}

L1InstructionCache::Filled L1InstructionCache::read_uncached(LineNumber number,
                                                             const MemoryAttributes& attributes,
                                                             const Origin& origin, Time now) {
  ++uncached_reads_;
  uncached_.empty();
  const Filled result = read(uncached_, number, attributes, origin, now, nullptr);
  if (result.line != nullptr) uncached_.tag = number;
  uncached_.valid = result.line != nullptr;
  return result;
}

void L1InstructionCache::invalidate(LineNumber number) {
  if (CacheLine* line = lines_.find(number)) lines_.release(*line);
}

// A kernel's boot does this tens of thousands of times.
void L1InstructionCache::invalidate_all() { lines_.release_all(); }

CopyView L1InstructionCache::find(LineNumber number) const {
  const CacheLine* line = lines_.find(number);
  if (line == nullptr) return {};
  return {&line->marks, ~ByteMask{0}, line->fill_cause, line->filled_stale};
}

void L1InstructionCache::overtaken(LineNumber number, ByteMask bytes) {
  CacheLine* line = lines_.find(number);
  if (line == nullptr) return;
  line->marks.overtaken(bytes);
  line->unmap();
}

void L1InstructionCache::lose(LineNumber number, ByteMask bytes, const LineMarks& dropped) {
  CacheLine* line = lines_.find(number);
  if (line == nullptr) return;
  line->marks.lose(bytes, dropped);
  line->unmap();
}

void L1InstructionCache::overwrite(LineNumber number, std::span<const std::byte, kLineBytes> data,
                                   ByteMask mask) {
  CacheLine* line = lines_.overwrite(number, data, mask);
  if (line == nullptr) return;
  line->decoded = {};
  line->unmap();
}

}  // namespace linefill
