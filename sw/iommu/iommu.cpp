// SPDX-License-Identifier: Apache-2.0
#include "sw/iommu/iommu.hpp"

#include <algorithm>

#include "sw/arch/irqflags.hpp"
#include "sw/kernel/console.hpp"
#include "sw/lib/result.hpp"
#include "sw/mm/level.hpp"

using namespace guest;

namespace {

IntrusiveList<iommu_device> iommus;
IntrusiveList<iommu_domain> domains;

std::size_t count_domains(bool kept_too) {
  std::size_t count = 0;
  for (const iommu_domain& domain : domains) count += kept_too || !domain.kept ? 1U : 0U;
  return count;
}

/// Pages of tables, but for those of domains that are kept, whose tables are kept with them.
std::size_t spare_table_pages() {
  std::size_t pages = TableMemory::all_pages();
  for (iommu_domain& domain : domains) {
    const io_pgtable_ops* const tables = domain.kept ? domain.ops->tables(domain) : nullptr;
    if (tables != nullptr) pages -= tables->pages();
  }
  return pages;
}

Level domain_level{"IOMMU domains", [] { return count_domains(false); }};
Level table_level{"IOMMU page-table pages", spare_table_pages};

constexpr unsigned kLongBits = 8 * sizeof(unsigned long);

/// The largest page for an address of both sides, and how many of it `size` holds before a larger
/// one would fit.
struct PageRun {
  std::size_t pgsize;
  std::size_t count;
};

unsigned long sizes_up_to(unsigned long bitmap, unsigned bit) {
  return bit + 1 >= kLongBits ? bitmap : bitmap & ((2UL << bit) - 1);
}

unsigned highest(unsigned long value) {
  return kLongBits - 1 - static_cast<unsigned>(__builtin_clzl(value));
}

PageRun page_run(unsigned long bitmap, unsigned long addresses, unsigned long distance,
                 std::size_t size) {
  unsigned long sizes = sizes_up_to(bitmap, highest(size));
  if (addresses != 0) {
    sizes = sizes_up_to(sizes, static_cast<unsigned>(__builtin_ctzl(addresses)));
  }
  const unsigned bit = highest(sizes);
  const std::size_t pgsize = std::size_t{1} << bit;
  std::size_t count = size >> bit;
  const unsigned long larger = bitmap & ~sizes_up_to(bitmap, bit);
  if (larger != 0) {
    const std::size_t next = larger & ~(larger - 1);
    // Only if both addresses reach the larger size's alignment together.
    if ((distance & (next - 1)) == 0) {
      const std::size_t until = (next - (addresses & (next - 1))) & (next - 1);
      if (until != 0 && until + next <= size) count = std::min(count, until >> bit);
    }
  }
  return {pgsize, count};
}

/// Interrupt handlers and tasklets map, too: none may find tables half changed.
template <class Operation>
auto with_tables_still(Operation&& operation) {
  const InterruptGuard guard;
  return operation();
}

bool aligned(const iommu_domain& domain, unsigned long addresses) {
  const unsigned long smallest = domain.pgsize_bitmap & ~(domain.pgsize_bitmap - 1);
  return (addresses & (smallest - 1)) == 0;
}

}  // namespace

iommu_domain* iommu_domain_alloc(const bus_type* /*bus*/) {
  if (iommus.empty()) return nullptr;
  iommu_domain* const domain = iommus.front().domain_alloc();
  if (domain == nullptr) return nullptr;
  domain->kept = false;
  domains.push_back(*domain);
  return domain;
}

void iommu_domain_free(iommu_domain* domain) {
  domain->unlink();
  domain->ops->free(*domain);
}

int iommu_attach_device(iommu_domain* domain, device* dev) {
  const iommu_device* const iommu = of_iommu_configure(dev);
  if (iommu == nullptr) return to_errno(Error::kNoDevice);
  if (iommu->domain_of(*dev) != nullptr) return to_errno(Error::kBusy);
  return domain->ops->attach_dev(*domain, *dev);
}

void iommu_detach_device(iommu_domain* domain, device* dev) {
  if (iommu_get_domain_for_dev(dev) == domain) domain->ops->detach_dev(*domain, *dev);
}

