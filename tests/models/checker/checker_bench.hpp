// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "models/checker/checker.hpp"
#include "models/cpu/bus_unit.hpp"
#include "models/cpu/memory_system.hpp"
#include "tests/models/checker/memory_board.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

/// A core's memory system with its MMU on, the outer cache, memory, one bus master, and the checker
/// that watches them: for sequences of bare accesses. Addresses are physical. Every step of the
/// processor is an instruction of its own: `pc()` is the last one's.
class CheckerBench : private AbortReceiver {
 public:
  using Action = Maintenance::Action;

  explicit CheckerBench(const MemorySystem::Configuration& configuration = {},
                        bool shared_override = true)
      : memory{configuration, clock_, bus_unit_, statistics_} {
    board.restart();
    clock_.now = static_cast<std::uint64_t>(MemoryBoard::now() / configuration.period) + 1;
    bus_unit_.set_memory_test([this](PhysicalAddress at) { return board.bus.is_memory(at); });
    memory.set_abort_receiver(*this);
    memory.set_lower_holders(
        {&board.l2.cache_holder(), &board.l2.buffer_holder(), &board.l2.eviction_holder()});
    const auto above = memory.holders();
    for (CopyHolder* holder : {above[0], above[1], above[2], &board.l2.cache_holder(),
                               &board.l2.buffer_holder(), &board.l2.eviction_holder()}) {
      checker.add_holder(*holder);
    }
    checker.name_master(kTheDevice, "/device");
    checker.name_master(kPortDevice, "/port-device");
    memory.set_observer(&checker);
    port.set_observer(&checker);
    port_unit_.set_memory_test([this](PhysicalAddress at) { return board.bus.is_memory(at); });
    board.set_observer(&checker);
    turn_on_mmu();
    const std::uint32_t aux = device_register(kL2Registers + kL2AuxControl);
    if (shared_override) l2(kL2AuxControl, aux | 1U << 22);
    l2(kL2Control, 1);
  }
  virtual ~CheckerBench() {
    board.set_observer(nullptr);
    board.l2.cache_holder().count_copies_in(nullptr);
    board.l2.buffer_holder().count_copies_in(nullptr);
    board.l2.eviction_holder().count_copies_in(nullptr);
  }

  // --- The processor
  template <class T = std::uint32_t>
  T load(std::uint32_t at) {
    next_instruction();
    T value = 0;
    REQUIRE(memory.load<T>(at, value));
    return value;
  }
  template <class T = std::uint32_t>
  void store(std::uint32_t at, T value) {
    next_instruction();
    REQUIRE(memory.store<T>(at, value));
  }
  std::uint32_t nc_load(std::uint32_t at) { return load(at + kUncached); }
  void nc_store(std::uint32_t at, std::uint32_t value) { store(at + kUncached, value); }
  void dmb() { memory.data_memory_barrier(); }
  void dsb() { memory.data_synchronization_barrier(); }
  void prefetch(std::uint32_t at) { memory.preload(at, false); }
  /// writel_relaxed: starts the device, with nothing before it.
  void ring() { store(kBell, 1U); }
  void wait(Time time) {
    const Time end = now() + time;
    clock_.now = static_cast<std::uint64_t>(end / period_of(400'000'000));
    MemoryBoard::catch_up(now());
    memory.advance();
  }

