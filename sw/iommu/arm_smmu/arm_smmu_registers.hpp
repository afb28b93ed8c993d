// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// ARM System MMU Architecture Specification, SMMU architecture version 2 (IHI 0062), chapters 9 to
// 16: the registers the driver uses. Pages of 4 or 64 KiB: global space 0, global space 1, ...;
// from the middle on, a page for each context bank.
namespace guest::smmu {

struct GlobalSpace0 {
  std::uint32_t scr0;  ///< 000
  std::uint32_t reserved_004[3];
  std::uint32_t sacr;  ///< 010
  std::uint32_t reserved_014[3];
  std::uint32_t id[8];  ///< 020
  std::uint32_t sgfar[2];
  std::uint32_t sgfsr;  ///< 048
  std::uint32_t sgfsrrestore;
  std::uint32_t sgfsynr[3];  ///< 050
  std::uint32_t reserved_05c;
  std::uint32_t stlbiall;  ///< 060
  std::uint32_t tlbivmid;
  std::uint32_t tlbiallnsnh;
  std::uint32_t tlbiallh;
  std::uint32_t stlbgsync;  ///< 070
  std::uint32_t stlbgstatus;
  std::uint32_t reserved_078[482];
  std::uint32_t smr[128];  ///< 800
  std::uint32_t reserved_a00[128];
  std::uint32_t s2cr[128];  ///< C00
};
static_assert(offsetof(GlobalSpace0, id) == 0x20 && offsetof(GlobalSpace0, sgfsr) == 0x48 &&
              offsetof(GlobalSpace0, stlbgstatus) == 0x74 && offsetof(GlobalSpace0, smr) == 0x800 &&
              offsetof(GlobalSpace0, s2cr) == 0xC00 && sizeof(GlobalSpace0) == 0xE00);

struct GlobalSpace1 {
  std::uint32_t cbar[128];  ///< 000
  std::uint32_t reserved_200[128];
  std::uint32_t cbfrsynra[128];  ///< 400
  std::uint32_t reserved_600[128];
  std::uint32_t cba2r[128];  ///< 800
};
static_assert(offsetof(GlobalSpace1, cbfrsynra) == 0x400 && offsetof(GlobalSpace1, cba2r) == 0x800);

struct ContextBank {
  std::uint32_t sctlr;  ///< 000
  std::uint32_t actlr;
  std::uint32_t resume;
  std::uint32_t reserved_00c;
  std::uint32_t tcr2;  ///< 010
  std::uint32_t reserved_014[3];
  std::uint32_t ttbr0[2];  ///< 020
  std::uint32_t ttbr1[2];
  std::uint32_t tcr;  ///< 030
  std::uint32_t contextidr;
  std::uint32_t mair[2];  ///< 038, with short descriptors PRRR and NMRR
  std::uint32_t reserved_040[4];
  std::uint32_t par[2];  ///< 050
  std::uint32_t fsr;     ///< 058
  std::uint32_t fsrrestore;
  std::uint32_t far[2];  ///< 060
  std::uint32_t fsynr0;  ///< 068
  std::uint32_t fsynr1;
  std::uint32_t reserved_070[356];
  std::uint32_t tlbiva[2];  ///< 600
  std::uint32_t tlbivaa[2];
  std::uint32_t tlbiasid;  ///< 610
  std::uint32_t reserved_614;
  std::uint32_t tlbiall;  ///< 618
  std::uint32_t reserved_61c;
  std::uint32_t tlbival[2];  ///< 620
  std::uint32_t tlbivaal[2];
  std::uint32_t tlbiipas2[2];  ///< 630
  std::uint32_t tlbiipas2l[2];
  std::uint32_t reserved_640[108];
  std::uint32_t tlbsync;  ///< 7F0
  std::uint32_t tlbstatus;
};
static_assert(offsetof(ContextBank, ttbr0) == 0x20 && offsetof(ContextBank, fsr) == 0x58 &&
              offsetof(ContextBank, fsynr0) == 0x68 && offsetof(ContextBank, tlbiva) == 0x600 &&
              offsetof(ContextBank, tlbival) == 0x620 && offsetof(ContextBank, tlbsync) == 0x7F0);

// sCR0
inline constexpr std::uint32_t kScr0ClientDisable = 1U << 0;
inline constexpr std::uint32_t kScr0FaultReport = 1U << 1;
inline constexpr std::uint32_t kScr0FaultInterrupt = 1U << 2;
inline constexpr std::uint32_t kScr0ConfigFaultReport = 1U << 4;
inline constexpr std::uint32_t kScr0ConfigFaultInterrupt = 1U << 5;
inline constexpr std::uint32_t kScr0UnmatchedFault = 1U << 10;
inline constexpr std::uint32_t kScr0PrivateTlb = 1U << 11 | 1U << 12;  ///< VMIDPNE, PTM.
inline constexpr std::uint32_t kScr0ForceBroadcast = 1U << 13;
inline constexpr std::uint32_t kScr0BarrierUpgrade = 3U << 14;

// sACR of the MMU-500.
inline constexpr std::uint32_t kSacrUnmatchedTlb = 1U << 8;
inline constexpr std::uint32_t kSacrBypassTlb = 1U << 10;
inline constexpr std::uint32_t kSacrCacheLock = 1U << 26;

// ID0
inline constexpr std::uint32_t kId0Stage1 = 1U << 30;
inline constexpr std::uint32_t kId0Stage2 = 1U << 29;
inline constexpr std::uint32_t kId0Nested = 1U << 28;
inline constexpr std::uint32_t kId0StreamMatching = 1U << 27;
inline constexpr std::uint32_t kId0NoAarch32 = 1U << 25;
inline constexpr std::uint32_t kId0NoShort = 1U << 24;
inline constexpr std::uint32_t kId0CoherentWalk = 1U << 14;

inline constexpr std::uint32_t kGlobalFaultUnmatched = 1U << 1;  ///< sGFSR.USF

inline constexpr std::uint32_t kSmrValid = 1U << 31;
inline constexpr std::uint32_t kS2crTranslate = 0U << 16;
inline constexpr std::uint32_t kS2crBypass = 1U << 16;
inline constexpr std::uint32_t kS2crFault = 2U << 16;

// CBAR
inline constexpr std::uint32_t kCbarStage2 = 0U << 16;
inline constexpr std::uint32_t kCbarStage1 = 1U << 16;
inline constexpr std::uint32_t kCbarNested = 3U << 16;
/// The stage that is missing changes no attribute: write-back, non-shareable.
inline constexpr std::uint32_t kCbarWeakest = 0xFU << 12 | 3U << 8;

// SCTLR
inline constexpr std::uint32_t kSctlrEnable = 1U << 0;
inline constexpr std::uint32_t kSctlrTexRemap = 1U << 1;
inline constexpr std::uint32_t kSctlrAccessFlag = 1U << 2;
inline constexpr std::uint32_t kSctlrFaultReport = 1U << 5;
inline constexpr std::uint32_t kSctlrFaultInterrupt = 1U << 6;
inline constexpr std::uint32_t kSctlrStall = 1U << 7;
inline constexpr std::uint32_t kSctlrPrivateAsids = 1U << 12;

inline constexpr std::uint32_t kActlrPrefetch = 1U << 1;  ///< MMU-500: CPRE.

inline constexpr std::uint32_t kFsrMulti = 1U << 31;
inline constexpr std::uint32_t kFsrStalled = 1U << 30;
/// TF, AFF, PF, EF, TLBMCF, TLBLKF, ASF, UUT, and the two above.
inline constexpr std::uint32_t kFsrFault = kFsrMulti | kFsrStalled | 0x1FEU;
inline constexpr std::uint32_t kFsynr0Write = 1U << 4;
inline constexpr std::uint32_t kResumeRetry = 0;
inline constexpr std::uint32_t kResumeTerminate = 1;

}  // namespace guest::smmu
