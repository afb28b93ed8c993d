// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "models/core/statistics.hpp"
#include "models/cpu/access_classes.hpp"
#include "models/cpu/acp_block.hpp"
#include "models/cpu/adversary.hpp"
#include "models/cpu/cp15/cache_operations.hpp"
#include "models/cpu/data_side.hpp"
#include "models/cpu/early_load.hpp"
#include "models/cpu/exclusive_monitor.hpp"
#include "models/cpu/isa/core_state.hpp"
#include "models/cpu/late_maintenance.hpp"
#include "models/cpu/memory_interface.hpp"
#include "models/translation/mmu.hpp"

namespace linefill {

/// Where a failed access leaves its reasons, and what ACTLR says: CP15.
class AbortReceiver {
 public:
  virtual void data_fault(const Fault& fault, VirtualAddress va, bool write) = 0;
  virtual void prefetch_fault(const Fault& fault, VirtualAddress va) = 0;
  /// ACTLR.SMP: without it, Shareable memory is not held in the L1D.
  virtual bool coherent() const = 0;
  virtual std::uint32_t actlr() const = 0;

 protected:
  ~AbortReceiver() = default;
};

/// What lies between the instructions of a Cortex-A9 and its bus: translation, alignment, the L1
/// caches, the store buffer, the exclusive monitor (A9 TRM chapters 6 and 7; ARM ARM A3, B2, B3).
/// `MemoryInterface` for execution, `CacheOperations` for CP15, `SnoopedCache` for the coherency
/// port, `WalkPort` for its own MMU.
class MemorySystem final : public MemoryInterface,
                           public CacheOperations,
                           public SnoopedCache,
                           private WalkPort {
 public:
  struct Configuration {
    Time period = period_of(400'000'000);  ///< Of the core's clock.
    CacheGeometry data_cache{};
    CacheGeometry instruction_cache{};
    Replacement replacement = Replacement::kPseudoRandom;
    Time store_buffer_drain{200'000};
    // See Personality.
    bool rotates_unaligned = false;
    bool speculates = true;
  };

  MemorySystem(const Configuration& configuration, CoreClock& clock, CoreBus& bus,
               Statistics& statistics);

  // What the platform connects.
  Mmu& mmu() { return mmu_; }
  void set_abort_receiver(AbortReceiver& receiver) { receiver_ = &receiver; }
  /// Null: nobody watches, and no marks are kept.
  void set_observer(Observer* observer) { context_.observer = observer; }
  /// The caches and buffers below, which are told what an invalidate dropped.
  void set_lower_holders(std::vector<CopyHolder*> holders) {
    context_.lower_holders = std::move(holders);
  }
  /// L1D, store buffer, L1I: in the order in which a newer copy may hide an older.
  std::array<CopyHolder*, 3> holders() { return {&l1d_, &buffer_, &l1i_}; }
  /// Asks that cached loads and stores of a line be told to the observer.
  void watch_line(LineNumber line, bool on);
  using BeforeAccess = std::function<void(std::uint32_t va, unsigned size, bool write)>;
  /// Has `before` called before each load and store that touches one of these virtual lines (a
  /// debugger's watchpoints), until asked otherwise. They are never served by the line map.
  void watch_data(BeforeAccess before, std::unordered_set<std::uint32_t> virtual_lines);
  void set_adversary(const AdversaryEvents& events);
  Adversary& adversary() { return adversary_; }
  /// The registers that the adversary's early loads are found by; without, there are none. Whoever
  /// executes then has to call `at_instruction`.
  void set_program(const CoreState& state) { program_ = &state; }

  /// What happens by itself as time goes by: by the processor, at least once a slice.
  void advance();
  /// When `advance` has something to do next; kNever if nothing.
  [[nodiscard]] Time next_event() const;
  Epoch epoch() const { return context_.epoch; }

  // MemoryInterface.
  bool load_slow(std::uint32_t va, unsigned size, AccessKind kind, std::uint32_t& value) override;
  bool store_slow(std::uint32_t va, unsigned size, AccessKind kind, std::uint32_t value) override;
  bool load_exclusive(std::uint32_t va, unsigned size, std::uint64_t& value) override;
  bool store_exclusive(std::uint32_t va, unsigned size, std::uint64_t value,
                       std::uint32_t& failed) override;
  void clear_exclusive() override { monitor_.clear(); }
  void alignment_fault(std::uint32_t va, bool write) override;
  void preload(std::uint32_t va, bool for_write) override;
  bool fetch_slow(std::uint32_t va, CacheLine*& line) override;
  void at_instruction(std::uint32_t at, std::uint32_t word) override {
    early_.at_instruction(at, word);
  }
  void context_changed(bool privileged, bool big_endian) override;

  // Both.
  void data_memory_barrier() override;
  void data_synchronization_barrier() override;
  void instruction_synchronization_barrier() override { late_.synchronize(); }

  // CacheOperations.
  bool data_by_address(Maintenance::Action action, VirtualAddress va, Fault& fault) override;
  void data_by_set_way(Maintenance::Action action, unsigned set, unsigned way) override;
  void invalidate_instructions() override;
  bool invalidate_instructions_by_address(VirtualAddress va, Fault& fault) override;
  void translations_invalidated() override { classes_.clear(); }
  void translation_invalidated(VirtualAddress va, unsigned /*page_shift*/) override {
    classes_.clear_page(raw(va));
  }
  void address_space_invalidated(std::uint8_t /*asid*/) override { classes_.clear(); }
  bool effects_are_late() const override { return late_.active() && configuration_.speculates; }
  void add_late_effect(std::function<void()> effect, bool needs_dsb) override {
    late_.add(std::move(effect), needs_dsb, context_.now());
  }
  void registers_changed(Changed what) override;
  const CacheGeometry* outer_geometry() const override;
  void outer_configured(bool enabled, std::uint32_t extra_features) override;
  void outer_by_address(Maintenance::Action action, PhysicalAddress address, bool secure) override;
  void outer_by_set_way(Maintenance::Action action, unsigned set, unsigned way) override;
  void outer_all(Maintenance::Action action) override;

  // Debuggers: no side effects on caches, TLB, statistics or time.
  /// Memory as the processor sees it. False: not mapped, or nothing there.
  bool debug_read(VirtualAddress va, std::span<std::byte> data);
  bool debug_write(VirtualAddress va, std::span<const std::byte> data);
  bool debug_read(PhysicalAddress address, std::span<std::byte> data);
  bool debug_write(PhysicalAddress address, std::span<const std::byte> data);
  std::optional<PhysicalAddress> debug_translate(VirtualAddress va);

  // SnoopedCache.
  bool snoop_read(LineNumber line, std::span<std::byte, kLineBytes> data, LineMarks& marks,
                  Time& now) override;
  bool snoop_write(LineNumber line, const Origin& origin, Time& now) override;
  bool snoop_debug(LineNumber line, std::span<std::byte, kLineBytes> data) override;

  // What the performance monitors count.
  std::uint64_t loads() const {
    return l1d_load_hits_ + data_.load_misses() + data_.uncached_loads();
  }
  /// Adds what the hit paths counted to the statistics.
  void settle_statistics();

 private:
  /// The part of an access that lies in one line.
  struct Piece {
    std::uint32_t va = 0;
    unsigned offset = 0;  ///< Within the access's bytes.
    unsigned size = 0;
    std::uint8_t domain = 0;
    std::uint8_t page_shift = 12;
    DataSide::Access access{};
  };
  struct Pieces {
    std::array<Piece, 2> piece{};
    unsigned count = 1;
  };

  // Of data.
  void begin_slow_access();
  template <class Operation>
  void operate_outer(Operation operation);
  bool rotates(std::uint32_t va, unsigned size) const {
    return configuration_.rotates_unaligned && (va & (size - 1)) != 0 &&
           !mmu_.registers().has(TranslationRegisters::kA);
  }
  bool locate(std::uint32_t va, unsigned size, bool write, AccessKind kind, Pieces& pieces);
  bool locate_mapped(std::uint32_t va, unsigned size, bool write, Piece& piece);
  bool translate(Piece& piece, bool write, bool privileged);
  bool read(const Pieces& pieces, std::span<std::byte> data, AccessKind kind);
  bool write(const Pieces& pieces, std::span<const std::byte> data, AccessKind kind);
  class Ahead;
  bool read_early(const Pieces& pieces, std::span<std::byte> data, AccessKind kind);
  bool overtake(const Piece& earlier);
  bool translate_ahead(std::uint32_t va, Translation& translation);
  bool may_load_early(const LookAhead::Load& load, DataSide::Access& access);
  bool use_early(const Piece& piece, std::span<std::byte> data);
  bool report(BusResponse response, const Piece& piece, bool write);
  void enter_load(const Piece& piece, CacheLine& line);
  void enter_store(const Piece& piece, CacheLine& line);
  void note_page(const Piece& piece);
  void tell_watched(const Piece& piece, bool write);
  bool watched(LineNumber line) const { return !watched_.empty() && watched_.contains(raw(line)); }
  bool data_watched(std::uint32_t va) const {
    return !watched_data_.empty() && watched_data_.contains(va / kLineBytes);
  }
  void tell_before_access(std::uint32_t va, unsigned size, bool write) {
    if (data_watched(va) || data_watched(va + size - 1)) before_access_(va, size, write);
  }
  bool cached_in_l1d(const MemoryAttributes& attributes) const;
  void select_maps();
  void take_auxiliary();

  // Of instructions.
  L1InstructionCache::Filled find_code(LineNumber number, const MemoryAttributes& attributes,
                                       std::uint32_t va);
  void use_code(CacheLine& line, std::uint32_t va);

  void maintain(const LateMaintenance::Operation& operation);
  void perform(const LateMaintenance::Operation& operation);
  template <class Effect>
  void when_synchronized(Effect effect);
  void note_maintained(CopyLevel level, Maintenance::Action action, Maintenance::Scope scope,
                       LineNumber line);
  BusResponse read_word(PhysicalAddress address, const MemoryAttributes& attributes,
                        std::uint32_t& value) override;
  bool may_fill(VirtualAddress va, LineNumber line, MemoryAttributes& attributes);

  Configuration configuration_;
  CoreContext context_;
  L1DataCache l1d_;
  L1InstructionCache l1i_;
  StoreBuffer buffer_;
  DataSide data_;
  Adversary adversary_;
  LateMaintenance late_;
  EarlyLoad early_;
  const CoreState* program_ = nullptr;
  Mmu mmu_;
  AbortReceiver* receiver_ = nullptr;
  ExclusiveMonitor monitor_;
  AccessClasses classes_;
  std::unordered_set<std::uint32_t> watched_;
  BeforeAccess before_access_;
  std::unordered_set<std::uint32_t> watched_data_;  ///< Virtual lines.
  bool privileged_ = true;
  bool big_endian_ = false;
  Epoch mapped_epoch_ = 0;  ///< Of the stores that the store maps may take.

  Counter l1i_hits_total_;
  Counter l1d_hits_total_;
  Counter l1d_line_operations_;  ///< By address.
  Counter early_loads_;          ///< That the program came to.
};

}  // namespace linefill
