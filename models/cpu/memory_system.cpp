// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/memory_system.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace linefill {

namespace {

/// A register's value in memory order, and back. Big-endian data (CPSR.E) is reversed by element;
/// an 8-byte exclusive is two words.
void to_bytes(std::uint64_t value, bool big_endian, std::span<std::byte> bytes) {
  const std::size_t element = std::min<std::size_t>(bytes.size(), 4);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t at = big_endian ? i / element * element + (element - 1 - i % element) : i;
    bytes[at] = static_cast<std::byte>(value >> (8 * i));
  }
}

std::uint64_t from_bytes(std::span<const std::byte> bytes, bool big_endian) {
  const std::size_t element = std::min<std::size_t>(bytes.size(), 4);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t at = big_endian ? i / element * element + (element - 1 - i % element) : i;
    value |= std::to_integer<std::uint64_t>(bytes[at]) << (8 * i);
  }
  return value;
}

}  // namespace

MemorySystem::MemorySystem(const Configuration& configuration, CoreClock& clock, CoreBus& bus,
                           Statistics& statistics)
    : MemoryInterface{clock},
      configuration_{configuration},
      context_{clock, bus, configuration.period},
      l1d_{configuration.data_cache, configuration.replacement, context_, statistics},
      l1i_{configuration.instruction_cache, configuration.replacement, context_, statistics},
      buffer_{context_, configuration.store_buffer_drain, statistics},
      data_{l1d_, l1i_, buffer_, context_, statistics},
      adversary_{data_,
                 l1d_,
                 buffer_,
                 context_,
                 [this](VirtualAddress va, LineNumber line, MemoryAttributes& attributes) {
                   return may_fill(va, line, attributes);
                 },
                 statistics},
      late_{[this](const LateMaintenance::Operation& operation) { perform(operation); }},
      mmu_{*this, statistics},
      l1i_hits_total_{statistics, "l1i_hits", "lines"},
      l1d_hits_total_{statistics, "l1d_hits", "accesses"},
      l1d_line_operations_{statistics, "l1d_line_operations", "operations"},
      early_loads_{statistics, "adversary_early_loads", "loads"} {
  context_.store_buffer = &buffer_;
  select_maps();
}

// --- Time
// ---------------------------------------------------------------------------------------------

// The adversary has no part in it: how often an access is slow depends on who watches.
void MemorySystem::begin_slow_access() {
  context_.bus.catch_up();
  buffer_.drain_due();
}

// --- Where an access goes
// -----------------------------------------------------------------------------

// Write-Through and Shareable memory without ACTLR.SMP are treated as Non-cacheable (A9 TRM 7.4).
bool MemorySystem::cached_in_l1d(const MemoryAttributes& attributes) const {
  const bool write_back = attributes.inner == CachePolicy::kWriteBackWriteAllocate ||
                          attributes.inner == CachePolicy::kWriteBackNoWriteAllocate;
  return attributes.normal() && write_back && (!attributes.shareable || receiver_->coherent());
}

bool MemorySystem::locate(std::uint32_t va, unsigned size, bool write, AccessKind kind,
                          Pieces& pieces) {
  if (kind == AccessKind::kNormal && locate_mapped(va, size, write, pieces.piece[0])) return true;
  const bool unaligned = (va & (size - 1)) != 0;
  if (unaligned && mmu_.registers().has(TranslationRegisters::kA)) {
    alignment_fault(va, write);
    return false;
  }
  const unsigned first = std::min(size, kLineBytes - va % kLineBytes);
  pieces.piece[0].va = va;
  pieces.piece[0].size = first;
  if (first < size) {
    pieces.count = 2;
    pieces.piece[1].va = va + first;
    pieces.piece[1].offset = first;
    pieces.piece[1].size = size - first;
  }
  // All of it is translated before any of it is done.
  const bool privileged = privileged_ && kind != AccessKind::kUnprivileged;
  for (unsigned i = 0; i < pieces.count; ++i) {
    Piece& piece = pieces.piece[i];
    if (!translate(piece, write, privileged)) return false;
    if (unaligned && !piece.access.attributes.memory.normal()) {
      alignment_fault(va, write);
      return false;
    }
  }
  return true;
}

