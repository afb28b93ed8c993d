// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/lib/result.hpp"
#include "sw/lib/types.hpp"

namespace guest {

/// Memory types by TEX remap number, as Linux sets PRRR and NMRR (arch/arm/mm/proc-v7-2level.S).
enum class MemoryType : std::uint8_t {
  kUncached = 0,      ///< Strongly ordered.
  kBufferable = 1,    ///< Normal non-cacheable: write-combining, and coherent memory of ARMv7.
  kWriteThrough = 2,  ///< Normal, write-through.
  kWriteBack = 3,     ///< Normal, write-back, no write-allocate.
  kDevice = 4,
  kWriteAllocate = 7,  ///< Normal, write-back, write-allocate: all of DRAM.
};

/// The window of virtual addresses for remapped pages: only there has one page its own attributes.
inline constexpr std::size_t kRemapBytes = 32U << 20;
/// The window of addresses that user mode may use follows it.
inline constexpr std::size_t kUserBytes = 16U << 20;
#ifdef __arm__
inline constexpr std::uintptr_t kRemapStart = 0xC000'0000;
inline constexpr std::uintptr_t kUserStart = kRemapStart + kRemapBytes;
#else
extern const std::uintptr_t kRemapStart;
extern const std::uintptr_t kUserStart;
#endif

/// What user mode may do with a page; the kernel reads and writes it.
enum class UserAccess : std::uint8_t { kExecute, kReadWrite };

/// Maps whole megabytes at their own addresses. Memory is executable, devices are not.
void map_sections(phys_addr_t start, std::size_t size, MemoryType type);
/// From now on [start, start + size), whole megabytes of memory that map_sections mapped, is mapped
/// by the page: still write-allocate, no longer executable. `tables` holds 1024 bytes for each
/// megabyte, aligned to as much, and belongs to the page tables.
void split_sections(phys_addr_t start, std::size_t size, std::span<std::byte> tables);
/// Gives pages in split sections, at their own addresses, another memory type. Nothing of them may
/// be in the caches.
void set_memory_type(phys_addr_t start, std::size_t size, MemoryType type);
/// Maps pages at `virtual_address` in the remap window, never executable. Sizes are multiples of
/// 4096. Like Linux on one processor, Normal memory is not shareable unless asked for.
void map_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size, MemoryType type,
               bool shareable = false);
/// Maps pages in the user window. Only kExecute is executable, and only that is not writable.
void map_user_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size,
                    MemoryType type, UserAccess access);
/// Ends what either gave.
void unmap_pages(std::uintptr_t virtual_address, std::size_t size);
/// What `virtual_address` means now to a privileged read (ATS1CPR), or kNotFound.
Result<phys_addr_t> translate(const volatile void* virtual_address);
/// What kind of memory it is there, by the same look-up. ARMv5 has no device memory: those pages
/// are kUncached; and its kWriteAllocate is kWriteBack.
Result<MemoryType> memory_type_at(const volatile void* virtual_address);

}  // namespace guest