  // --- Cache operations
  void operate_l1(Action action, std::uint32_t at, std::uint32_t size = 1) {
    for (std::uint32_t line = at & ~31U; line < at + size; line += kLineBytes) {
      next_instruction();
      Fault fault;
      REQUIRE(memory.data_by_address(action, VirtualAddress{line}, fault));
    }
    dsb();
  }
  void clean_l1(std::uint32_t at, std::uint32_t size = 1) { operate_l1(Action::kClean, at, size); }
  void invalidate_l1(std::uint32_t at, std::uint32_t size = 1) {
    operate_l1(Action::kInvalidate, at, size);
  }
  void flush_l1(std::uint32_t at, std::uint32_t size = 1) {
    operate_l1(Action::kCleanInvalidate, at, size);
  }
  void operate_l2(std::uint32_t by_address, std::uint32_t at, std::uint32_t size = 1) {
    for (std::uint32_t line = at & ~31U; line < at + size; line += kLineBytes) l2(by_address, line);
    outer_sync();
  }
  void outer_clean(std::uint32_t at, std::uint32_t size = 1) { operate_l2(kL2CleanPa, at, size); }
  void outer_invalidate(std::uint32_t at, std::uint32_t size = 1) {
    operate_l2(kL2InvalidatePa, at, size);
  }
  void outer_flush(std::uint32_t at, std::uint32_t size = 1) {
    operate_l2(kL2CleanInvalidatePa, at, size);
  }
  void outer_sync() { l2(kL2Sync, 0); }
  void l2(std::uint32_t offset, std::uint32_t value) { store(kL2Registers + offset, value); }
  void wmb() {
    dsb();
    outer_sync();
  }
  /// Both levels, as software does before a device reads.
  void clean(std::uint32_t at, std::uint32_t size = 1) {
    clean_l1(at, size);
    outer_clean(at, size);
  }
  /// Both levels, as software does after a device wrote. Lines at the edges are dropped whole.
  void invalidate(std::uint32_t at, std::uint32_t size = 1) {
    outer_invalidate(at, size);
    invalidate_l1(at, size);
  }
  void flush(std::uint32_t at, std::uint32_t size = 1) {
    flush_l1(at, size);
    outer_flush(at, size);
  }
  /// Other lines want the places of this one, in both caches.
  void evict(std::uint32_t at) {
    const LineNumber line = line_of(PhysicalAddress{at});
    const auto resident = [&] {
      return memory.holders()[0]->find(line).valid != 0 ||
             board.l2.cache_holder().find(line).valid != 0;
    };
    for (std::uint32_t i = 0; i < 100'000 && resident(); ++i)
      load(at + 0x2'0000 + 0x1'0000 * (i % 100));
    REQUIRE(!resident());
  }

  // --- The ledger, as the hooks on the mapping functions fill it
  void begin_mapping(std::uint32_t at, std::uint32_t size, DmaDirection direction) {
    Mapping mapping;
    mapping.address = at;
    mapping.size = size;
    mapping.direction = direction;
    mapping.function = "dma_map_page_attrs";
    mapping.device = "device";
    mapping.site = 0x9000'0000;
    mapping.map_entered = mapping.mapped = now();
    ledger.map(mapping);
    watch_edges(at, size, direction != DmaDirection::kToDevice);
  }
  void end_mapping(std::uint32_t at) {
    const Mapping* mapping = ledger.live_at(at);
    REQUIRE(mapping != nullptr);
    watch_edges(at, mapping->size, false);
    ledger.end(at, now(), now());
  }
  void give(std::uint32_t at, Mapping::Owner owner) { ledger.covering(at)->owner = owner; }
  /// Mapping and unmapping as Linux does them, with their cache operations.
  void map_to_device(std::uint32_t at, std::uint32_t size) {
    clean(at, size);
    begin_mapping(at, size, DmaDirection::kToDevice);
  }
  void map_from_device(std::uint32_t at, std::uint32_t size) {
    flush_edges(at, size);
    invalidate_l1(at, size);
    outer_invalidate(at, size);
    begin_mapping(at, size, DmaDirection::kFromDevice);
  }
  void unmap_from_device(std::uint32_t at) {
    const std::uint32_t size = ledger.live_at(at)->size;
    flush_edges(at, size);
    invalidate(at, size);
    end_mapping(at);
  }

  // --- The device: by cause of the last ring(), or running freely
  std::uint32_t device_read(std::uint32_t at) { return device_read(at, board.bell.rung); }
  std::uint32_t device_read(std::uint32_t at, const Origin& cause) {
    std::uint32_t value = 0;
    device_read(at, std::as_writable_bytes(std::span{&value, 1}), cause);
    return value;
  }
  void device_read(std::uint32_t at, std::span<std::byte> data, const Origin& cause) {
    MemoryBoard::catch_up(now(), false);
    Time time = now();
    REQUIRE(board.device.read(PhysicalAddress{at}, data, {kNormalNonCacheable, cause}, time) ==
            BusResponse::kOkay);
  }
  void device_write(std::uint32_t at, std::uint32_t value) {
    device_write(at, std::as_bytes(std::span{&value, 1}), board.bell.rung);
  }
  void device_write(std::uint32_t at, std::span<const std::byte> data, const Origin& cause) {
    MemoryBoard::catch_up(now(), false);
    Time time = now();
    REQUIRE(board.device.write(PhysicalAddress{at}, data, {kNormalNonCacheable, cause}, time) ==
            BusResponse::kOkay);
  }
  std::uint32_t scan_out(std::uint32_t at) { return device_read(at, Origin{}); }

  // --- A device on the coherency port
  std::uint32_t port_read(std::uint32_t at, const MemoryAttributes& attributes = kWriteBack) {
    std::uint32_t value = 0;
    port_transfer(false, at, std::as_writable_bytes(std::span{&value, 1}), attributes);
    return value;
  }
  void port_write(std::uint32_t at, std::uint32_t value,
                  const MemoryAttributes& attributes = kWriteBack) {
    port_transfer(true, at, std::as_writable_bytes(std::span{&value, 1}), attributes);
  }
  void port_transfer(bool write, std::uint32_t at, std::span<std::byte> data,
                     const MemoryAttributes& attributes) {
    MemoryBoard::catch_up(now(), false);
    Time time = now();
    Attributes all{attributes, board.bell.rung};
    all.origin.master = kPortDevice;
    REQUIRE((write ? port.write(PhysicalAddress{at}, data, all, time)
                   : port.read(PhysicalAddress{at}, data, all, time)) == BusResponse::kOkay);
  }
  static constexpr MemoryAttributes kWriteBack{MemoryType::kNormal,
                                               CachePolicy::kWriteBackWriteAllocate,
                                               CachePolicy::kWriteBackWriteAllocate};

  // --- What came of it
  std::set<std::string> kinds() const {
    std::set<std::string> names;
    for (const Finding& finding : findings.all()) names.emplace(info_of(finding.kind).name);
    return names;
  }
  const Finding* first(FindingKind kind) const {
    const auto found = std::find_if(findings.all().begin(), findings.all().end(),
                                    [=](const Finding& f) { return f.kind == kind; });
    return found == findings.all().end() ? nullptr : &*found;
  }
  std::uint32_t pc() const { return memory.pc; }
  Time now() const { return period_of(400'000'000) * static_cast<std::int64_t>(clock_.now); }

  MemoryBoard& board = MemoryBoard::instance();
  std::function<void()> meanwhile;  ///< What others do while the processor waits.

 private:
  // Short-descriptor sections (ARM ARM B3.5.1): TEX in [14:12], C [3], B [2], S [16], AP 0b11,
  // domain 0.
  void map_section(std::uint32_t va, std::uint32_t pa, std::uint32_t attributes) {
    board.set_word(kTable + 4 * (va >> 20), (pa & 0xFFF0'0000) | attributes | 3U << 10 | 2U);
  }
  void turn_on_mmu() {
    constexpr std::uint32_t kCached = 1U << 12 | 1U << 3 | 1U << 2;
    constexpr std::uint32_t kNonCacheable = 1U << 12 | 1U << 16;
    constexpr std::uint32_t kDeviceType = 1U << 2;
    for (std::uint32_t at = kMemory; at < kMemory + kMemorySize; at += 1U << 20) {
      map_section(at, at, kCached);
      map_section(at + kUncached, at, kNonCacheable);
    }
    map_section(kBell, kBell, kDeviceType);
    map_section(kL2Registers, kL2Registers, kDeviceType);
    auto& registers = memory.mmu().registers();
    registers.ttbr0 = kTable;
    registers.dacr = 1;
    registers.sctlr =
        TranslationRegisters::kM | TranslationRegisters::kC | TranslationRegisters::kI;
    memory.registers_changed(CacheOperations::Changed::kControl);
    memory.context_changed(true, false);
  }
  std::uint32_t device_register(std::uint32_t at) { return load(at); }
  void next_instruction() { memory.pc += 4; }
  void watch_edges(std::uint32_t at, std::uint32_t size, bool on) {
    for (const std::uint32_t edge : {at, at + size}) {
      if (edge % kLineBytes != 0) memory.watch_line(line_of(PhysicalAddress{edge}), on);
    }
  }
  void flush_edges(std::uint32_t at, std::uint32_t size) {
    for (const std::uint32_t edge : {at, at + size}) {
      if (edge % kLineBytes != 0) flush(edge);
    }
  }

  void data_fault(const Fault&, VirtualAddress va, bool) override {
    FAIL("data abort at " << hex(raw(va)));
  }
  void prefetch_fault(const Fault&, VirtualAddress va) override {
    FAIL("prefetch abort at " << hex(raw(va)));
  }
  bool coherent() const override { return false; }
  std::uint32_t actlr() const override { return 0; }

  static constexpr std::uint32_t kTable = kMemory + kMemorySize - 0x4000;
  CoreClock clock_{0, ~std::uint64_t{0}};
  Statistics statistics_;
  BusUnit bus_unit_{board.core, [this] {
                      MemoryBoard::catch_up(now(), false);
                      if (meanwhile) meanwhile();
                    }};
  BusUnit port_unit_{board.port, [] {}};

 public:
  FindingLog findings;
  Ledger ledger;
  Checker checker{findings, ledger};
  MemorySystem memory;
  AcpBlock port{port_unit_, memory, period_of(400'000'000), statistics_};
};

}  // namespace linefill::test
