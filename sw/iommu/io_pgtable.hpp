// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/lib/types.hpp"

/// What one unmap has touched, until `iommu_iotlb_sync` has waited for the TLBs: Linux's struct of
/// this name.
struct iommu_iotlb_gather {
  unsigned long start = ~0UL;
  unsigned long end = 0;  ///< The last byte.
};

/// How the TLBs of an IOMMU are made to forget: Linux 6.1, include/linux/io-pgtable.h.
struct iommu_flush_ops {
  /// Everything of this address space; waits for it.
  virtual void tlb_flush_all() const = 0;
  /// A range, the table entries above it too; waits for it.
  virtual void tlb_flush_walk(unsigned long iova, std::size_t size, std::size_t granule) const = 0;
  /// One leaf entry; does not wait.
  virtual void tlb_add_page(iommu_iotlb_gather& gather, unsigned long iova,
                            std::size_t granule) const = 0;

 protected:
  ~iommu_flush_ops() = default;
};

/// The shapes of tables: Linux's enum of this name. The first two are walked by AArch32 contexts.
enum io_pgtable_fmt { ARM_32_LPAE_S1, ARM_32_LPAE_S2, ARM_64_LPAE_S1, ARM_64_LPAE_S2, ARM_V7S };

/// What the tables shall be like, and, once they are made, what the walker must be told.
struct io_pgtable_cfg {
  unsigned long pgsize_bitmap = 0;  ///< Sizes wanted; then those of the format among them.
  unsigned ias = 32;                ///< Bits of an input address.
  unsigned oas = 32;                ///< Bits of an output address.
  bool coherent_walk = false;       ///< The walker looks into the CPU's caches.

  std::uint64_t ttbr = 0;  ///< TTBR0, without the ASID (long) or with attributes (short).
  std::uint32_t tcr = 0;   ///< TCR as an AArch32 context has it; an AArch64 one has no EAE, and
                           ///< its PS is the driver's.
  std::uint32_t mair = 0;  ///< MAIR0 (long, stage 1) or PRRR (short).
  std::uint32_t nmrr = 0;  ///< NMRR (short).
};

/// Page tables of an I/O address space. All addresses and sizes are multiples of the page size.
/// Errors are negative errno values.
struct io_pgtable_ops {
  /// Maps up to `pgcount` pages of `pgsize`; fewer where a table ends. Adds to `mapped` what it
  /// did, also when it fails. -EEXIST: something is mapped there. -ERANGE: beyond `ias` or `oas`.
  virtual int map_pages(unsigned long iova, phys_addr_t paddr, std::size_t pgsize,
                        std::size_t pgcount, int prot, std::size_t& mapped) = 0;
  /// Unmaps up to `pgcount` pages of `pgsize`, splitting the block they are part of. The bytes
  /// unmapped; 0 if nothing was mapped or memory for a split ran out.
  virtual std::size_t unmap_pages(unsigned long iova, std::size_t pgsize, std::size_t pgcount,
                                  iommu_iotlb_gather& gather) = 0;
  /// False: nothing is mapped there.
  virtual bool iova_to_phys(unsigned long iova, phys_addr_t& paddr) const = 0;
  /// How many pages the tables have.
  virtual std::size_t pages() const = 0;
  /// Gives back all tables. The walker must have been told before.
  virtual void close() = 0;

 protected:
  ~io_pgtable_ops() = default;
};

namespace guest {

/// Leaves out what makes a table's change visible to a walker that is not coherent, to show what
/// becomes of it.
extern bool io_pgtable_skip_clean;
/// Leaves out the invalidation of TLBs when something is unmapped.
extern bool io_pgtable_skip_invalidate;

/// The memory of one address space's tables, and its maintenance.
class TableMemory {
 public:
  /// Zeroed tables of `bytes`, aligned to their size, at least a page; null if there is no memory.
  void* allocate(std::size_t bytes);
  void release(void* table, std::size_t bytes);
  /// Makes entries visible to a walker that does not look into the caches; a barrier is still due.
  void publish(const void* first, std::size_t bytes) const;
  void set_coherent(bool coherent) { coherent_ = coherent; }

  std::size_t pages() const { return pages_; }
  /// Pages that hold tables, of all address spaces.
  static std::size_t all_pages();

 private:
  bool coherent_ = false;
  std::size_t pages_ = 0;
};

}  // namespace guest
