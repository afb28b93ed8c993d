// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/iommu/io_pgtable.hpp"
#include "sw/kernel/device.hpp"
#include "sw/lib/types.hpp"

// Linux 6.1, include/linux/iommu.h: names, C linkage, argument order.

inline constexpr int IOMMU_READ = 1 << 0;
inline constexpr int IOMMU_WRITE = 1 << 1;
inline constexpr int IOMMU_CACHE = 1 << 2;   ///< The device snoops: cacheable descriptors.
inline constexpr int IOMMU_NOEXEC = 1 << 3;  ///< The device shall not fetch instructions.
inline constexpr int IOMMU_MMIO = 1 << 4;    ///< Device memory, e.g. an interrupt doorbell.
inline constexpr int IOMMU_PRIV = 1 << 5;    ///< For privileged accesses only.

inline constexpr int IOMMU_FAULT_READ = 0;
inline constexpr int IOMMU_FAULT_WRITE = 1;

struct iommu_domain;

/// Called for a translation fault. 0: dealt with; -ENOSYS: the driver shall print it.
using iommu_fault_handler_t = int (*)(iommu_domain* domain, device* dev, unsigned long iova,
                                      int flags, void* token);

/// What an IOMMU driver does for a domain of its.
struct iommu_domain_ops {
  virtual int attach_dev(iommu_domain& domain, device& dev) const = 0;
  virtual void detach_dev(iommu_domain& domain, device& dev) const = 0;
  /// The tables of an attached domain; null before that.
  virtual io_pgtable_ops* tables(iommu_domain& domain) const = 0;
  virtual void flush_iotlb_all(iommu_domain& domain) const = 0;
  virtual void iotlb_sync(iommu_domain& domain, iommu_iotlb_gather& gather) const = 0;
  virtual int enable_nesting(iommu_domain& domain) const = 0;
  virtual void free(iommu_domain& domain) const = 0;

 protected:
  ~iommu_domain_ops() = default;
};

/// An I/O address space.
struct iommu_domain : guest::ListNode {
  const iommu_domain_ops* ops = nullptr;
  unsigned long pgsize_bitmap = 0x1000;
  iommu_fault_handler_t handler = nullptr;
  void* handler_token = nullptr;
  bool kept = false;  ///< A device's own, for the rest of the run: no leak.
};

/// A translating device, registered by its driver.
struct iommu_device : guest::ListNode {
  guest::FdtNode of_node;

  virtual iommu_domain* domain_alloc() = 0;
  /// The domain a device is attached to; null if none.
  virtual iommu_domain* domain_of(const device& dev) const = 0;

 protected:
  ~iommu_device() = default;
};

extern "C" {
/// An empty address space of the bus's IOMMU; null if there is none, or no more.
iommu_domain* iommu_domain_alloc(const bus_type* bus);
/// Must not have devices any more.
void iommu_domain_free(iommu_domain* domain);
/// The device's accesses are translated from now on. -ENODEV: it is not behind an IOMMU. -EBUSY: it
/// is attached already.
int iommu_attach_device(iommu_domain* domain, device* dev);
void iommu_detach_device(iommu_domain* domain, device* dev);
iommu_domain* iommu_get_domain_for_dev(device* dev);
/// Stage 2 instead of stage 1. Before the first attach.
int iommu_enable_nesting(iommu_domain* domain);

/// Maps with the largest pages that fit. All or nothing: 0, or a negative errno.
int iommu_map(iommu_domain* domain, unsigned long iova, phys_addr_t paddr, std::size_t size,
              int prot);
/// The bytes unmapped, from `iova` on, until something was not mapped. The IOMMU does not use them
/// any more on return.
std::size_t iommu_unmap(iommu_domain* domain, unsigned long iova, std::size_t size);
/// Without waiting for the TLBs: `iommu_iotlb_sync` does.
std::size_t iommu_unmap_fast(iommu_domain* domain, unsigned long iova, std::size_t size,
                             iommu_iotlb_gather* gather);
void iommu_iotlb_sync(iommu_domain* domain, iommu_iotlb_gather* gather);
void iommu_flush_iotlb_all(iommu_domain* domain);
/// 0 if nothing is mapped there.
phys_addr_t iommu_iova_to_phys(iommu_domain* domain, dma_addr_t iova);

void iommu_set_fault_handler(iommu_domain* domain, iommu_fault_handler_t handler, void* token);
/// What a driver calls on a fault: the handler's answer, -ENOSYS without one.
int report_iommu_fault(iommu_domain* domain, device* dev, unsigned long iova, int flags);

void iommu_device_register(iommu_device* iommu);
/// The IOMMU that `iommus` of a device names, if its driver is there.
iommu_device* of_iommu_configure(const device* dev);
}

namespace guest {

/// What is in use, of all domains: at the end of a program, what it was at its start.
struct IommuUsage {
  std::size_t domains = 0;
  std::size_t table_pages = 0;
};
IommuUsage iommu_usage();

}  // namespace guest
