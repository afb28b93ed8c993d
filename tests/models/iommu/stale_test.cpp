// SPDX-License-Identifier: Apache-2.0
// What the checker is told of translations that are older than the tables.
#include "tests/support/catch.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

namespace {

constexpr std::uint32_t kAddress = 0x8020'3000;
constexpr std::uint32_t kLeaf = SmmuBench::kLevel3 + 3 * 8;
constexpr std::uint32_t kTable2 = SmmuBench::kLevel2 + 1 * 8;
constexpr std::uint32_t kTable1 = SmmuBench::kLevel1 + 2 * 8;
constexpr std::uint64_t kOld = 0x6ABC'D000 | lpae::kDevicePage;
constexpr std::uint64_t kNew = 0x6DEF'0000 | lpae::kDevicePage;

/// Listens, and has what the processor's caches have of tables.
struct Witness final : Observer {
  struct Stale {
    std::uint64_t output = 0;
    bool walks_see_it = false;
  };
  void iommu_stale(const IommuAccess&, std::uint64_t output, bool walks_see_it, Time) override {
    told.push_back({output, walks_see_it});
  }
  void overlay_newest(PhysicalAddress address, std::span<std::byte> data) const override {
    const auto found = dirty.find(raw(address));
    if (found == dirty.end()) return;
    for (std::size_t i = 0; i < data.size(); ++i)
      data[i] = static_cast<std::byte>(found->second >> (8 * i));
  }
  std::map<std::uint32_t, std::uint64_t> dirty;
  std::vector<Stale> told;
};

/// Memory as a walker of no cache reads it, without taking time.
struct Memory final : smmu::TableMemory {
  explicit Memory(const TableBus& tables) : bus{tables} {}
  BusResponse read(std::uint64_t address, std::span<std::byte> data, const MemoryAttributes&,
                   bool) override {
    for (std::size_t i = 0; i < data.size(); ++i) {
      const auto at = static_cast<std::uint32_t>(address + i);
      data[i] = static_cast<std::byte>(bus.word(at & ~3U) >> (8 * (at % 4)));
    }
    return BusResponse::kOkay;
  }
  const TableBus& bus;
};

/// A page in the TLB, watched.
struct WatchedBench : SmmuBench {
  WatchedBench() {
    block.set_observer(&witness, MasterId{9});
    block.set_peek(&memory);
    stage1_long();
    map(kAddress, kOld);
    CHECK(access(kAddress).address == 0x6ABC'D000);
    CHECK(told() == 0);
  }
  std::size_t told() const { return witness.told.size(); }
  /// How often it is told of one more access.
  std::size_t told_of(std::uint32_t address, bool write = false) {
    const std::size_t before = told();
    access(address, write);
    return told() - before;
  }

  Witness witness;
  Memory memory{bus};
};

/// Nested, with pages of stage 2 for the tables and for the page of kAddress.
struct WatchedNestedBench : WatchedBench {
  static constexpr std::uint32_t kRoot2 = 0x6010'0000;
  static constexpr std::uint32_t kLow2 = 0x6011'0000;   // Of the tables at 0x60000000.
  static constexpr std::uint32_t kData2 = 0x6011'1000;  // Of the page at 0x6ABCD000.
  static constexpr std::uint32_t kPages2 = 0x6011'2000;

