// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/l1_data_cache.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace linefill {

namespace {

constexpr std::array<std::byte, kLineBytes> kZeros{};

}  // namespace

L1DataCache::L1DataCache(CacheGeometry geometry, Replacement replacement, CoreContext& context,
                         Statistics& statistics)
    : lines_{geometry, replacement},
      attributes_(std::size_t{geometry.ways} * geometry.sets),
      context_{context},
      fills_{statistics, "l1d_fills", "lines"},
      write_backs_{statistics, "l1d_write_backs", "lines"},
      refused_{statistics, "l1d_refused_write_backs", "lines"} {}

L1DataCache::Filled L1DataCache::fill(LineNumber number, const MemoryAttributes& attributes,
                                      FillCause cause, const Origin& origin, Time now) {
  // The line waits in a fill buffer while its victim goes to the eviction buffer.
  alignas(kLineBytes) std::array<std::byte, kLineBytes> data;
  below_.dirty = below_.superseded = below_.lost = 0;
  Filled result{nullptr, BusResponse::kOkay, now};
  CoreTransaction transaction{false, address_of(number), data, {attributes, origin}};
  transaction.marks = context_.observer != nullptr ? &below_ : nullptr;
  transaction.speculative = cause != FillCause::kDemand;
  result.response = context_.bus.transport(transaction, result.end);
  if (result.response != BusResponse::kOkay) return result;

  CacheLine* const victim = lines_.victim(number);
  assert(victim != nullptr);  // No way is locked.
  CacheLine& line = *victim;
  if (line.valid) result.end = evict(line, WriteBackCause::kEviction, origin, result.end);
  line.data = data;
  install(line, number, cause);
  attributes_[lines_.index_of(line)] = attributes;
  result.line = &line;
  ++fills_;
  if (context_.observer != nullptr) {
    context_.observer->filled(CopyLevel::kL1Data, number, line.marks, cause, origin, result.end);
  }
  return result;
}

void L1DataCache::install(CacheLine& line, LineNumber number, FillCause cause) {
  lines_.take(line, number);
  line.marks.filled_from(below_);
  line.fill_cause = cause;
  line.filled_stale = line.marks.stale() != 0;
}

Time L1DataCache::clean(CacheLine& line, WriteBackCause cause, const Origin& origin, Time now) {
  return line.dirty ? write_down(line, cause, origin, now) : now;
}

Time L1DataCache::write_down(CacheLine& line, WriteBackCause cause, const Origin& origin,
                             Time now) {
  line.settle();
  ++write_backs_;
  const Time start = std::max(now, eviction_buffer_free_);
  CoreTransaction transaction{
      true, address_of(line.tag), line.data, {attributes_[lines_.index_of(line)], origin}};
  if (context_.observer != nullptr) {
    transaction.marks = &line.marks;
    ByteMask waiting = line.marks.superseded;
    if (waiting != 0) waiting &= context_.store_buffer->find(line.tag).newest();
    if (waiting != 0) {  // What is newer has not left the core: it will come over these bytes.
      written_ = line.marks;
      written_.superseded &= ~waiting;
      transaction.marks = &written_;
    }
  }
  transaction.write_back_cause = cause;
  transaction.hints.eviction = cause == WriteBackCause::kEviction;
  transaction.hints.clean = !line.dirty;
  transaction.hints.line_of_zeros = context_.lines_of_zeros && line.data == kZeros;
  eviction_buffer_free_ = start;
  // An error here is an asynchronous abort on silicon; the bytes are gone either way.
  if (context_.bus.transport(transaction, eviction_buffer_free_) != BusResponse::kOkay) ++refused_;
  line.dirty = false;
  line.marks.dirty = 0;
  line.store_tag = kNoLine;  // The next store has to set the dirty bit again.
  return start;
}

void L1DataCache::invalidate(CacheLine& line, const Origin& origin, Time now) {
  if (!line.valid) return;
  line.settle();
  const ByteMask newest = line.marks.dirty & ~line.marks.superseded;
  if (line.marks.dirty != 0 && context_.observer != nullptr) {
    context_.observer->dropped_dirty(CopyLevel::kL1Data, line.tag, line.marks, origin, now);
  }
  if (newest != 0) {
    for (CopyHolder* holder : context_.lower_holders) holder->lose(line.tag, newest, line.marks);
  }
  lines_.release(line);
}

Time L1DataCache::evict(CacheLine& line, WriteBackCause cause, const Origin& origin, Time now) {
  const bool evicted_clean = context_.exclusive && cause == WriteBackCause::kEviction;
  const Time taken = line.dirty || evicted_clean ? write_down(line, cause, origin, now) : now;
  lines_.release(line);
  return taken;
}

CacheLine* L1DataCache::dirty_line_from(unsigned start) {
  auto& all = lines_.lines();
  const auto dirty = [](const CacheLine& line) { return line.valid && line.dirty; };
  const auto from = all.begin() + static_cast<std::ptrdiff_t>(start % all.size());
  auto found = std::find_if(from, all.end(), dirty);
  if (found == all.end()) found = std::find_if(all.begin(), from, dirty);
  return found != all.end() && dirty(*found) ? &*found : nullptr;
}

CopyView L1DataCache::find(LineNumber number) const {
  CacheLine* line = lines_.find(number);
  if (line == nullptr) return {};
  line->settle();
  return {&line->marks, ~ByteMask{0}, line->fill_cause, line->filled_stale};
}

void L1DataCache::overtaken(LineNumber number, ByteMask bytes) {
  CacheLine* line = lines_.find(number);
  if (line == nullptr) return;
  line->settle();
  line->marks.overtaken(bytes);
  line->unmap();
}

void L1DataCache::lose(LineNumber number, ByteMask bytes, const LineMarks& dropped) {
  CacheLine* line = lines_.find(number);
  if (line == nullptr) return;
  line->settle();
  line->marks.lose(bytes, dropped);
  line->unmap();
}

}  // namespace linefill
