// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "models/iommu/smmu_block.hpp"

namespace linefill::test {

/// Memory of words behind the walker's port; each read takes 100 ns.
struct TableBus final : BusPort {
  struct Read {
    std::uint32_t address;
    Attributes attributes;
  };
  std::map<std::uint32_t, std::uint32_t> words;
  std::map<std::uint32_t, BusResponse> errors;
  std::vector<Read> reads;
  std::function<std::uint32_t(std::uint32_t)> filler;  ///< What is where no word was put.

  std::uint32_t word(std::uint32_t address) const {
    const auto found = words.find(address);
    if (found != words.end()) return found->second;
    return filler ? filler(address) : 0;
  }
  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now) override {
    reads.push_back({raw(address), attributes});
    now += 100ns;
    if (const auto error = errors.find(raw(address)); error != errors.end()) return error->second;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const auto at = static_cast<std::uint32_t>(raw(address) + i);
      data[i] = static_cast<std::byte>(word(at & ~3U) >> (8 * (at % 4)));
    }
    return BusResponse::kOkay;
  }
  BusResponse write(PhysicalAddress, std::span<const std::byte>, const Attributes&,
                    Time&) override {
    return BusResponse::kSlaveError;
  }
  void put(std::uint64_t address, std::uint64_t descriptor) {
    words[static_cast<std::uint32_t>(address)] = static_cast<std::uint32_t>(descriptor);
    words[static_cast<std::uint32_t>(address) + 4] = static_cast<std::uint32_t>(descriptor >> 32);
  }
};

/// CB_FSR (IHI 0062, 16.5.7), typed by hand.
inline constexpr std::uint32_t kTf = 1U << 1;
inline constexpr std::uint32_t kAff = 1U << 2;
inline constexpr std::uint32_t kPf = 1U << 3;
inline constexpr std::uint32_t kEf = 1U << 4;
inline constexpr std::uint32_t kAsf = 1U << 7;

/// Long descriptors (ARM ARM B3.6.1 to B3.6.3), typed by hand.
namespace lpae {
inline constexpr std::uint64_t kTable = 3;
inline constexpr std::uint64_t kPage = 3;
inline constexpr std::uint64_t kBlock = 1;
inline constexpr std::uint64_t kUser = 1U << 6;
inline constexpr std::uint64_t kReadOnly = 1U << 7;
inline constexpr std::uint64_t kAf = 1U << 10;
inline constexpr std::uint64_t kNotGlobal = 1U << 11;
inline constexpr std::uint64_t kXn = std::uint64_t{1} << 54;
inline constexpr std::uint64_t kOuter = 2U << 8;
inline constexpr std::uint64_t kInner = 3U << 8;
/// As Linux maps for a device: read and write, not global, accessed.
inline constexpr std::uint64_t kDevicePage = kPage | kUser | kAf | kNotGlobal | kOuter;
inline constexpr std::uint64_t index(unsigned n) { return std::uint64_t{n} << 2; }
// Stage 2.
inline constexpr std::uint64_t kReadWrite2 = 3U << 6;
inline constexpr std::uint64_t kReadable2 = 1U << 6;
inline constexpr std::uint64_t kNormal2 = 0xFU << 2;
inline constexpr std::uint64_t kUncached2 = 0x5U << 2;
inline constexpr std::uint64_t kPage2 = kPage | kReadWrite2 | kAf | kNormal2;
}  // namespace lpae

/// An SMMU and its registers by the names of the manual.
struct SmmuBench {
  // Offsets within a bank, IHI 0062 chapter 16.
  enum Cb : std::uint32_t {
    kSctlr = 0x000,
    kActlr = 0x004,
    kResume = 0x008,
    kTcr2 = 0x010,
    kTtbr0 = 0x020,
    kTtbr0High = 0x024,
    kTtbr1 = 0x028,
    kTtbr1High = 0x02C,
    kTcr = 0x030,
    kContextidr = 0x034,
    kMair0 = 0x038,
    kMair1 = 0x03C,
    kPar = 0x050,
    kParHigh = 0x054,
    kFsr = 0x058,
    kFsrRestore = 0x05C,
    kFar = 0x060,
    kFsynr0 = 0x068,
    kIpafar = 0x070,
    kTlbiva = 0x600,
    kTlbivaHigh = 0x604,
    kTlbivaa = 0x608,
    kTlbiasid = 0x610,
    kTlbiall = 0x618,
    kTlbival = 0x620,
    kTlbiipas2 = 0x630,
    kTlbiipas2l = 0x638,
    kTlbsync = 0x7F0,
    kTlbstatus = 0x7F4,
    kAts1pr = 0x800,
    kAts1uw = 0x818,
  };
  enum Gr0 : std::uint32_t {
    kCr0 = 0x000,
    kAcr = 0x010,
    kGfar = 0x040,
    kGfsr = 0x048,
    kGfsynr0 = 0x050,
    kGfsynr1 = 0x054,
    kTlbivmid = 0x064,
    kTlbiallnsnh = 0x068,
    kTlbgsync = 0x070,
    kTlbgstatus = 0x074,
    kTlbivmids1 = 0x0B8,
    kGats1pr = 0x110,
    kGats12pw = 0x138,
    kGpar = 0x180,
    kGparHigh = 0x184,
  };
  // sCR0
  static constexpr std::uint32_t kClientPd = 1;
  static constexpr std::uint32_t kGfre = 1U << 1;
  static constexpr std::uint32_t kGfie = 1U << 2;
  static constexpr std::uint32_t kUsfcfg = 1U << 10;
  // SCTLR
  static constexpr std::uint32_t kM = 1;
  static constexpr std::uint32_t kTre = 1U << 1;
  static constexpr std::uint32_t kAfe = 1U << 2;
  static constexpr std::uint32_t kCfre = 1U << 5;
  static constexpr std::uint32_t kCfie = 1U << 6;
  static constexpr std::uint32_t kStall = 1U << 7;
  static constexpr std::uint32_t kHupcf = 1U << 8;
  /// As Linux writes it, without ASIDPNE.
  static constexpr std::uint32_t kOn = kM | kTre | kAfe | kCfre | kCfie;

