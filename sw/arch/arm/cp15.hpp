// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/arm/barrier_instructions.hpp"

// System control coprocessor, ARM ARM DDI 0406C, B4.1. One function a register access.
namespace guest::cp15 {

inline constexpr std::uint32_t kSctlrMmu = 1U << 0;
inline constexpr std::uint32_t kSctlrAlignment = 1U << 1;
inline constexpr std::uint32_t kSctlrDataCache = 1U << 2;
inline constexpr std::uint32_t kSctlrBranchPrediction = 1U << 11;
inline constexpr std::uint32_t kSctlrInstructionCache = 1U << 12;
inline constexpr std::uint32_t kSctlrTexRemap = 1U << 28;

/// MIDR, the main ID.
inline std::uint32_t midr() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c0, c0, 0" : "=r"(value));
  return value;
}
inline std::uint32_t sctlr() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(value));
  return value;
}
inline void set_sctlr(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c1, c0, 0" : : "r"(value) : "memory");
}
inline std::uint32_t actlr() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c1, c0, 1" : "=r"(value));
  return value;
}
inline void set_actlr(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c1, c0, 1" : : "r"(value) : "memory");
}
inline void set_ttbr0(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c2, c0, 0" : : "r"(value) : "memory");
}
inline void set_ttbcr(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c2, c0, 2" : : "r"(value) : "memory");
}
inline void set_dacr(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c3, c0, 0" : : "r"(value) : "memory");
}
inline void set_prrr(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c10, c2, 0" : : "r"(value) : "memory");
}
inline void set_nmrr(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c10, c2, 1" : : "r"(value) : "memory");
}
inline void set_contextidr(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c13, c0, 1" : : "r"(value) : "memory");
}

inline std::uint32_t dfsr() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(value));
  return value;
}
inline std::uint32_t ifsr() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(value));
  return value;
}
inline std::uint32_t dfar() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(value));
  return value;
}
inline std::uint32_t ifar() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c6, c0, 2" : "=r"(value));
  return value;
}

/// CCSIDR of one cache: `selector` is the level - 1, times 2, plus 1 for an instruction cache.
inline std::uint32_t ccsidr(std::uint32_t selector) {
  std::uint32_t value;
  asm volatile("mcr p15, 2, %0, c0, c0, 0" : : "r"(selector));
  isb();
  asm volatile("mrc p15, 1, %0, c0, c0, 0" : "=r"(value));
  return value;
}

inline void invalidate_icache() { asm volatile("mcr p15, 0, %0, c7, c5, 0" : : "r"(0) : "memory"); }
inline void invalidate_branch_predictor() {
  asm volatile("mcr p15, 0, %0, c7, c5, 6" : : "r"(0) : "memory");
}
/// DCISW: invalidates a data cache line by set and way.
inline void invalidate_set_way(std::uint32_t operand) {
  asm volatile("mcr p15, 0, %0, c7, c6, 2" : : "r"(operand) : "memory");
}
/// DCCISW.
inline void clean_invalidate_set_way(std::uint32_t operand) {
  asm volatile("mcr p15, 0, %0, c7, c14, 2" : : "r"(operand) : "memory");
}
/// DCIMVAC.
inline void invalidate_line(std::uintptr_t address) {
  asm volatile("mcr p15, 0, %0, c7, c6, 1" : : "r"(address) : "memory");
}
/// DCCMVAC.
inline void clean_line(std::uintptr_t address) {
  asm volatile("mcr p15, 0, %0, c7, c10, 1" : : "r"(address) : "memory");
}
/// DCCIMVAC.
inline void clean_invalidate_line(std::uintptr_t address) {
  asm volatile("mcr p15, 0, %0, c7, c14, 1" : : "r"(address) : "memory");
}
/// DCCMVAU.
inline void clean_line_to_unification(std::uintptr_t address) {
  asm volatile("mcr p15, 0, %0, c7, c11, 1" : : "r"(address) : "memory");
}
/// ICIMVAU.
inline void invalidate_instruction_line(std::uintptr_t address) {
  asm volatile("mcr p15, 0, %0, c7, c5, 1" : : "r"(address) : "memory");
}

// Of ARMv5 (ARM DDI 0100I, B6.6.5): the data cache as a whole.
inline void invalidate_dcache() { asm volatile("mcr p15, 0, %0, c7, c6, 0" : : "r"(0) : "memory"); }
inline void clean_invalidate_dcache() {
  asm volatile("mcr p15, 0, %0, c7, c14, 0" : : "r"(0) : "memory");
}
inline void drain_write_buffer() {
  asm volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
}

inline void invalidate_tlb() { asm volatile("mcr p15, 0, %0, c8, c7, 0" : : "r"(0) : "memory"); }
/// TLBIMVA, of ASID 0 and global entries.
inline void invalidate_tlb_page(std::uintptr_t address) {
  asm volatile("mcr p15, 0, %0, c8, c7, 1" : : "r"(address & ~std::uintptr_t{0xFFF}) : "memory");
}

/// ATS1CPR, then PAR: how a privileged read of `address` is translated.
inline std::uint32_t translate_privileged_read(std::uintptr_t address) {
  std::uint32_t value;
  asm volatile("mcr p15, 0, %0, c7, c8, 0" : : "r"(address) : "memory");
  isb();
  asm volatile("mrc p15, 0, %0, c7, c4, 0" : "=r"(value));
  return value;
}

/// ATS1CUW, then PAR: how an unprivileged write to `address` is translated.
inline std::uint32_t translate_user_write(std::uintptr_t address) {
  std::uint32_t value;
  asm volatile("mcr p15, 0, %0, c7, c8, 3" : : "r"(address) : "memory");
  isb();
  asm volatile("mrc p15, 0, %0, c7, c4, 0" : "=r"(value));
  return value;
}

}  // namespace guest::cp15