  WatchedNestedBench() {
    cbar(0, 3U << 16 | 1U << 8 | 0x5);
    stage2_bank(kRoot2);
    bus.put(kRoot2 + 8, kPages2 | lpae::kTable);
    bus.put(kPages2 + (0x6000'0000 >> 21 & 0x1FF) * 8, kLow2 | lpae::kTable);
    bus.put(kPages2 + (0x6ABC'D000 >> 21 & 0x1FF) * 8, kData2 | lpae::kTable);
    for (const std::uint32_t table : {kLevel1, kLevel2, kLevel3})
      bus.put(kLow2 + (table >> 12 & 0x1FF) * 8, table | lpae::kPage2);
    bus.put(kData2 + 0x1CD * 8, 0x6ABC'D000 | lpae::kPage2);
    CHECK(access(kAddress).address == 0x6ABC'D000);
    CHECK(told() == 0);
  }
};

}  // namespace

TEST_CASE_METHOD(WatchedBench, "stale: a leaf that has changed is told at each use", "[iommu]") {
  bus.put(kLeaf, kNew);
  CHECK(told_of(kAddress + 0x10) == 1);
  CHECK(witness.told[0].output == 0x6ABC'D010);
  CHECK(witness.told[0].walks_see_it);
  bus.put(kLeaf, 0);
  CHECK(told_of(kAddress, true) == 1);
}

TEST_CASE_METHOD(WatchedBench, "stale: a table descriptor that has changed", "[iommu]") {
  const std::uint32_t descriptor = GENERATE(kTable1, kTable2);
  bus.put(descriptor, 0);
  CHECK(told_of(kAddress) == 1);
}

TEST_CASE_METHOD(WatchedBench, "stale: what a table descriptor forbids by now", "[iommu]") {
  constexpr std::uint64_t kReadOnlyTable = std::uint64_t{1} << 62;  // APTable[1]
  bus.put(kTable2, kLevel3 | lpae::kTable | kReadOnlyTable);
  CHECK(told_of(kAddress) == 1);
}

TEST_CASE_METHOD(WatchedBench, "stale: the same value, or bits of software only, is no change",
                 "[iommu]") {
  bus.put(kLeaf, kOld);
  bus.put(kTable2, kLevel3 | lpae::kTable);
  CHECK(told_of(kAddress) == 0);
  bus.put(kLeaf, kOld | std::uint64_t{0xF} << 55);
  CHECK(told_of(kAddress) == 0);
  bus.put(kLeaf + 8, kNew);  // The page beside it.
  CHECK(told_of(kAddress) == 0);
}

TEST_CASE_METHOD(WatchedBench, "stale: a block that becomes a table of the same pages is no change",
                 "[iommu]") {
  constexpr std::uint32_t kBlocks = 0x8040'0000;
  constexpr std::uint64_t kBits = kOld & 0xFFF & ~std::uint64_t{2};
  bus.put(kLevel2 + 2 * 8, 0x6A00'0000 | kBits);
  CHECK(access(kBlocks + 0x1000).address == 0x6A00'1000);
  bus.put(0x6000'4000, 0x6A00'0000 | lpae::kDevicePage);
  bus.put(0x6000'4008, 0x6A00'1000 | lpae::kDevicePage);
  bus.put(kLevel2 + 2 * 8, 0x6000'4000 | lpae::kTable);
  CHECK(told_of(kBlocks + 0x1000) == 0);
  CHECK(told_of(kBlocks) == 0);
  CHECK(told_of(kBlocks + 0x2000) == 1);
}

TEST_CASE_METHOD(WatchedBench, "stale: an invalidation helps that comes after the change",
                 "[iommu]") {
  bank(0, kTlbival, kAddress | 7);
  sync_all();
  bus.put(kLeaf, kNew);
  CHECK(told_of(kAddress) == 0);
  // The other way round, and the device looks in between.
  bank(0, kTlbival, kAddress | 7);
  sync_all();
  CHECK(told_of(kAddress) == 0);
  bus.put(kLeaf, kOld);
  CHECK(told_of(kAddress) == 1);
  // Begun, and not waited for.
  bank(0, kTlbival, kAddress | 7);
  CHECK(told_of(kAddress) == 1);
  now += 101us;
  CHECK(told_of(kAddress) == 0);
}

TEST_CASE_METHOD(WatchedBench, "stale: a walk that goes on from an old table in the walk cache",
                 "[iommu]") {
  constexpr std::uint32_t kOtherTable = 0x6000'5000;
  bus.put(kOtherTable + 3 * 8, kNew);
  bus.put(kTable2, kOtherTable | lpae::kTable);
  bank(0, kTlbival, kAddress | 7);  // The leaf only.
  sync_all();
  CHECK(told_of(kAddress) == 1);
  CHECK(witness.told.back().output == 0x6ABC'D000);
  CHECK(told_of(kAddress) == 1);
  bank(0, kTlbiva, kAddress | 7);
  sync_all();
  CHECK(told_of(kAddress) == 0);
}

TEST_CASE_METHOD(WatchedBench, "stale: an old table in the walk cache by which a walk fails",
                 "[iommu]") {
  constexpr std::uint32_t kOtherTable = 0x6000'5000;
  bus.put(kOtherTable + 3 * 8, kNew);
  bus.put(kTable2, kOtherTable | lpae::kTable);
  bus.put(kLeaf, 0);
  bank(0, kTlbival, kAddress | 7);
  sync_all();
  CHECK(access(kAddress).action == Action::kAbort);
  REQUIRE(told() == 1);
  CHECK(witness.told[0].output == 0x6DEF'0000);
}

TEST_CASE_METHOD(WatchedBench, "stale: a fault by what the tables say is none", "[iommu]") {
  CHECK(told_of(kAddress + 0x8000) == 0);
  bus.put(kLeaf + 8, kNew | lpae::kReadOnly);
  CHECK(told_of(kAddress + 0x1000, true) == 0);
}

TEST_CASE_METHOD(WatchedBench, "stale: a change that is in the processor's caches only",
                 "[iommu]") {
  witness.dirty[kLeaf] = kOld;
  CHECK(told_of(kAddress) == 0);
  witness.dirty[kLeaf] = kNew;
  CHECK(told_of(kAddress) == 1);
  CHECK_FALSE(witness.told[0].walks_see_it);
  witness.dirty[kLeaf] = kOld;
  witness.dirty[kTable2] = 0;
  CHECK(told_of(kAddress) == 1);
}

TEST_CASE_METHOD(WatchedBench, "stale: what the walk missed in the caches is the walk's fault",
                 "[iommu]") {
  bank(0, kTlbiva, kAddress | 7);
  sync_all();
  witness.dirty[kLeaf] = kNew;
  CHECK(told_of(kAddress) == 0);  // It walks, and reads memory's old descriptor.
  CHECK(told_of(kAddress) == 0);
  bus.put(kLeaf, kNew);  // Written back.
  witness.dirty.clear();
  CHECK(told_of(kAddress) == 0);
  bus.put(kLeaf, 0x6111'1000 | lpae::kDevicePage);  // That is another change.
  CHECK(told_of(kAddress) == 1);
}

TEST_CASE_METHOD(WatchedNestedBench, "stale: stage 2 of the page, or of a table of stage 1",
                 "[iommu]") {
  const std::uint32_t descriptor = GENERATE_REF(kData2 + 0x1CD * 8, kLow2 + 0 * 8, kLow2 + 2 * 8,
                                                kPages2 + (0x6ABC'D000 >> 21 & 0x1FF) * 8);
  bus.put(descriptor, 0);
  CHECK(told_of(kAddress) == 1);
}

TEST_CASE_METHOD(WatchedNestedBench, "stale: stage 1 on stage 2", "[iommu]") {
  bus.put(kLeaf, kOld);
  CHECK(told_of(kAddress) == 0);
  bus.put(kLeaf, kOld | lpae::kReadOnly);
  CHECK(told_of(kAddress) == 1);
}

TEST_CASE_METHOD(WatchedNestedBench, "stale: what stage 1 forbids is asked for by no question",
                 "[iommu]") {
  bus.put(kLeaf + 8, kOld | lpae::kReadOnly);
  CHECK(told_of(kAddress + 0x1000) == 0);
  CHECK(access(kAddress + 0x1000, true).action == Action::kAbort);
  CHECK(told() == 0);
}

TEST_CASE_METHOD(WatchedBench, "stale: short descriptors", "[iommu]") {
  constexpr std::uint32_t kSecond = 0x6001'0000;
  cbar(1, 1U << 16 | 0xFU << 12 | 3U << 8 | 1);
  bank(1, kTtbr0, 0x6002'0000);
  bank(1, kSctlr, kOn);
  group(1, 1U << 31 | 0x30, 1);
  bus.words[0x6002'0000 + 0x802 * 4] = kSecond | 1;
  bus.words[kSecond + 3 * 4] = 0x6ABC'D000 | 0x32;
  CHECK(access(kAddress, false, 0x30).address == 0x6ABC'D000);
  access(kAddress, false, 0x30);
  CHECK(told() == 0);
  bus.words[0x6002'0000 + 0x802 * 4] = 0;
  access(kAddress, false, 0x30);
  CHECK(told() == 1);
}