  static constexpr std::uint16_t kStream = 0x12;
  static constexpr std::uint32_t kLevel1 = 0x6000'0000;
  static constexpr std::uint32_t kLevel2 = 0x6000'1000;
  static constexpr std::uint32_t kLevel3 = 0x6000'2000;

  explicit SmmuBench(const smmu::Config& config = {}) : block{config, bus, log, statistics} {}

  template <class Table, class Owner>
  void write(const Table& table, Owner& owner, std::uint32_t offset, std::uint32_t value) {
    block.advance(now);
    REQUIRE(table.write(owner, offset, value, {now, {}}) == RegisterResult::kDone);
  }
  void global(std::uint32_t offset, std::uint32_t value) {
    write(smmu::GlobalSpace::registers(), block.global_space(false), offset, value);
  }
  std::uint32_t global(std::uint32_t offset) {
    block.advance(now);
    std::uint32_t value = 0;
    smmu::GlobalSpace::registers().read(block.global_space(false), offset, value, {now, {}});
    return value;
  }
  void bank(unsigned n, std::uint32_t offset, std::uint32_t value) {
    write(smmu::ContextBank::registers(), block.bank(n), offset, value);
  }
  std::uint32_t bank(unsigned n, std::uint32_t offset) {
    block.advance(now);
    std::uint32_t value = 0;
    smmu::ContextBank::registers().read(block.bank(n), offset, value, {now, {}});
    return value;
  }
  void cbar(unsigned n, std::uint32_t value) {
    write(smmu::ContextBank::cbar_registers(), block.bank(n), 0, value);
  }
  void cba2r(unsigned n, std::uint32_t value) {
    write(smmu::ContextBank::cba2r_registers(), block.bank(n), 0, value);
  }
  std::uint32_t cbfrsynra(unsigned n) {
    std::uint32_t value = 0;
    smmu::ContextBank::cbfrsynra_registers().read(block.bank(n), 0, value, {now, {}});
    return value;
  }
  void group(unsigned n, std::uint32_t smr, std::uint32_t s2cr) {
    write(smmu::StreamGroup::smr_registers(), block.group(n), 0, smr);
    write(smmu::StreamGroup::s2cr_registers(), block.group(n), 0, s2cr);
  }

  /// Bank 0 translates all streams 0x10 to 0x1F by stage 1 of long descriptors at kLevel1.
  void stage1_long() {
    global(kCr0, kGfre | kGfie | kUsfcfg);
    group(0, 1U << 31 | 0xFU << 16 | 0x10, 0);
    cbar(0, 1U << 16 | 0xFU << 12 | 3U << 8);  // Stage 1; MemAttr WB, non-shareable: the weakest.
    bank(0, kTcr, 1U << 31 | 1U << 23);        // EAE, EPD1, T0SZ 0: walks are Non-cacheable.
    bank(0, kTtbr0, kLevel1);
    bank(0, kTtbr0High, 7U << 16);  // ASID 7.
    bank(0, kMair0, 0x0004'FF44);   // 0 NC, 1 WB, 2 device.
    bank(0, kSctlr, kOn);
  }
  /// A page of `address` in the tables at kLevel1, whose level 2 and 3 are at kLevel2 and kLevel3.
  void map(std::uint32_t address, std::uint64_t leaf) {
    bus.put(kLevel1 + (address >> 30) * 8, kLevel2 | lpae::kTable);
    bus.put(kLevel2 + (address >> 21 & 0x1FF) * 8, kLevel3 | lpae::kTable);
    bus.put(kLevel3 + (address >> 12 & 0x1FF) * 8, leaf);
  }
  /// Stage 2 in bank 1, AArch32, 32 bits of IPA from level 1 at `root`.
  void stage2_bank(std::uint32_t root) {
    cbar(1, 0x5);                       // Stage 2, VMID 5.
    bank(1, kTcr, 1U << 31 | 1U << 6);  // SL0: level 1; T0SZ 0.
    bank(1, kTtbr0, root);
    bank(1, kSctlr, kM | kCfre | kCfie);
  }

  smmu::Verdict access(std::uint32_t address, bool write = false, std::uint16_t stream = kStream,
                       Attributes attributes = device()) {
    smmu::Request request;
    request.address = address;
    request.size = 64;
    request.write = write;
    request.stream = stream;
    request.attributes = attributes;
    return block.translate(request, now);
  }
  static Attributes device() {
    Attributes attributes;
    attributes.memory = kNormalNonCacheable;
    attributes.privileged = false;
    return attributes;
  }
  void sync_all() {
    global(kTlbgsync, 0);
    now += 10us;
  }

  TableBus bus;
  Log log{"smmu"};
  Statistics statistics;
  smmu::Block block;
  Time now = 1us;
};

}  // namespace linefill::test
