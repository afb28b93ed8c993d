// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// DMA-330 TRM (DDI 0424), 3.2: register summary.
namespace guest::pl330 {

struct Registers {
  std::uint32_t dsr;  ///< Manager status.
  std::uint32_t dpc;
  std::uint32_t reserved0[6];
  std::uint32_t inten;
  std::uint32_t int_event_ris;
  std::uint32_t intmis;
  std::uint32_t intclr;
  std::uint32_t fsrd;  ///< Bit 0: the manager has faulted.
  std::uint32_t fsrc;  ///< Bit n: channel n has faulted.
  std::uint32_t ftrd;
  std::uint32_t reserved1;
  std::uint32_t ftr[8];
  std::uint32_t reserved2[40];
  std::uint32_t csr_cpc[16];  ///< CSRn, CPCn.
  std::uint32_t reserved3[176];
  std::uint32_t channel[64];  ///< SARn, DARn, CCRn, LC0_n, LC1_n, three reserved.
  std::uint32_t reserved4[512];
  std::uint32_t dbgstatus;
  std::uint32_t dbgcmd;
  std::uint32_t dbginst0;
  std::uint32_t dbginst1;
  std::uint32_t reserved5[60];
  std::uint32_t cr0;
  std::uint32_t cr1;
  std::uint32_t cr2;
  std::uint32_t cr3;
  std::uint32_t cr4;
  std::uint32_t crd;
};
static_assert(offsetof(Registers, inten) == 0x020);
static_assert(offsetof(Registers, intclr) == 0x02C);
static_assert(offsetof(Registers, fsrd) == 0x030);
static_assert(offsetof(Registers, fsrc) == 0x034);
static_assert(offsetof(Registers, ftrd) == 0x038);
static_assert(offsetof(Registers, ftr) == 0x040);
static_assert(offsetof(Registers, csr_cpc) == 0x100);
static_assert(offsetof(Registers, channel) == 0x400);
static_assert(offsetof(Registers, dbgstatus) == 0xD00);
static_assert(offsetof(Registers, dbgcmd) == 0xD04);
static_assert(offsetof(Registers, dbginst0) == 0xD08);
static_assert(offsetof(Registers, dbginst1) == 0xD0C);
static_assert(offsetof(Registers, cr0) == 0xE00);
static_assert(offsetof(Registers, crd) == 0xE14);

inline constexpr std::uint32_t kManagerNonSecure = 1U << 9;  // DSR
inline constexpr std::uint32_t kStateMask = 0xF;             // CSRn
inline constexpr std::uint32_t kStateStopped = 0x0;
inline constexpr std::uint32_t kStateFaulting = 0xF;
inline constexpr std::uint32_t kDebugBusy = 1U << 0;
inline constexpr std::uint32_t kPartNumber = 0x330;

// FTRn, FTRD.
inline constexpr std::uint32_t kFaultInstructionFetch = 1U << 16;
inline constexpr std::uint32_t kFaultDataWrite = 1U << 17;
inline constexpr std::uint32_t kFaultDataRead = 1U << 18;

}  // namespace guest::pl330
