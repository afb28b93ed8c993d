// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "models/cache/cache_line.hpp"
#include "models/core/address.hpp"

namespace linefill {

/// How an access is made, besides its address and size.
enum class AccessKind : std::uint8_t {
  kNormal,        ///< LDR, STR, LDM ...
  kUnprivileged,  ///< LDRT, STRT ...: with User permissions
  kExclusive,     ///< LDREX
};

/// A count of cycles that execution sets rather than adds to: an instruction stores how far its
/// block is, which waits for nothing that an earlier one stored.
class CycleCount {
 public:
  constexpr CycleCount() = default;
  constexpr CycleCount(std::uint64_t cycles) : before_{cycles} {}  // NOLINT: it is a number
  constexpr operator std::uint64_t() const { return before_ + in_block_; }  // NOLINT
  CycleCount& operator=(std::uint64_t cycles) {
    before_ = cycles - in_block_;
    return *this;
  }
  CycleCount& operator+=(std::uint64_t cycles) {
    before_ += cycles;
    return *this;
  }

  /// After `stalled` cycles, a block goes on from where `passed` of its own have passed.
  void begin_block(std::uint32_t passed, std::uint32_t stalled) {
    before_ += std::uint64_t{stalled} - passed;
    in_block_ = passed;
  }
  /// `passed` of the block's cycles have passed.
  void pass(std::uint32_t passed) { in_block_ = passed; }
  void end_block() {
    before_ += in_block_;
    in_block_ = 0;
  }

 private:
  std::uint64_t before_ = 0;
  std::uint32_t in_block_ = 0;
};

/// The processor's cycle count, shared by execution and memory. A block runs while `now < limit`;
/// whoever needs the core to look up (a device access, an interrupt) lowers the limit.
struct CoreClock {
  CycleCount now;
  std::uint64_t limit = 0;

  void stop_soon() { limit = 0; }
};

/// A direct-mapped table by virtual line: an L1 hit makes no call (architecture, section 4). A hit
/// compares the virtual line (and the table's epoch) with the slot, and the slot's physical line
/// with the tag that the pointed-to cache line shows, so that eviction, invalidation and a device's
/// touch need only change that tag.
class LineMap {
 public:
  static constexpr unsigned kSlots = 1024;
  static constexpr std::uint32_t kNoKey = 0;  ///< No epoch is 0.
  struct Slot {
    std::uint32_t key = kNoKey;
    LineNumber physical{0};
    CacheLine* line = nullptr;
  };

  Slot& slot(std::uint32_t va) { return slots_[va / kLineBytes % kSlots]; }
  /// What is in a slot that this address may use: the line's number as far as the slot's place
  /// does not tell it, and the epoch.
  std::uint32_t key(std::uint32_t va) const { return epoch_ | va / (kLineBytes * kSlots); }
  /// Forgets everything, in constant time but for once in a while.
  void clear() {
    epoch_ += kEpoch;
    pages_.reset();
    if (epoch_ != kNoKey) return;
    for (Slot& slot : slots_) slot.key = kNoKey;
    epoch_ = kEpoch;
  }
  /// Forgets one 4 KiB page's lines.
  void clear_page(std::uint32_t va) {
    const std::uint32_t page = va & ~0xFFFU;
    if (!pages_[page_bit(va)]) return;
    for (std::uint32_t at = page; at < page + 4096; at += kLineBytes) {
      if (slot(at).key == key(at)) slot(at).key = kNoKey;
      if (at + kLineBytes < at) break;
    }
  }
  void enter(std::uint32_t va, CacheLine& line, LineNumber physical) {
    slot(va) = {key(va), physical, &line};
    pages_.set(page_bit(va));
  }

 private:
  static constexpr std::uint32_t kEpoch = 1U << 17;  ///< Above the line's bits in a key.
  static constexpr unsigned kPageBits = 1024;
  static unsigned page_bit(std::uint32_t va) { return va / 4096 % kPageBits; }

  std::uint32_t epoch_ = kEpoch;
  std::array<Slot, kSlots> slots_{};
  std::bitset<kPageBits> pages_;  ///< Where lines may have been entered since all was forgotten.
};

/// Memory as instructions use it. The hit path is inline; everything else is behind the virtual
/// functions, which `MemorySystem` (MMU, L1, store buffer, bus) implements and tests fake.
///
/// All functions that can fault return false, and the fault is then in the implementation (CP15
/// fault registers): the executor takes a Data Abort or Prefetch Abort. Values are little-endian
/// numbers as the guest's data endianness has them in a register.
class MemoryInterface {
 public:
  explicit MemoryInterface(CoreClock& clock) : clock_{clock} {}
  MemoryInterface(const MemoryInterface&) = delete;
  MemoryInterface& operator=(const MemoryInterface&) = delete;

  /// The program counter of the instruction that makes the next accesses: set by the executor
  /// before each load and store (it is kept in lines as the last store's).
  std::uint32_t pc = 0;

  template <class T>
  bool load(std::uint32_t va, T& value) {
    static_assert(std::is_unsigned_v<T>);
    const LineMap::Slot& slot = load_map_->slot(va);
    if (slot.key == load_map_->key(va) && slot.line->load_tag == slot.physical && within<T>(va))
        [[likely]] {
      std::memcpy(&value, slot.line->data.data() + va % kLineBytes, sizeof(T));
      ++l1d_load_hits_;
      return true;
    }
    std::uint32_t word = 0;
    if (!load_slow(va, sizeof(T), AccessKind::kNormal, word)) return false;
    value = static_cast<T>(word);
    return true;
  }

