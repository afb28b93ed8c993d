// SPDX-License-Identifier: Apache-2.0
// Two security states: who matches and uses what, and what leaves as Non-secure (IHI 0062,
// chapter 7 and 9.6.24).
#include "tests/support/catch.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

namespace {

constexpr std::uint32_t kUcbf = 1U << 3;
constexpr std::uint32_t kUsf = 1U << 1;
constexpr std::uint32_t kPf = 1U << 3;
constexpr std::uint32_t kFormatLong = 1U << 9;
constexpr std::uint32_t kSif = 1U << 26;
constexpr std::uint64_t kNs = 1U << 5;
constexpr std::uint64_t kNsTable = std::uint64_t{1} << 63;

/// Groups 8 to 15 and banks 4 to 7 are the Secure state's. Stream 0x12 is translated by bank 0 for
/// Non-secure accesses, and by bank 4, with tables of its own, for Secure ones.
struct TwoStates : SmmuBench {
  static constexpr std::uint32_t kSecureLevel1 = 0x6400'0000;
  static constexpr std::uint32_t kSecureLevel2 = 0x6400'1000;
  static constexpr std::uint32_t kSecureLevel3 = 0x6400'2000;

  TwoStates() : SmmuBench{config()} {
    scr1(8U << 8 | 4U);
    stage1_long();
    group(8, 1U << 31 | kStream, 4);
    secure(kCr0, kGfre | kGfie | kUsfcfg);
    cbar(4, 1U << 16 | 0xFU << 12 | 3U << 8);
    bank(4, kTcr, 1U << 31 | 1U << 23);
    bank(4, kTtbr0, kSecureLevel1);
    bank(4, kTtbr0High, 7U << 16);
    bank(4, kMair0, 0x0004'FF44);
    bank(4, kSctlr, kOn);
  }
  static smmu::Config config() {
    smmu::Config config;
    config.two_states = true;
    config.global_interrupts = 2;
    return config;
  }
  void scr1(std::uint32_t value) {
    write(smmu::GlobalSpace::secure_registers(), block.global_space(true), 0x004, value);
  }
  void secure(std::uint32_t offset, std::uint32_t value) {
    write(smmu::GlobalSpace::registers(), block.global_space(true), offset, value);
  }
  std::uint32_t secure(std::uint32_t offset) {
    block.advance(now);
    std::uint32_t value = 0;
    smmu::GlobalSpace::registers().read(block.global_space(true), offset, value, {now, {}});
    return value;
  }
  /// One page of the Secure bank.
  void map_secure(std::uint64_t leaf, std::uint64_t table = lpae::kTable) {
    bus.put(kSecureLevel1, kSecureLevel2 | table);
    bus.put(kSecureLevel2, kSecureLevel3 | lpae::kTable);
    bus.put(kSecureLevel3 + 8, leaf);
  }
  smmu::Verdict secure_access(bool fetch = false) {
    Attributes attributes = device();
    attributes.instruction = fetch;
    return access(0x1000, false, kStream, attributes);
  }
  smmu::Verdict non_secure_access(std::uint16_t stream = kStream) {
    Attributes attributes = device();
    attributes.secure = false;
    return access(0x1000, false, stream, attributes);
  }
};

}  // namespace

TEST_CASE_METHOD(TwoStates, "one stream has a translation of each security state", "[iommu]") {
  map(0x1000, 0x6ABC'D000 | lpae::kDevicePage);
  map_secure(0x6DEF'0000 | lpae::kDevicePage);
  const smmu::Verdict secure = secure_access();
  CHECK(secure.address == 0x6DEF'0000);
  CHECK(secure.secure);
  const smmu::Verdict other = non_secure_access();
  CHECK(other.address == 0x6ABC'D000);
  CHECK_FALSE(other.secure);
}

TEST_CASE_METHOD(TwoStates, "tables are read in the state of their bank, and below NSTable not",
                 "[iommu]") {
  map(0x1000, 0x6ABC'D000 | lpae::kDevicePage);
  map_secure(0x6DEF'0000 | lpae::kDevicePage, lpae::kTable | kNsTable);
  non_secure_access();
  REQUIRE(bus.reads.size() == 3);
  for (const auto& read : bus.reads) CHECK_FALSE(read.attributes.secure);
  bus.reads.clear();
  CHECK_FALSE(secure_access().secure);
  REQUIRE(bus.reads.size() == 3);
  CHECK(bus.reads[0].attributes.secure);
  CHECK_FALSE(bus.reads[1].attributes.secure);
  CHECK_FALSE(bus.reads[2].attributes.secure);
}

TEST_CASE_METHOD(TwoStates, "NS of a Secure bank's page lets the access leave as Non-secure",
                 "[iommu]") {
  map_secure(0x6DEF'0000 | lpae::kDevicePage | kNs);
  CHECK_FALSE(secure_access().secure);
  map(0x1000, 0x6ABC'D000 | lpae::kDevicePage);  // Of a Non-secure one it means nothing.
  CHECK_FALSE(non_secure_access().secure);
}

TEST_CASE_METHOD(TwoStates, "an access matches the groups of its own state only", "[iommu]") {
  group(8, 0, 0);
  CHECK(secure_access().action == Action::kAbort);
  CHECK(secure(kGfsr) == kUsf);
  CHECK(global(kGfsr) == 0);
  CHECK(block.global_interrupt(0));  // The Secure state's line comes first.
  CHECK_FALSE(block.global_interrupt(1));
  non_secure_access(0x30);
  CHECK(global(kGfsr) == kUsf);
  CHECK(block.global_interrupt(1));
}

TEST_CASE_METHOD(TwoStates, "CLIENTPD of one state says nothing of the other", "[iommu]") {
  secure(kCr0, kClientPd);
  CHECK(secure_access().address == 0x1000);
  CHECK(non_secure_access().action == Action::kAbort);
}

TEST_CASE_METHOD(TwoStates, "a bank of the other state is not implemented", "[iommu]") {
  group(8, 1U << 31 | kStream, 0);
  CHECK(secure_access().action == Action::kAbort);
  CHECK(secure(kGfsr) == kUcbf);
  group(0, 1U << 31 | kStream, 4);
  CHECK(non_secure_access().action == Action::kAbort);
  CHECK(global(kGfsr) == kUcbf);
}

TEST_CASE_METHOD(TwoStates, "a Secure bank has stage 1 with stage 2 bypassed, or is no context",
                 "[iommu]") {
  for (const std::uint32_t type : {0U, 2U, 3U}) {
    CAPTURE(type);
    secure(kGfsr, ~0U);
    cbar(4, type << 16 | 5U << 8);
    CHECK(secure_access().action == Action::kAbort);
    CHECK(secure(kGfsr) == 1);
    CHECK((secure(kGfsynr0) & 1) == 1);
  }
}

TEST_CASE_METHOD(TwoStates, "TLBIALLNSNH leaves Secure entries, STLBIALL Non-secure ones",
                 "[iommu]") {
  map(0x1000, 0x6ABC'D000 | lpae::kDevicePage);
  map_secure(0x6DEF'0000 | lpae::kDevicePage);
  secure_access();
  non_secure_access();
  map(0x1000, 0x6111'1000 | lpae::kDevicePage);
  map_secure(0x6222'2000 | lpae::kDevicePage);
  SECTION("Non-secure") {
    global(kTlbiallnsnh, 0);
    sync_all();
    CHECK(secure_access().address == 0x6DEF'0000);
    CHECK(non_secure_access().address == 0x6111'1000);
  }
  SECTION("Secure") {
    write(smmu::GlobalSpace::secure_registers(), block.global_space(true), 0x060, 0);
    sync_all();  // Not this state's.
    CHECK(secure_access().address == 0x6DEF'0000);
    secure(kTlbgsync, 0);
    CHECK(secure(kTlbgstatus) == 1);
    CHECK(global(kTlbgstatus) == 0);
    now += 10us;
    CHECK(secure_access().address == 0x6222'2000);
    CHECK(non_secure_access().address == 0x6ABC'D000);
  }
  SECTION("the Secure bank's own") {
    bank(4, kTlbiasid, 7);
    bank(4, kTlbsync, 0);
    now += 10us;
    CHECK(secure_access().address == 0x6222'2000);
    CHECK(non_secure_access().address == 0x6ABC'D000);
  }
}

TEST_CASE_METHOD(TwoStates, "SIF refuses a Secure fetch that would leave as Non-secure",
                 "[iommu]") {
  map_secure(0x6DEF'0000 | lpae::kDevicePage | kNs);
  CHECK(secure_access(true).action == Action::kPass);
  scr1(kSif | 8U << 8 | 4U);
  CHECK(secure_access().action == Action::kPass);
  CHECK(secure_access(true).action == Action::kAbort);
  CHECK(bank(4, kFsr) == (kPf | kFormatLong));
  CHECK((bank(4, kFsynr0) & 3) == 3);
  group(8, 1U << 31 | kStream, 1U << 16 | 3U << 18);  // Bypass, Non-secure.
  CHECK(secure_access(true).action == Action::kAbort);
  CHECK(secure(kGfsr) == 1U << 7);
}

TEST_CASE_METHOD(TwoStates, "NSCFG makes bypassed Secure accesses Non-secure", "[iommu]") {
  group(8, 1U << 31 | kStream, 1U << 16);
  CHECK(secure_access().secure);
  group(8, 1U << 31 | kStream, 1U << 16 | 3U << 18);
  CHECK_FALSE(secure_access().secure);
  secure(kCr0, kClientPd | 3U << 28);
  CHECK_FALSE(secure_access().secure);
  global(kCr0, kClientPd | 2U << 28);  // Not for the Non-secure state to choose.
  CHECK_FALSE(non_secure_access().secure);
}

TEST_CASE_METHOD(TwoStates, "Secure software may translate by the banks of both states",
                 "[iommu]") {
  map(0x1000, 0x6ABC'D000 | lpae::kDevicePage);
  map_secure(0x6DEF'0000 | lpae::kDevicePage | kNs);
  secure(kGats1pr, 0x1000);
  CHECK((secure(kGpar) & 0xFFFF'F201) == 0x6ABC'D000);
  secure(kGats1pr, 0x1004);
  CHECK((secure(kGpar) & 0xFFFF'F201) == (0x6DEF'0000 | 1U << 9));  // NS
  global(kGats1pr, 0x1004);
  CHECK(global(kGpar) == (1U << 30 | 1));  // UCBF
}
