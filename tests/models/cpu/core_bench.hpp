// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <vector>

#include "models/cpu/memory_system.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

inline constexpr std::uint32_t kMemory = 0x6000'0000;
inline constexpr std::uint32_t kMemorySize = 0x20'0000;
inline constexpr std::uint32_t kDevice = 0x10E0'0000;

// Virtual addresses: the same memory, with one kind of mapping each. In different sets of the TLB.
inline constexpr std::uint32_t kCached = 0x6000'0000;
inline constexpr std::uint32_t kCachedAlias = 0x7020'0000;
inline constexpr std::uint32_t kUncached = 0x8040'0000;
inline constexpr std::uint32_t kWriteThrough = 0x9060'0000;
inline constexpr std::uint32_t kOrdered = 0xA080'0000;
inline constexpr std::uint32_t kShared = 0xB0A0'0000;        ///< Cached, Shareable.
inline constexpr std::uint32_t kDeviceMemory = 0xC0C0'0000;  ///< Memory mapped as Device.
inline constexpr std::uint32_t kNothing = 0xD100'0000;       ///< Mapped to where nothing answers.

/// Memory and one device behind a core's L1, with a log of what arrived.
class FakeBus final : public CoreBus {
 public:
  struct Arrived {
    bool write = false;
    std::uint32_t address = 0;
    unsigned size = 0;
    std::uint32_t value = 0;  ///< Of its first four bytes.
    Origin origin{};
    bool instruction = false;
    bool speculative = false;
    Time start{};
    friend bool operator==(const Arrived& a, const Arrived& b) {
      return a.write == b.write && a.address == b.address && a.size == b.size && a.value == b.value;
    }
  };

  std::vector<std::byte> memory = std::vector<std::byte>(kMemorySize);
  std::vector<Arrived> log;
  Time latency{0};
  LineMarks marks_below{};  ///< What a fill is told.
  LineMarks marks_written{};
  std::map<std::uint32_t, LineMarks>
      marks_of_memory;  ///< By line address: likewise, for this line.
  std::function<void(const CoreTransaction&)> before;  ///< Called before data move.
  unsigned caught_up = 0;
  std::function<void()> on_catch_up;

  BusResponse transport(const CoreTransaction& t, Time& now) override {
    const Time start = now;
    now += latency;
    if (before) before(t);
    std::uint32_t value = 0;
    const bool in_memory = is_memory(t.address);
    if (in_memory && t.write) std::memcpy(at(raw(t.address)), t.data.data(), t.data.size());
    if (in_memory && !t.write) std::memcpy(t.data.data(), at(raw(t.address)), t.data.size());
    if (!in_memory && !t.write) std::fill(t.data.begin(), t.data.end(), std::byte{0xDE});
    std::memcpy(&value, t.data.data(), std::min<std::size_t>(4, t.data.size()));
    if (t.marks != nullptr) {
      if (t.write) marks_written = *t.marks;
      if (!t.write) {
        const auto found = marks_of_memory.find(raw(t.address));
        *t.marks = found != marks_of_memory.end() ? found->second : marks_below;
      }
    }
    log.push_back({t.write, raw(t.address), static_cast<unsigned>(t.data.size()), value,
                   t.attributes.origin, t.attributes.instruction, t.speculative, start});
    const bool device = raw(t.address) - kDevice < 0x1000;
    return in_memory || device ? BusResponse::kOkay : BusResponse::kDecodeError;
  }
  bool debug(bool write, PhysicalAddress address, std::span<std::byte> data) override {
    if (!is_memory(address)) return false;
    if (write) {
      std::memcpy(at(raw(address)), data.data(), data.size());
    } else {
      std::memcpy(data.data(), at(raw(address)), data.size());
    }
    return true;
  }
  bool is_memory(PhysicalAddress address) override { return raw(address) - kMemory < kMemorySize; }
  void catch_up() override {
    ++caught_up;
    if (on_catch_up) on_catch_up();
  }

  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, memory.data() + (address - kMemory), 4);
    return value;
  }
  void set_word(std::uint32_t address, std::uint32_t value) { std::memcpy(at(address), &value, 4); }
  /// Without the reads of translation tables.
  std::vector<Arrived> writes() const {
    std::vector<Arrived> result;
    std::copy_if(log.begin(), log.end(), std::back_inserter(result),
                 [](const Arrived& a) { return a.write; });
    return result;
  }

 private:
  std::byte* at(std::uint32_t address) { return memory.data() + (address - kMemory); }
};

/// Writes down what it is told.
class FakeObserver final : public Observer {
 public:
  struct Use {
    CopyLevel level{};
    LineNumber line{};
    ByteMask bytes = 0;
    ByteMask superseded = 0;
    ByteMask lost = 0;
    FillCause cause{};
    std::uint32_t pc = 0;
  };
  std::vector<Use> stale_uses;
  std::vector<std::pair<std::uint32_t, bool>> watched;
  std::vector<std::pair<std::uint32_t, bool>> uncached;
  std::vector<LineMarks> dropped;
  std::vector<std::pair<LineNumber, ByteMask>> drained_old;
  std::vector<Maintenance> maintenance;
  unsigned fills = 0;