// A line that is in the line map but has to be looked at needs no translation: what is watched
// takes no longer, and leaves the TLB as it would be.
bool MemorySystem::locate_mapped(std::uint32_t va, unsigned size, bool write, Piece& piece) {
  LineMap& map = write ? *store_map_ : *load_map_;
  const LineMap::Slot& slot = map.slot(va);
  const bool within_line =
      va % kLineBytes + size <= kLineBytes && (va & alignment_mask_ & (size - 1)) == 0;
  if (slot.key != map.key(va) || slot.line->tag != slot.physical || !within_line) return false;
  piece.va = va;
  piece.size = size;
  piece.access.address = address_of(slot.physical) + va % kLineBytes;
  piece.access.attributes.origin = context_.origin(pc);
  piece.access.cached = true;
  return true;
}

bool MemorySystem::translate(Piece& piece, bool write, bool privileged) {
  Translation translation;
  Fault fault;
  const VirtualAddress va{piece.va};
  if (!mmu_.translate(va, write ? AccessType::kWrite : AccessType::kRead, privileged, translation,
                      fault)) {
    receiver_->data_fault(fault, va, write);
    return false;
  }
  piece.domain = translation.domain;
  piece.page_shift = translation.page_shift;
  piece.access.address = translation.pa;
  piece.access.attributes.memory = translation.attributes;
  piece.access.attributes.origin = context_.origin(pc);
  piece.access.attributes.privileged = privileged;
  piece.access.attributes.secure = !translation.non_secure;
  piece.access.cached = cached_in_l1d(translation.attributes);
  return true;
}

bool MemorySystem::report(BusResponse response, const Piece& piece, bool write) {
  if (response == BusResponse::kOkay) return true;
  receiver_->data_fault(external_fault(FaultStatus::kExternal, response, piece.domain),
                        VirtualAddress{piece.va}, write);
  return false;
}

void MemorySystem::alignment_fault(std::uint32_t va, bool write) {
  receiver_->data_fault({FaultStatus::kAlignment, 0, false}, VirtualAddress{va}, write);
}

// --- Loads and stores
// ---------------------------------------------------------------------------------

bool MemorySystem::load_slow(std::uint32_t va, unsigned size, AccessKind kind,
                             std::uint32_t& value) {
  if (rotates(va, size)) {
    const std::uint32_t aligned = va & ~(size - 1);
    if (!load_slow(aligned, size, kind, value)) return false;
    if (size == 4) value = std::rotr(value, static_cast<int>(8 * (va & 3)));
    return true;
  }
  tell_before_access(va, size, false);
  begin_slow_access();
  std::array<std::byte, 4> bytes{};
  Pieces pieces;
  if (!locate(va, size, false, kind, pieces)) return false;
  const std::span<std::byte> data = std::span{bytes}.first(size);
  if (!(adversary_.loads_early() ? read_early(pieces, data, kind) : read(pieces, data, kind)))
    return false;
  value = static_cast<std::uint32_t>(from_bytes(std::span{bytes}.first(size), big_endian_));
  return true;
}

bool MemorySystem::read(const Pieces& pieces, std::span<std::byte> data, AccessKind kind) {
  for (unsigned i = 0; i < pieces.count; ++i) {
    const Piece& piece = pieces.piece[i];
    if (piece.access.cached) late_.before_access(line_of(piece.access.address));
    const auto result = data_.read(piece.access, data.subspan(piece.offset, piece.size));
    if (!report(result.response, piece, false)) return false;
    if (result.line == nullptr) continue;
    if (result.hit) ++l1d_load_hits_;
    tell_watched(piece, false);
    if (kind != AccessKind::kUnprivileged) enter_load(piece, *result.line);
  }
  return true;
}

bool MemorySystem::store_slow(std::uint32_t va, unsigned size, AccessKind kind,
                              std::uint32_t value) {
  if (rotates(va, size)) va &= ~(size - 1);
  tell_before_access(va, size, true);
  begin_slow_access();
  std::array<std::byte, 4> bytes{};
  to_bytes(value, big_endian_, std::span{bytes}.first(size));
  Pieces pieces;
  if (!locate(va, size, true, kind, pieces)) return false;
  return write(pieces, std::span{bytes}.first(size), kind);
}

