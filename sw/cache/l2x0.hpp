// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/io_pointer.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/lib/fdt.hpp"
#include "sw/lib/types.hpp"

// The outer cache controllers L2C-310, L220 and L210 as Linux drives them: arch/arm/mm/cache-l2x0.c
// and include/asm/hardware/cache-l2x0.h of 6.1. The functions are Linux's, by name; what differs
// from them is in README.md.

/// What is put into the registers when the controller is enabled, and again after it lost them.
struct l2x0_regs {
  unsigned long phy_base = 0;
  unsigned long aux_ctrl = 0;
  // L2C-310 only:
  unsigned long tag_latency = 0;
  unsigned long data_latency = 0;
  unsigned long filter_start = 0;
  unsigned long filter_end = 0;
  unsigned long prefetch_ctrl = 0;
  unsigned long pwr_ctrl = 0;
};

extern l2x0_regs l2x0_saved_regs;

extern "C" {
// L210: operations by address are atomic. The L2C-310 uses the same where no erratum is in the way.
void l2c210_inv_range(phys_addr_t start, phys_addr_t end);
void l2c210_clean_range(phys_addr_t start, phys_addr_t end);
void l2c210_flush_range(phys_addr_t start, phys_addr_t end);
void l2c210_flush_all();
void l2c210_sync();

// L220: every operation runs in the background and is waited for.
void l2c220_inv_range(phys_addr_t start, phys_addr_t end);
void l2c220_clean_range(phys_addr_t start, phys_addr_t end);
void l2c220_flush_range(phys_addr_t start, phys_addr_t end);
void l2c220_flush_all();
void l2c220_sync();

// L2C-310, where 588369 (ranges) or 727915 (flush_all) is in the way.
void l2c310_inv_range_erratum(phys_addr_t start, phys_addr_t end);
void l2c310_flush_range_erratum(phys_addr_t start, phys_addr_t end);
void l2c310_flush_all_erratum();

void l2c_disable();
void l2c_resume();
/// Clears full line of zeros in the CPU before the L2 is off, and sets it when it is on again.
void l2c310_disable();
void l2c310_resume();
}

namespace guest::l2x0 {

// Register offsets, L2C-310 TRM 3.2.
inline constexpr unsigned kCacheId = 0x000;
inline constexpr unsigned kControl = 0x100;
inline constexpr unsigned kAuxControl = 0x104;
inline constexpr unsigned kTagLatency = 0x108;
inline constexpr unsigned kDataLatency = 0x10C;
inline constexpr unsigned kCacheSync = 0x730;
inline constexpr unsigned kDummy = 0x740;
inline constexpr unsigned kInvalidatePa = 0x770;
inline constexpr unsigned kInvalidateWay = 0x77C;
inline constexpr unsigned kCleanPa = 0x7B0;
inline constexpr unsigned kCleanWay = 0x7BC;
inline constexpr unsigned kCleanInvalidatePa = 0x7F0;
inline constexpr unsigned kCleanInvalidateWay = 0x7FC;
inline constexpr unsigned kDataLockdown = 0x900;  // Pairs of data and instructions.
inline constexpr unsigned kFilterStart = 0xC00;
inline constexpr unsigned kFilterEnd = 0xC04;
inline constexpr unsigned kDebugControl = 0xF40;
inline constexpr unsigned kPrefetchControl = 0xF60;
inline constexpr unsigned kPowerControl = 0xF80;

inline constexpr std::uint32_t kEnabled = 1U << 0;
// AUX_CTRL, TRM 3.3.4.
inline constexpr std::uint32_t kAuxFullLineOfZeros = 1U << 0;
inline constexpr std::uint32_t kAuxAssociativity16 = 1U << 16;
inline constexpr unsigned kAuxWaySizeShift = 17;
inline constexpr std::uint32_t kAuxWaySizeMask = 7U << kAuxWaySizeShift;
inline constexpr std::uint32_t kAuxParity = 1U << 21;
inline constexpr std::uint32_t kAuxSharedOverride = 1U << 22;
inline constexpr std::uint32_t kAuxNonSecureLockdown = 1U << 26;
inline constexpr std::uint32_t kAuxPrefetch = 3U << 28;  // Data, instructions.
inline constexpr std::uint32_t kAuxEarlyResponse = 1U << 30;
// Of L220 and L210.
inline constexpr unsigned kAuxAssociativityShift = 13;
inline constexpr std::uint32_t kAuxAssociativityMask = 15U << kAuxAssociativityShift;
// PREFETCH_CTRL, TRM 3.3.14.
inline constexpr std::uint32_t kPrefetchDoubleLinefill = 1U << 30;

/// CACHE_ID[5:0] of an L2C-310, TRM 3.3.1.
enum Release : std::uint32_t { kR2p0 = 4, kR3p0 = 5, kR3p1 = 6, kR3p2 = 8 };

/// What differs between the controllers.
struct Type {
  unsigned lockdown_pairs;
  /// Takes what the device tree says into `l2x0_saved_regs` (AUX_CTRL: into `aux`).
  void (*of_parse)(FdtNode node, std::uint32_t& aux);
  /// Takes what the registers say into `l2x0_saved_regs`.
  void (*save)();
  /// Puts `l2x0_saved_regs` into the registers; the controller is off.
  void (*configure)();
  /// Sets what this controller needs set, and switches it on.
  void (*enable)();
  /// Changes `fns` by the revision's errata.
  void (*fixup)(std::uint32_t release, outer_cache_fns& fns);
  outer_cache_fns fns;
};

extern const Type l2c210;
extern const Type l2c220;
extern const Type l2c310;

/// The controller there is: one.
struct Controller {
  IoPointer base = nullptr;
  const Type* type = nullptr;
  unsigned sync_offset = kCacheSync;
  std::uint32_t all_ways = 0;
  std::uint32_t size_bytes = 0;
};
extern Controller controller;

std::uint32_t read(unsigned offset);
void write(std::uint32_t value, unsigned offset);
/// Through `outer_cache.write_sec` if the platform has that; not if the register has the value.
void write_secure(std::uint32_t value, unsigned offset);
/// Waits until the bits of `mask` read 0. False, and a line on the console: they do not.
bool wait_until_clear(unsigned offset, std::uint32_t mask);
/// An operation on all ways, and waits for it.
bool operate_on_all_ways(unsigned offset);
std::uint32_t release();
/// Writes the physical address of each line to `offset`.
void each_line(unsigned offset, phys_addr_t start, phys_addr_t end);

constexpr phys_addr_t line_of(phys_addr_t address) { return address & ~phys_addr_t{31}; }
constexpr bool is_line(phys_addr_t address) { return line_of(address) == address; }

// Steps that several types share.
void parse_cache_size(FdtNode node, std::uint32_t& aux, bool l310);
void parse_l2x0(FdtNode node, std::uint32_t& aux);
void parse_l2c310(FdtNode node, std::uint32_t& aux);
void save_aux();
void configure_aux();
void enable();

}  // namespace guest::l2x0
