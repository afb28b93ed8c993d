// SPDX-License-Identifier: Apache-2.0
// What the TLB keeps, and what translation refuses: domains, permissions, address spaces.
#include <array>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/traps.hpp"

using namespace guest;
using namespace guest::test;

namespace {

// In the remap window, far from what the allocator gives out.
constexpr std::uintptr_t kPage = kRemapStart + kRemapBytes - 16 * kPageBytes;
constexpr std::uint32_t kFirst = 0x1111'1111;
constexpr std::uint32_t kSecond = 0x2222'2222;

// Small page descriptors (B3.5.1).
constexpr std::uint32_t kSmallPage = 2;
constexpr std::uint32_t kWriteAllocate = 1U << 6 | 1U << 3 | 1U << 2;  // TEX[0], C, B.
constexpr std::uint32_t kPrivileged = 1U << 4;                         // AP[2:0] = 0b001.
constexpr std::uint32_t kUserReads = 2U << 4;                          // 0b010.
constexpr std::uint32_t kFull = 3U << 4;                               // 0b011.
constexpr std::uint32_t kReadOnly = 1U << 9 | 1U << 4;                 // 0b101.
constexpr std::uint32_t kNoAccess = 0;
constexpr std::uint32_t kNeverExecute = 1;
constexpr std::uint32_t kNotGlobal = 1U << 11;

std::uint32_t ttbr0() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c2, c0, 0" : "=r"(value));
  return value;
}

std::uint32_t* first_level_entry(std::uintptr_t address) {
  auto* table = reinterpret_cast<std::uint32_t*>(ttbr0() & ~0x3FFFU);
  return &table[address >> 20];
}

std::uint32_t* page_entry(std::uintptr_t address) {
  auto* table = reinterpret_cast<std::uint32_t*>(*first_level_entry(address) & ~0x3FFU);
  return &table[address >> 12 & 0xFF];
}

/// Writes a descriptor and makes it visible to a walk; the TLB is left as it is.
void write_entry(std::uint32_t* entry, std::uint32_t value) {
  poke(entry, value);
  dmac_clean_range(entry, entry + 1);
  dsb();
  isb();
}

void invalidate_page() {
  cp15::invalidate_tlb_page(kPage);
  dsb();
  isb();
}

void* at(std::uintptr_t address) { return reinterpret_cast<void*>(address); }

/// Two pages that hold different values, and a third address for either.
struct TwoPages {
  TwoPages() {
    if (pages.empty()) panic("no memory");
    poke(pages.data(), kFirst);
    poke(pages.data() + kPageBytes, kSecond);
    first = virt_to_phys(pages.data());
    second = first + kPageBytes;
    map_to(first);
    invalidate_page();
  }
  static void map_to(phys_addr_t address, std::uint32_t more = kPrivileged) {
    write_entry(page_entry(kPage), address | kWriteAllocate | more | kSmallPage);
  }
  std::span<std::byte> pages = alloc_bytes(2 * kPageBytes);
  phys_addr_t first;
  phys_addr_t second;
};

void stale_entry_case() {
  const TwoPages memory;
  check_equal(peek(at(kPage)), kFirst, "the first page");
  TwoPages::map_to(memory.second);
  check_equal(peek(at(kPage)), kFirst, "the TLB has the old descriptor");
  invalidate_page();
  check_equal(peek(at(kPage)), kSecond, "the second page, after TLBIMVA");
}

void stale_entry_all_case() {
  const TwoPages memory;
  check_equal(peek(at(kPage)), kFirst, "the first page");
  TwoPages::map_to(memory.second);
  cp15::invalidate_tlb();
  dsb();
  isb();
  check_equal(peek(at(kPage)), kSecond, "the second page, after TLBIALL");
}

/// A page that is not there is not remembered, but one that was is.
void unmapped_case() {
  const TwoPages memory;
  check_equal(peek(at(kPage)), kFirst, "the first page");
  Traps traps;
  write_entry(page_entry(kPage), 0);
  check_equal(probe_load(at(kPage)), kFirst, "the TLB has the old descriptor");
  check_equal(traps.taken(), 0, "aborts");
  invalidate_page();
  probe_load(at(kPage));
  check_equal(traps.taken(), 1, "aborts after TLBIMVA");
  check_equal(Traps::fault(trap_record.dfsr), 7, "translation fault, page");
  check_equal(trap_record.dfar, kPage, "DFAR");
  TwoPages::map_to(memory.second);
  check_equal(probe_load(at(kPage)), kSecond, "a fault is not kept in the TLB");
  check_equal(traps.taken(), 0, "aborts once it is mapped");
}