  template <class T>
  bool store(std::uint32_t va, T value) {
    static_assert(std::is_unsigned_v<T>);
    const LineMap::Slot& slot = store_map_->slot(va);
    if (slot.key == store_map_->key(va) && slot.line->store_tag == slot.physical && within<T>(va))
        [[likely]] {
      CacheLine& line = *slot.line;
      std::memcpy(line.data.data() + va % kLineBytes, &value, sizeof(T));
      line.recent |= bytes_at(va % kLineBytes, sizeof(T));
      line.recent_pc = pc;
      ++l1d_store_hits_;
      return true;
    }
    return store_slow(va, sizeof(T), AccessKind::kNormal, value);
  }

  /// Vector accesses: bytes of one line, lowest address first. False, and nothing done, unless this
  /// is a hit in little-endian state: then elements are to be accessed one by one. Counts as an
  /// access for each 8 bytes.
  bool load_hit(std::uint32_t va, std::span<std::byte> bytes, unsigned element_bytes) {
    const LineMap::Slot& slot = load_map_->slot(va);
    if (slot.key != load_map_->key(va) || slot.line->load_tag != slot.physical ||
        (va & alignment_mask_ & (element_bytes - 1)) != 0) {
      return false;
    }
    std::memcpy(bytes.data(), slot.line->data.data() + va % kLineBytes, bytes.size());
    l1d_load_hits_ += (bytes.size() + 7) / 8;
    return true;
  }
  bool store_hit(std::uint32_t va, std::span<const std::byte> bytes, unsigned element_bytes) {
    const LineMap::Slot& slot = store_map_->slot(va);
    if (slot.key != store_map_->key(va) || slot.line->store_tag != slot.physical ||
        (va & alignment_mask_ & (element_bytes - 1)) != 0) {
      return false;
    }
    CacheLine& line = *slot.line;
    std::memcpy(line.data.data() + va % kLineBytes, bytes.data(), bytes.size());
    line.recent |= bytes_at(va % kLineBytes, static_cast<unsigned>(bytes.size()));
    line.recent_pc = pc;
    l1d_store_hits_ += (bytes.size() + 7) / 8;
    return true;
  }

  /// Any other access: 1, 2 or 4 bytes; unaligned ones are split or fault as SCTLR and the memory
  /// type say. Alignment that an instruction itself demands (LDM, LDRD, LDREX) is checked by the
  /// executor, which calls `alignment_fault`.
  virtual bool load_slow(std::uint32_t va, unsigned size, AccessKind kind,
                         std::uint32_t& value) = 0;
  virtual bool store_slow(std::uint32_t va, unsigned size, AccessKind kind,
                          std::uint32_t value) = 0;
  /// LDREX/STREX of 1, 2, 4 or 8 bytes. For a store, `failed` is the value of Rd.
  virtual bool load_exclusive(std::uint32_t va, unsigned size, std::uint64_t& value) = 0;
  virtual bool store_exclusive(std::uint32_t va, unsigned size, std::uint64_t value,
                               std::uint32_t& failed) = 0;
  virtual void clear_exclusive() = 0;
  virtual void alignment_fault(std::uint32_t va, bool write) = 0;

  virtual void data_memory_barrier() = 0;
  virtual void data_synchronization_barrier() = 0;
  virtual void instruction_synchronization_barrier() = 0;
  /// PLD, PLDW, PLI: hints; never fault.
  virtual void preload(std::uint32_t va, bool for_write) = 0;

  /// The line of code that holds `va`, as the L1I has it, with the place where the executor keeps
  /// what it decoded (`CacheLine::decoded`: null after a fill). Good until the next call of any
  /// function of this class. False: a Prefetch Abort is to be taken.
  bool fetch(std::uint32_t va, CacheLine*& line) {
    const LineMap::Slot& slot = fetch_map_->slot(va);
    if (slot.key == fetch_map_->key(va) && slot.line->load_tag == slot.physical) [[likely]] {
      line = slot.line;
      ++l1i_hits_;
      return true;
    }
    return fetch_slow(va, line);
  }
  /// Also when fetching is not cached (SCTLR.I clear): then a line of the implementation's own.
  virtual bool fetch_slow(std::uint32_t va, CacheLine*& line) = 0;

  /// The instruction at `at` is to be executed. Called only if `Core::follow_program` was asked
  /// for.
  virtual void at_instruction(std::uint32_t /*at*/, std::uint32_t /*word*/) {}

  /// The mode, CPSR.E or anything else that decides which accesses are allowed has changed.
  virtual void context_changed(bool privileged, bool big_endian) = 0;

 protected:
  ~MemoryInterface() = default;

  template <class T>
  bool within(std::uint32_t va) const {
    return va % kLineBytes <= kLineBytes - sizeof(T) &&
           (va & alignment_mask_ & (sizeof(T) - 1)) == 0;
  }

  CoreClock& clock_;
  /// The maps of the current access class. Never null; one that is never entered into always
  /// misses.
  LineMap* load_map_ = nullptr;
  LineMap* store_map_ = nullptr;
  LineMap* fetch_map_ = nullptr;
  std::uint32_t alignment_mask_ = 0;  ///< 3 with SCTLR.A, else 0.
  std::uint64_t l1i_hits_ = 0;        ///< Counted once for each line that execution enters.
  std::uint64_t l1d_load_hits_ = 0;
  std::uint64_t l1d_store_hits_ = 0;
};

}  // namespace linefill
