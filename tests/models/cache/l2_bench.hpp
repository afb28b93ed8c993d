// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <vector>

#include "models/cache/l2x0_block.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

/// Memory behind an outer cache: bytes by address, and a journal of what reaches it.
class FakeMemory final : public BusPort {
 public:
  struct Transaction {
    bool write = false;
    std::uint32_t address = 0;
    std::size_t size = 0;
    Time time{};
  };
  static constexpr Time kLatency = 100ns;

  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes&,
                   Time& now) override {
    journal.push_back({false, raw(address), data.size(), now});
    now += kLatency;
    if (response != BusResponse::kOkay) return response;
    for (std::size_t i = 0; i < data.size(); ++i)
      data[i] = bytes[raw(address) + static_cast<std::uint32_t>(i)];
    return BusResponse::kOkay;
  }
  BusResponse write(PhysicalAddress address, std::span<const std::byte> data, const Attributes&,
                    Time& now) override {
    journal.push_back({true, raw(address), data.size(), now});
    now += kLatency;
    if (response != BusResponse::kOkay) return response;
    for (std::size_t i = 0; i < data.size(); ++i)
      bytes[raw(address) + static_cast<std::uint32_t>(i)] = data[i];
    return BusResponse::kOkay;
  }

  std::uint32_t word(std::uint32_t address) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
      value |= std::to_integer<std::uint32_t>(bytes[address + i]) << (8 * i);
    return value;
  }
  /// As a device writes it: around the cache.
  void set_word(std::uint32_t address, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) bytes[address + i] = std::byte(value >> (8 * i) & 0xFFU);
  }
  std::size_t count(bool write) const {
    std::size_t n = 0;
    for (const auto& t : journal) n += t.write == write ? 1 : 0;
    return n;
  }

  std::map<std::uint32_t, std::byte> bytes;
  std::vector<Transaction> journal;
  BusResponse response = BusResponse::kOkay;
};

inline constexpr MemoryAttributes kWriteBack{MemoryType::kNormal,
                                             CachePolicy::kWriteBackWriteAllocate,
                                             CachePolicy::kWriteBackWriteAllocate, false};
inline constexpr MemoryAttributes kSharedWriteBack{MemoryType::kNormal,
                                                   CachePolicy::kWriteBackWriteAllocate,
                                                   CachePolicy::kWriteBackWriteAllocate, true};
inline constexpr MemoryAttributes kNoWriteAllocate{MemoryType::kNormal,
                                                   CachePolicy::kWriteBackNoWriteAllocate,
                                                   CachePolicy::kWriteBackNoWriteAllocate, false};
inline constexpr MemoryAttributes kWriteThrough{MemoryType::kNormal, CachePolicy::kWriteThrough,
                                                CachePolicy::kWriteThrough, false};
inline constexpr MemoryAttributes kSharedNonCacheable{
    MemoryType::kNormal, CachePolicy::kNonCacheable, CachePolicy::kNonCacheable, true};
inline constexpr MemoryAttributes kPrivateNonCacheable{
    MemoryType::kNormal, CachePolicy::kNonCacheable, CachePolicy::kNonCacheable, false};
inline constexpr MemoryAttributes kDevice{MemoryType::kDevice};
inline constexpr MemoryAttributes kStronglyOrdered{MemoryType::kStronglyOrdered};

// Register offsets, L2C-310 TRM table 3-2.
inline constexpr std::uint32_t kCacheId = 0x000, kCacheType = 0x004, kControl = 0x100,
                               kAuxControl = 0x104, kTagLatency = 0x108, kDataLatency = 0x10C,
                               kEventControl = 0x200, kEvent1Config = 0x204, kEvent0Config = 0x208,
                               kEvent1 = 0x20C, kEvent0 = 0x210, kIntMask = 0x214,
                               kIntMaskStatus = 0x218, kIntRaw = 0x21C, kIntClear = 0x220,
                               kCacheSync = 0x730, kDummySync = 0x740, kInvPa = 0x770,
                               kInvWay = 0x77C, kCleanPa = 0x7B0, kCleanIndex = 0x7B8,
                               kCleanWay = 0x7BC, kCleanInvPa = 0x7F0, kCleanInvIndex = 0x7F8,
                               kCleanInvWay = 0x7FC, kDataLockdown0 = 0x900,
                               kInstructionLockdown0 = 0x904, kLockLineEnable = 0x950,
                               kUnlockWay = 0x954, kFilterStart = 0xC00, kFilterEnd = 0xC04,
                               kDebugControl = 0xF40, kPrefetchControl = 0xF60,
                               kPowerControl = 0xF80;