void set_asid(std::uint32_t asid) {
  cp15::set_contextidr(asid);
  isb();
}

/// Entries of pages that are not global belong to the address space that made them.
void address_spaces_case() {
  const TwoPages memory;
  set_asid(1);
  TwoPages::map_to(memory.first, kPrivileged | kNotGlobal);
  check_equal(peek(at(kPage)), kFirst, "space 1");
  TwoPages::map_to(memory.second, kPrivileged | kNotGlobal);
  check_equal(peek(at(kPage)), kFirst, "space 1 has its entry still");
  set_asid(2);
  check_equal(peek(at(kPage)), kSecond, "space 2 has none and walks");
  set_asid(1);
  check_equal(peek(at(kPage)), kFirst, "space 1 again");
  asm volatile("mcr p15, 0, %0, c8, c7, 2" : : "r"(1) : "memory");  // TLBIASID
  dsb();
  isb();
  check_equal(peek(at(kPage)), kSecond, "space 1 after TLBIASID");
  set_asid(0);
}

struct Expected {
  std::uint32_t permissions;
  std::uint32_t load, store, user_load, user_store;  ///< FS, or 0.
};

std::uint32_t fault_of(Traps& traps) {
  return traps.taken() == 0 ? 0 : Traps::fault(trap_record.dfsr);
}

/// AP[2:0] against privileged and unprivileged loads and stores (table B3-8).
void permissions_case() {
  constexpr std::array<Expected, 5> kRows{{
      {kNoAccess, 15, 15, 15, 15},
      {kPrivileged, 0, 0, 15, 15},
      {kUserReads, 0, 0, 0, 15},
      {kFull, 0, 0, 0, 0},
      {kReadOnly, 0, 15, 15, 15},
  }};
  const TwoPages memory;
  Traps traps;
  for (const Expected& row : kRows) {
    TwoPages::map_to(memory.first, row.permissions);
    invalidate_page();
    probe_load(at(kPage));
    check_equal(fault_of(traps), row.load, "load");
    probe_store(at(kPage), kFirst);
    check_equal(fault_of(traps), row.store, "store");
    if (row.store != 0) check((trap_record.dfsr & Traps::kWrite) != 0, "WnR");
    probe_load_unprivileged(at(kPage));
    check_equal(fault_of(traps), row.user_load, "LDRT");
    probe_store_unprivileged(at(kPage), kFirst);
    check_equal(fault_of(traps), row.user_store, "STRT");
  }
}