bool MemorySystem::write(const Pieces& pieces, std::span<const std::byte> data, AccessKind kind) {
  bool done = true;
  for (unsigned i = 0; done && i < pieces.count; ++i) {
    const Piece& piece = pieces.piece[i];
    if (piece.access.cached) late_.before_access(line_of(piece.access.address));
    const auto result = data_.write(piece.access, data.subspan(piece.offset, piece.size));
    done = report(result.response, piece, true);
    if (result.line == nullptr) continue;
    if (result.hit) ++l1d_store_hits_;
    tell_watched(piece, true);
    if (kind != AccessKind::kUnprivileged) enter_store(piece, *result.line);
  }
  // A store to a device register is a cause: what the hit path stores from now on is not older.
  if (context_.epoch != mapped_epoch_) {
    classes_.clear_stores();
    mapped_epoch_ = context_.epoch;
  }
  return done;
}

void MemorySystem::enter_load(const Piece& piece, CacheLine& line) {
  if (big_endian_ || data_watched(piece.va)) return;
  if (line.marks.stale() == 0 && !watched(line.tag)) line.load_tag = line.tag;
  load_map_->enter(piece.va, line, line.tag);
  note_page(piece);
}

// While the L1I holds the line, too, each store has to be seen: it makes that copy older.
void MemorySystem::enter_store(const Piece& piece, CacheLine& line) {
  if (big_endian_ || data_watched(piece.va)) return;
  if (!watched(line.tag) && l1i_.find(line.tag) == nullptr) line.store_tag = line.tag;
  store_map_->enter(piece.va, line, line.tag);
  note_page(piece);
}

void MemorySystem::note_page(const Piece& piece) {
  if (piece.page_shift > 12) classes_.note_large_page(piece.va, piece.page_shift);
}

void MemorySystem::tell_watched(const Piece& piece, bool write) {
  if (context_.observer == nullptr || !watched(line_of(piece.access.address))) return;
  context_.observer->watched_access(piece.access.address, piece.size, write,
                                    piece.access.attributes.origin, context_.now());
}

void MemorySystem::watch_line(LineNumber line, bool on) {
  if (!on) {
    watched_.erase(raw(line));
    return;
  }
  watched_.insert(raw(line));
  if (CacheLine* resident = l1d_.find(line)) resident->unmap();
}

// --- Exclusives and hints
// -----------------------------------------------------------------------------

bool MemorySystem::load_exclusive(std::uint32_t va, unsigned size, std::uint64_t& value) {
  tell_before_access(va, size, false);
  begin_slow_access();
  std::array<std::byte, 8> bytes{};
  Pieces pieces;
  if (!locate(va, size, false, AccessKind::kExclusive, pieces)) return false;
  DataSide::Access& access = pieces.piece[0].access;
  access.attributes.exclusive = !access.cached;
  if (!read(pieces, std::span{bytes}.first(size), AccessKind::kExclusive)) return false;
  value = from_bytes(std::span{bytes}.first(size), big_endian_);
  monitor_.mark(line_of(access.address));
  return true;
}

bool MemorySystem::store_exclusive(std::uint32_t va, unsigned size, std::uint64_t value,
                                   std::uint32_t& failed) {
  tell_before_access(va, size, true);
  begin_slow_access();
  std::array<std::byte, 8> bytes{};
  to_bytes(value, big_endian_, std::span{bytes}.first(size));
  Pieces pieces;
  if (!locate(va, size, true, AccessKind::kExclusive, pieces)) return false;
  DataSide::Access& access = pieces.piece[0].access;
  failed = monitor_.claim(line_of(access.address)) ? 0 : 1;
  if (failed != 0) return true;
  access.exclusive = true;
  access.attributes.exclusive = !access.cached;
  return write(pieces, std::span{bytes}.first(size), AccessKind::kExclusive);
}