/// An outer cache block of 8 ways of 16 KiB, enabled, over a fake memory; time goes by as accesses
/// take it.
struct L2Bench {
  explicit L2Bench(L2x0Options o = small(), bool enable = true)
      : options{o}, block{memory, options, statistics} {
    if (enable) set_control(1);
  }

  static L2x0Options small() {
    L2x0Options o;
    o.way_size_field = 1;
    return o;
  }

  /// The L220 or the L210, of the same size.
  static L2x0Options small(L2Part part) {
    L2x0Options o = small();
    o.part = part;
    if (part == L2Part::kL220) o.cache_id = 0x4100'0086;
    if (part == L2Part::kL210) o.cache_id = 0x4100'0040;
    return o;
  }

  BusResponse set(std::uint32_t offset, std::uint32_t value) {
    RegisterContext context{now, attributes};
    return block.write_register(offset, 4, value, context, now);
  }
  std::uint32_t get(std::uint32_t offset) {
    std::uint32_t value = 0;
    block.read_register(offset, 4, value, {now, attributes});
    return value;
  }
  void set_control(std::uint32_t value) { CHECK(set(kControl, value) == BusResponse::kOkay); }
  /// With the controller off meanwhile.
  void set_aux(std::uint32_t set_bits, std::uint32_t cleared_bits = 0) {
    const std::uint32_t enabled = get(kControl);
    set_control(0);
    CHECK(set(kAuxControl, (get(kAuxControl) & ~cleared_bits) | set_bits) == BusResponse::kOkay);
    set_control(enabled);
  }
  /// Starts an operation and polls its register until it has ended.
  void do_and_poll(std::uint32_t offset, std::uint32_t value) {
    CHECK(set(offset, value) == BusResponse::kOkay);
    for (unsigned polls = 0; get(offset) != 0; ++polls) {
      REQUIRE(polls < 1000);
      now += 10ns;
    }
  }
  /// Starts an operation by way and waits for its end.
  void by_way(std::uint32_t offset, std::uint32_t ways = 0xFF) {
    CHECK(set(offset, ways) == BusResponse::kOkay);
    now += 1ms;
    CHECK(get(offset) == 0);
  }

  std::uint32_t load(std::uint32_t address, const MemoryAttributes& type, unsigned size = 4) {
    std::uint32_t value = 0;
    attributes.memory = type;
    response = block.read({PhysicalAddress{address},
                           std::as_writable_bytes(std::span{&value, 1}).first(size), attributes},
                          now);
    return value;
  }
  void store(std::uint32_t address, std::uint32_t value, const MemoryAttributes& type,
             unsigned size = 4) {
    attributes.memory = type;
    response = block.write({PhysicalAddress{address},
                            std::as_writable_bytes(std::span{&value, 1}).first(size), attributes},
                           now);
  }
  /// A line as an L1 fills it; its first word.
  std::uint32_t fill(std::uint32_t address, const MemoryAttributes& type,
                     LineMarks* marks = nullptr) {
    attributes.memory = type;
    L2Request request{PhysicalAddress{address}, line, attributes};
    request.marks = marks;
    response = block.read(request, now);
    std::uint32_t value = 0;
    std::memcpy(&value, line.data(), 4);
    return value;
  }
  /// A line as an L1 writes it back when it evicts it: each word is `value`.
  void write_back(std::uint32_t address, std::uint32_t value, const MemoryAttributes& type,
                  LineMarks* marks = nullptr, WriteHints hints = {.eviction = true}) {
    for (unsigned i = 0; i < line.size(); i += 4) std::memcpy(line.data() + i, &value, 4);
    attributes.memory = type;
    L2Request request{PhysicalAddress{address}, line, attributes};
    request.marks = marks;
    request.hints = hints;
    response = block.write(request, now);
  }
  bool resident(std::uint32_t address) {
    return block.cache().find(line_of(PhysicalAddress{address})).valid != 0;
  }
  bool dirty(std::uint32_t address) {
    const CacheLine* found = block.cache().resident(line_of(PhysicalAddress{address}));
    return found != nullptr && found->dirty;
  }
  std::uint64_t counter(std::string_view name) const {
    for (const Counter* c : statistics.counters()) {
      if (c->name() == name) return c->value();
    }
    FAIL("no counter " << name);
    return 0;
  }

  L2x0Options options;
  FakeMemory memory;
  Statistics statistics;
  L2x0Block block;
  Attributes attributes{};
  std::array<std::byte, kLineBytes> line{};
  BusResponse response = BusResponse::kOkay;
  Time now{1us};
};

}  // namespace linefill::test