void never_execute_case() {
  const TwoPages memory;
  constexpr std::uint32_t kReturnZero[] = {0xE3A0'0000, 0xE12F'FF1E};
  poke(memory.pages.data(), kReturnZero[0]);
  poke(memory.pages.data() + 4, kReturnZero[1]);
  flush_icache_range(memory.pages.data(), memory.pages.data() + 8);
  Traps traps;
  check_equal(probe_call(kPage), 0, "the function's result");
  check_equal(traps.taken(), 0, "aborts");
  TwoPages::map_to(memory.first, kPrivileged | kNeverExecute);
  invalidate_page();
  check_equal(probe_call(kPage), 0xFFFF'FFFF, "a function that must not run");
  check_equal(traps.taken(), 1, "prefetch aborts");
  check(trap_record.kind == ExceptionKind::kPrefetchAbort, "a prefetch abort");
  check_equal(Traps::fault(trap_record.ifsr), 15, "permission fault, page");
  check_equal(trap_record.ifar, kPage, "IFAR");
}

/// A domain is closed, a client that checks permissions, or a manager that does not (B3.7.3).
void domains_case() {
  constexpr std::uint32_t kDomain = 3;
  const TwoPages memory;
  Traps traps;
  std::uint32_t* const table = first_level_entry(kPage);
  const std::uint32_t before = *table;
  write_entry(table, (before & ~0x1E0U) | kDomain << 5);
  TwoPages::map_to(memory.first, kNoAccess);
  const auto load_with = [&](std::uint32_t access) {
    cp15::set_dacr(1U | access << (2 * kDomain));
    isb();
    probe_load(at(kPage));
    return fault_of(traps);
  };
  cp15::invalidate_tlb();
  dsb();
  isb();
  check_equal(load_with(0), 11, "closed: domain fault, page");
  check_equal(trap_record.dfsr >> 4 & 0xF, kDomain, "the domain in DFSR");
  check_equal(load_with(1), 15, "client: permission fault, page");
  check_equal(load_with(3), 0, "manager: no fault");
  check_equal(load_with(1), 15, "client again, with the entry in the TLB");
  cp15::set_dacr(1);
  write_entry(table, before);
  cp15::invalidate_tlb();
  dsb();
  isb();
}

/// TTBR.IRGN, which lies apart (B4.1.154): Write-Back Write-Allocate, or Non-cacheable.
constexpr std::uint32_t kWalksCached = 1U << 6;
constexpr std::uint32_t kWalksAnyhow = 1U << 6 | 1U << 0;

void set_walks_cached(bool cached) {
  cp15::set_ttbr0((ttbr0() & ~kWalksAnyhow) | (cached ? kWalksCached : 0));
  isb();
}

/// A descriptor is stored, cleaned or not, and the TLB told: what a walk then finds.
void walk_after_store(bool cached, bool clean, bool finds_new) {
  const TwoPages memory;
  check_equal(peek(at(kPage)), kFirst, "the first page");
  const std::uint32_t before = ttbr0();
  set_walks_cached(cached);
  std::uint32_t* const entry = page_entry(kPage);
  poke(entry, memory.second | kWriteAllocate | kPrivileged | kSmallPage);
  if (clean) dmac_clean_range(entry, entry + 1);
  dsb();
  invalidate_page();
  check_equal(peek(at(kPage)), finds_new ? kSecond : kFirst, "the page that the walk found");
  dmac_clean_range(entry, entry + 1);
  cp15::set_ttbr0(before);
  isb();
  invalidate_page();
}

// What a uniprocessor kernel of ARMv7 relies on: walks go around L1.
void walk_around_case() { walk_after_store(false, true, true); }
void walk_around_not_cleaned_case() { walk_after_store(false, false, false); }
// And one for several processors, which cleans nothing.
void walk_through_case() { walk_after_store(true, false, true); }

/// With walks around the L1, for which every descriptor has to be cleaned.
struct WalksAround {
  WalksAround() {
    set_walks_cached(false);
    forget();
  }
  WalksAround(const WalksAround&) = delete;
  WalksAround& operator=(const WalksAround&) = delete;
  ~WalksAround() {
    cp15::set_ttbr0(before);
    forget();
  }
  static void forget() {
    cp15::invalidate_tlb();
    dsb();
    isb();
  }
  const std::uint32_t before = ttbr0();
};

/// What the kernel's own functions return from is so at once.
void pages_case() {
  const TwoPages memory;
  const WalksAround around;
  map_pages(kPage, memory.first, kPageBytes, MemoryType::kWriteAllocate);
  check_equal(peek(at(kPage)), kFirst, "the first page");
  Traps traps;
  unmap_pages(kPage, kPageBytes);
  probe_load(at(kPage));
  check_equal(traps.taken(), 1, "aborts after the unmap");
  map_pages(kPage, memory.second, kPageBytes, MemoryType::kWriteAllocate);
  check_equal(probe_load(at(kPage)), kSecond, "the second page");
  check_equal(traps.taken(), 0, "aborts once it is mapped");
}

/// A megabyte is mapped by the page, and one page becomes non-cacheable: what is stored there goes
/// around the caches.
void memory_type_case() {
  constexpr unsigned kOrder = 8;
  alignas(1024) static std::array<std::byte, 1024> table;
  const WalksAround around;
  page* const pages = alloc_pages(GFP_KERNEL, kOrder);
  if (pages == nullptr) panic("no memory");
  auto* const memory = static_cast<std::byte*>(page_address(pages));
  const phys_addr_t start = page_to_phys(pages);
  poke(memory, kFirst);
  dma_page_flush(start, kPageBytes);
  check_equal(peek(memory), kFirst, "the first word");
  split_sections(start, kPageBytes << kOrder, table);
  dma_page_flush(start, kPageBytes);
  set_memory_type(start, kPageBytes, MemoryType::kBufferable);
  poke(memory, kSecond);
  dmb();
  dma_page_dev_to_cpu(start, kPageBytes, DMA_FROM_DEVICE);  // Drops what the caches hold of it.
  check_equal(peek(memory), kSecond, "what was stored around the caches");
  set_memory_type(start, kPageBytes, MemoryType::kWriteAllocate);
  __free_pages(pages, kOrder);
}

constexpr Case kCases[] = {
    {"pages", pages_case},
    {"memory_type", memory_type_case},
    {"walk_around", walk_around_case},
    {"walk_around_not_cleaned", walk_around_not_cleaned_case},
    {"walk_through", walk_through_case},
    {"stale_entry", stale_entry_case},
    {"stale_entry_all", stale_entry_all_case},
    {"unmapped", unmapped_case},
    {"address_spaces", address_spaces_case},
    {"permissions", permissions_case},
    {"never_execute", never_execute_case},
    {"domains", domains_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