void MemorySystem::preload(std::uint32_t va, bool /*for_write*/) {
  const LineMap::Slot& slot = load_map_->slot(va);
  if (slot.key == load_map_->key(va) && slot.line->load_tag == slot.physical) return;
  begin_slow_access();
  Translation translation;
  Fault ignored;
  if (!mmu_.translate(VirtualAddress{va}, AccessType::kRead, privileged_, translation, ignored))
    return;
  if (!cached_in_l1d(translation.attributes)) return;
  data_.prefetch(line_of(translation.pa), translation.attributes, FillCause::kPrefetch,
                 context_.origin(pc));
}

bool MemorySystem::may_fill(VirtualAddress va, LineNumber line, MemoryAttributes& attributes) {
  Translation translation;
  Fault ignored;
  if (!mmu_.translate(va, AccessType::kRead, true, translation, ignored)) return false;
  attributes = translation.attributes;
  return line_of(translation.pa) == line && cached_in_l1d(attributes);
}

BusResponse MemorySystem::read_word(PhysicalAddress address, const MemoryAttributes& attributes,
                                    std::uint32_t& value) {
  std::array<std::byte, 4> bytes{};
  DataSide::Access access{address, {attributes, context_.origin(pc)}, cached_in_l1d(attributes)};
  access.attributes.table_walk = true;
  if (access.cached) late_.before_access(line_of(address));
  const BusResponse response = data_.read(access, bytes).response;
  value = static_cast<std::uint32_t>(from_bytes(bytes, false));
  return response;
}

// --- Instructions
// -------------------------------------------------------------------------------------

bool MemorySystem::fetch_slow(std::uint32_t va, CacheLine*& line) {
  pc = va;
  begin_slow_access();
  const LineMap::Slot& slot = fetch_map_->slot(va);
  if (slot.key == fetch_map_->key(va) && slot.line->tag == slot.physical) {
    line = slot.line;
    ++l1i_hits_;
    use_code(*line, va);
    return true;
  }
  Translation translation;
  Fault fault;
  if (!mmu_.translate(VirtualAddress{va}, AccessType::kFetch, privileged_, translation, fault)) {
    receiver_->prefetch_fault(fault, VirtualAddress{va});
    return false;
  }
  const LineNumber number = line_of(translation.pa);
  const MemoryAttributes& attributes = translation.attributes;
  const bool cached = attributes.normal() && attributes.inner != CachePolicy::kNonCacheable;
  const auto found =
      cached ? find_code(number, attributes, va)
             : l1i_.read_uncached(number, attributes, context_.origin(va), context_.now());
  context_.stall_until(found.end);
  line = found.line;
  if (line == nullptr) {
    receiver_->prefetch_fault(
        external_fault(FaultStatus::kExternal, found.response, translation.domain),
        VirtualAddress{va});
    return false;
  }
  if (!cached) return true;
  fetch_map_->enter(va, *line, number);
  if (translation.page_shift > 12) classes_.note_large_page(va, translation.page_shift);
  use_code(*line, va);
  return true;
}

L1InstructionCache::Filled MemorySystem::find_code(LineNumber number,
                                                   const MemoryAttributes& attributes,
                                                   std::uint32_t va) {
  if (CacheLine* line = l1i_.find(number)) {
    ++l1i_hits_;
    return {line, BusResponse::kOkay, context_.now()};
  }
  ByteMask newer_above = buffer_.find(number).newest();
  if (CacheLine* data = l1d_.find(number)) {
    data->settle();
    newer_above |= data->marks.dirty & ~data->marks.superseded;
    data->store_tag = kNoLine;
  }
  return l1i_.fill(number, attributes, newer_above, context_.origin(va), context_.now());
}

// A line with stale bytes is looked at each time execution enters it.
void MemorySystem::use_code(CacheLine& line, std::uint32_t va) {
  const ByteMask stale = line.marks.stale();
  if (stale == 0) line.load_tag = line.tag;
  const ByteMask used = stale & bytes_at(va % kLineBytes & ~3U, 4);
  if (used == 0 || context_.observer == nullptr) return;
  const CopyView view{&line.marks, ~ByteMask{0}, line.fill_cause, line.filled_stale};
  context_.observer->stale_use(CopyLevel::kL1Instruction, line.tag, used, view, context_.origin(va),
                               context_.now());
}

}  // namespace linefill