  void stale_use(CopyLevel level, LineNumber line, ByteMask bytes, const CopyView& view,
                 const Origin& origin, Time) override {
    stale_uses.push_back(
        {level, line, bytes, view.marks->superseded, view.marks->lost, view.fill_cause, origin.pc});
  }
  void watched_access(PhysicalAddress address, std::uint32_t, bool write, const Origin&,
                      Time) override {
    watched.emplace_back(raw(address), write);
  }
  void uncached_access(PhysicalAddress address, std::uint32_t, bool write, const Attributes&,
                       Time) override {
    uncached.emplace_back(raw(address), write);
  }
  void drained_to_memory(CopyLevel, LineNumber line, ByteMask bytes, const LineMarks&,
                         const Origin&, Time) override {
    drained_old.emplace_back(line, bytes);
  }
  void dropped_dirty(CopyLevel, LineNumber, const LineMarks& marks, const Origin&, Time) override {
    dropped.push_back(marks);
  }
  void maintained(const Maintenance& what) override { maintenance.push_back(what); }
  void filled(CopyLevel, LineNumber, const LineMarks&, FillCause, const Origin&, Time) override {
    ++fills;
  }
};

/// A core's memory system with the MMU on and the mappings above.
struct CoreBench : AbortReceiver {
  explicit CoreBench(MemorySystem::Configuration configuration = {})
      : memory{configuration, clock, bus, statistics} {
    memory.set_abort_receiver(*this);
    // Short-descriptor sections (ARM ARM B3.5.1): TEX in [14:12], C [3], B [2], S [16], AP 0b11,
    // domain 0.
    constexpr std::uint32_t kWriteBack = 1U << 12 | 1U << 3 | 1U << 2;
    map(kCached, kMemory, kWriteBack);
    map(kCachedAlias, kMemory, kWriteBack);
    map(kUncached, kMemory, 1U << 12);
    map(kWriteThrough, kMemory, 1U << 3);
    map(kOrdered, kMemory, 0);
    map(kShared, kMemory, kWriteBack | 1U << 16);
    map(kDeviceMemory, kMemory, 1U << 2);
    map(kDevice, kDevice, 1U << 2);
    map(kNothing, kNothing, kWriteBack);
    auto& registers = memory.mmu().registers();
    registers.ttbr0 = kTable;
    registers.dacr = 1;
    registers.sctlr =
        TranslationRegisters::kM | TranslationRegisters::kC | TranslationRegisters::kI;
    memory.registers_changed(CacheOperations::Changed::kControl);
    memory.context_changed(true, false);
  }

  virtual ~CoreBench() = default;

  void map(std::uint32_t va, std::uint32_t pa, std::uint32_t attributes) {
    for (std::uint32_t i = 0; i < 2; ++i) {
      bus.set_word(kTable + 4 * ((va >> 20) + i), (pa + (i << 20)) | attributes | 3U << 10 | 2U);
    }
  }
  std::uint32_t load(std::uint32_t va) {
    std::uint32_t value = 0;
    REQUIRE(memory.load<std::uint32_t>(va, value));
    return value;
  }
  void store(std::uint32_t va, std::uint32_t value) {
    REQUIRE(memory.store<std::uint32_t>(va, value));
  }
  void operate(Maintenance::Action action, std::uint32_t va) {
    Fault fault;
    REQUIRE(memory.data_by_address(action, VirtualAddress{va}, fault));
  }
  void clean(std::uint32_t va) { operate(Maintenance::Action::kClean, va); }
  void invalidate(std::uint32_t va) { operate(Maintenance::Action::kInvalidate, va); }
  /// A device writes memory, and the copies are told, as a checker does.
  void device_writes(std::uint32_t address, std::uint32_t value) {
    bus.set_word(address, value);
    const PhysicalAddress where{address};
    for (CopyHolder* holder : memory.holders()) {
      if (holder->find(line_of(where)).valid != 0)
        holder->overtaken(line_of(where), bytes_at(line_offset(where), 4));
    }
  }
  CopyHolder& l1d() { return *memory.holders()[0]; }
  CopyHolder& buffer() { return *memory.holders()[1]; }
  CopyHolder& l1i() { return *memory.holders()[2]; }
  std::uint64_t count(std::string_view name) {
    memory.settle_statistics();
    for (const Counter* counter : statistics.counters()) {
      if (counter->name() == name) return counter->value();
    }
    FAIL("no counter " << name);
    return 0;
  }
  void wait(Time t) {
    clock.now += static_cast<std::uint64_t>(t / period_of(400'000'000));
    memory.advance();
  }

  void data_fault(const Fault& fault, VirtualAddress va, bool write) override {
    last_fault = fault;
    last_address = raw(va);
    last_write = write;
  }
  void prefetch_fault(const Fault& fault, VirtualAddress va) override {
    last_fault = fault;
    last_address = raw(va);
  }
  bool coherent() const override { return smp; }
  std::uint32_t actlr() const override { return actlr_value; }

  static constexpr std::uint32_t kTable = kMemory + kMemorySize - 0x4000;
  FakeBus bus;
  CoreClock clock{0, ~std::uint64_t{0}};
  Statistics statistics;
  bool smp = false;
  std::uint32_t actlr_value = 0;
  Fault last_fault{};
  std::uint32_t last_address = 0;
  bool last_write = false;
  MemorySystem memory;
};

/// The same, watched.
struct WatchedBench : CoreBench {
  WatchedBench() { memory.set_observer(&observer); }
  FakeObserver observer;
};

}  // namespace linefill::test