iommu_domain* iommu_get_domain_for_dev(device* dev) {
  const iommu_device* const iommu = of_iommu_configure(dev);
  return iommu == nullptr ? nullptr : iommu->domain_of(*dev);
}

int iommu_enable_nesting(iommu_domain* domain) { return domain->ops->enable_nesting(*domain); }

int iommu_map(iommu_domain* domain, unsigned long iova, phys_addr_t paddr, std::size_t size,
              int prot) {
  io_pgtable_ops* const tables = domain->ops->tables(*domain);
  if (tables == nullptr) return to_errno(Error::kNoDevice);
  if (!aligned(*domain, iova | paddr | size)) {
    printk("iommu: unaligned: iova ", hex(iova), " pa ", hex(paddr), " size ", hex(size), "\n");
    return to_errno(Error::kInvalid);
  }
  std::size_t done = 0;
  while (done < size) {
    const auto at = static_cast<phys_addr_t>(paddr + done);
    const PageRun run =
        page_run(domain->pgsize_bitmap, (iova + done) | at, (iova + done) ^ at, size - done);
    std::size_t mapped = 0;
    const int result = with_tables_still(
        [&] { return tables->map_pages(iova + done, at, run.pgsize, run.count, prot, mapped); });
    done += mapped;
    if (result != 0) {
      iommu_unmap(domain, iova, done);
      return result;
    }
    if (mapped == 0) return 0;  // No access asked for.
  }
  return 0;
}

std::size_t iommu_unmap_fast(iommu_domain* domain, unsigned long iova, std::size_t size,
                             iommu_iotlb_gather* gather) {
  io_pgtable_ops* const tables = domain->ops->tables(*domain);
  if (tables == nullptr || !aligned(*domain, iova | size)) return 0;
  std::size_t done = 0;
  while (done < size) {
    const PageRun run = page_run(domain->pgsize_bitmap, iova + done, 0, size - done);
    const std::size_t unmapped = with_tables_still(
        [&] { return tables->unmap_pages(iova + done, run.pgsize, run.count, *gather); });
    if (unmapped == 0) break;
    done += unmapped;
  }
  return done;
}

std::size_t iommu_unmap(iommu_domain* domain, unsigned long iova, std::size_t size) {
  iommu_iotlb_gather gather;
  const std::size_t done = iommu_unmap_fast(domain, iova, size, &gather);
  iommu_iotlb_sync(domain, &gather);
  return done;
}

void iommu_iotlb_sync(iommu_domain* domain, iommu_iotlb_gather* gather) {
  domain->ops->iotlb_sync(*domain, *gather);
  *gather = {};
}

void iommu_flush_iotlb_all(iommu_domain* domain) { domain->ops->flush_iotlb_all(*domain); }

phys_addr_t iommu_iova_to_phys(iommu_domain* domain, dma_addr_t iova) {
  const io_pgtable_ops* const tables = domain->ops->tables(*domain);
  phys_addr_t physical = 0;
  const bool found =
      tables != nullptr && tables->iova_to_phys(static_cast<unsigned long>(iova), physical);
  return found ? physical : 0;
}

void iommu_set_fault_handler(iommu_domain* domain, iommu_fault_handler_t handler, void* token) {
  domain->handler_token = token;
  domain->handler = handler;
}

int report_iommu_fault(iommu_domain* domain, device* dev, unsigned long iova, int flags) {
  if (domain->handler == nullptr) return to_errno(Error::kNotImplemented);
  return domain->handler(domain, dev, iova, flags, domain->handler_token);
}

void iommu_device_register(iommu_device* iommu) { iommus.push_back(*iommu); }

iommu_device* of_iommu_configure(const device* dev) {
  const FdtNode node = dev->of_node.reference("iommus");
  if (!node) return nullptr;
  for (iommu_device& iommu : iommus) {
    if (iommu.of_node == node) return &iommu;
  }
  return nullptr;
}

namespace guest {

IommuUsage iommu_usage() { return {count_domains(true), TableMemory::all_pages()}; }

}  // namespace guest
