// SPDX-License-Identifier: Apache-2.0
#include "models/checker/remedy.hpp"

#include "models/core/address.hpp"
#include "models/core/log.hpp"

namespace linefill {

namespace {

constexpr const char* kOwnLines = "a buffer aligned to, and as long as, whole cache lines";

// Whether the bytes lie in a line that the mapping shares with its neighbours.
bool shares_line(const Finding& finding, const Mapping& mapping) {
  const std::uint32_t line = finding.address / kLineBytes * kLineBytes;
  return line < mapping.address || line + kLineBytes > mapping.address + mapping.size;
}

// Of the whole buffer, where it is known.
std::string range(const Finding& finding, const Mapping* mapping) {
  const bool covered = mapping != nullptr && mapping->covers(finding.address);
  const std::uint32_t first = covered ? mapping->address : finding.address;
  return "(" + hex(first) + ", " + hex(first + (covered ? mapping->size : finding.length)) + ")";
}

enum class Call : std::uint8_t { kMap, kUnmap, kSyncForCpu, kSyncForDevice };

// As one would type it, for a list if a list was mapped.
std::string call(Call what, const Mapping& mapping) {
  struct Names {
    const char* single;
    const char* list;
  };
  static constexpr Names kNames[] = {
      {"dma_map_single(dev, p, ", "dma_map_sg(dev, sg, nents, "},
      {"dma_unmap_single(dev, handle, ", "dma_unmap_sg(dev, sg, nents, "},
      {"dma_sync_single_for_cpu(dev, handle, ", "dma_sync_sg_for_cpu(dev, sg, nents, "},
      {"dma_sync_single_for_device(dev, handle, ", "dma_sync_sg_for_device(dev, sg, nents, "}};
  const Names& names = kNames[static_cast<unsigned>(what)];
  const std::string direction = std::string{name_of(mapping.direction)} + ")";
  if (mapping.function.find("_sg") != std::string::npos) return names.list + direction;
  return names.single + std::to_string(mapping.size) + ", " + direction;
}

// Memory that is scanned out all the time, or that no mapping hands over to a device for reading.
std::string for_drawing() {
  return "memory from dma_alloc_wc() or dma_alloc_coherent(), or dma_sync_single_for_device(dev, "
         "handle, size, DMA_TO_DEVICE) after drawing";
}

std::string before_device_reads(const Finding& finding, const Mapping* mapping) {
  const bool handed_over =
      mapping != nullptr && mapping->owner != Mapping::Owner::kEnded && mapping->device_may_read();
  if (finding.free_running || (mapping != nullptr && !handed_over)) return for_drawing();
  if (finding.cause == "l2_dirty" && (mapping == nullptr || !mapping->cpu_sync_skipped)) {
    return "outer_clean_range" + range(finding, mapping) + " after the L1 clean";
  }
  if (mapping == nullptr || mapping->type == Mapping::Type::kCoherent) {
    return "dma_map_single(dev, p, size, DMA_TO_DEVICE) before the doorbell";
  }
  if (mapping->cpu_sync_skipped)
    return call(Call::kMap, *mapping) + " without DMA_ATTR_SKIP_CPU_SYNC";
  return call(Call::kSyncForDevice, *mapping) + " after the store, before the doorbell";
}

std::string before_cpu_reads(const Finding& finding, const Mapping* mapping) {
  if (finding.reader.agent.ends_with("fetch)"))
    return "flush_icache_range" + range(finding, mapping);
  if (mapping != nullptr && mapping->cpu_sync_skipped)
    return call(Call::kUnmap, *mapping) + " without DMA_ATTR_SKIP_CPU_SYNC";
  if (mapping != nullptr && shares_line(finding, *mapping)) return kOwnLines;
  if (finding.cause == "outer_not_invalidated")
    return "outer_inv_range" + range(finding, mapping) + " before the L1 invalidate";
  if (finding.cause == "alias") return "no cached access to memory that is used non-cacheably";
  if (mapping == nullptr)
    return "dma_map_single() before and dma_unmap_single() after the transfer";
  if (mapping->owner == Mapping::Owner::kDevice) return call(Call::kSyncForCpu, *mapping);
  const bool unmapped_since = mapping->owner == Mapping::Owner::kEnded && finding.writer.time &&
                              *finding.writer.time <= mapping->unmap_entered;
  if (unmapped_since) {
    return "the L1 invalidate of " + range(finding, mapping) +
           " (dmac_unmap_area, v7_dma_inv_range) in " + call(Call::kUnmap, *mapping);
  }
  return call(Call::kUnmap, *mapping) + " after the transfer has ended";
}

std::string before_device_writes(const Finding& finding, const Mapping* mapping) {
  if (finding.cause == "shared_line") return kOwnLines;
  if (finding.cause == "l2_eviction_buffer")
    return "outer_sync() after the operation on the outer cache, before the transfer";
  if (mapping == nullptr)
    return "dma_map_single(dev, p, size, DMA_FROM_DEVICE) before the transfer";
  if (mapping->cpu_sync_skipped)
    return call(Call::kMap, *mapping) + " without DMA_ATTR_SKIP_CPU_SYNC";
  if (shares_line(finding, *mapping)) return kOwnLines;
  return "an invalidate of " + range(finding, mapping) +
         " in L1 (dmac_map_area) and in L2 (outer_inv_range) before the transfer, and no store to "
         "these lines during it";
}

}  // namespace

std::string describe(const Mapping& mapping) {
  static constexpr const char* kStates[] = {"owned by the device", "owned by the CPU", "ended"};
  return mapping.function + " " + std::string{name_of(mapping.direction)} + " " +
         std::to_string(mapping.size) + " bytes of " + mapping.device +
         (mapping.io_address ? " at I/O address " + hex(*mapping.io_address) : std::string{}) +
         ", " + kStates[static_cast<unsigned>(mapping.owner)];
}

std::string remedy_for(const Finding& finding, const Mapping* mapping) {
  switch (finding.kind) {
    case FindingKind::kStaleDeviceRead:
      return before_device_reads(finding, mapping);
    case FindingKind::kWriteNotDrained:
      if (finding.cause == "l2_eviction_buffer")
        return "outer_sync() after the operation on the outer cache, before the doorbell";
      return "wmb() after the store, before the doorbell (or ring it with writel())";
    case FindingKind::kReadNotOrdered:
      return finding.cause == "memory"
                 ? "dma_rmb() between the load of the flag and the load of the data"
                 : "rmb() between the load of the register and the load of the data (or readl() in "
                   "place of readl_relaxed())";
    case FindingKind::kStaleCpuRead:
      return before_cpu_reads(finding, mapping);
    case FindingKind::kLostCpuWrite:
      return "a clean, or clean and invalidate, of " + range(finding, mapping) +
             " before the invalidate";
    case FindingKind::kLostDeviceWrite:
      return before_device_writes(finding, mapping);
    case FindingKind::kSharedLine:
      return kOwnLines;
    case FindingKind::kAliasMismatch:
      return "dmac_flush_range and outer_flush_range" + range(finding, mapping) +
             " before the non-cacheable use";
    case FindingKind::kCoherencyMismatch:
      if (finding.cause == "invalidated")
        return "dma-coherent in the device's device-tree node, and arm_coherent_dma_ops";
      if (finding.cause == "port")
        return "no dma-coherent in the device's device-tree node, or the coherency port for it";
      return "cacheable, shareable transactions (AxCACHE[1] and AxUSER[0]; PL330: CCR cache bits "
             "0b111)";
    case FindingKind::kStaleWalkerRead:
      return "a clean of the descriptor (DCCMVAC, as flush_pmd_entry or set_pte_ext do), and DSB, "
             "after it was stored";
    case FindingKind::kIommuTranslationFault:
    case FindingKind::kDmaOutsideMapping:
      if (finding.cause == "unmapped")
        return "the end of the transfer (dmaengine_terminate_sync) before " +
               (mapping != nullptr ? call(Call::kUnmap, *mapping) : std::string{"the unmap"});
      if (finding.cause == "in_mapping")
        return "a clean of the descriptor in L1 and in the outer cache after it was stored";
      if (finding.cause == "stream")
        return "an attach of the device to a domain (iommu_attach_device)";
      return "dma_map_single(dev, p, size, direction) of all that the device accesses";
    case FindingKind::kIommuPermissionFault:
      return finding.cause == "write" ? "a mapping with DMA_FROM_DEVICE or DMA_BIDIRECTIONAL"
                                      : "a mapping that allows this";
    case FindingKind::kIotlbStale:
      if (finding.cause == "not_cleaned")
        return "a clean of the descriptor in L1 and in the outer cache after it was stored, then "
               "TLBIVA of the page, TLBSYNC and its end (iommu_iotlb_sync)";
      return "TLBIVA of the page, TLBSYNC and its end (iommu_iotlb_sync) after its descriptor was "
             "changed";
    case FindingKind::kDmaWrongDirection:
      return finding.cause == "write" ? "a mapping with DMA_FROM_DEVICE or DMA_BIDIRECTIONAL"
                                      : "a mapping with DMA_TO_DEVICE or DMA_BIDIRECTIONAL";
    case FindingKind::kBounceWrongAddress:
      return "the handle that " + (mapping != nullptr ? mapping->function : std::string{"map"}) +
             " returned";
    case FindingKind::kBounceNotCopied:
      if (mapping == nullptr) return "a copy";
      return finding.cause == "in"
                 ? call(Call::kSyncForDevice, *mapping) + " after the store, before the doorbell"
                 : call(Call::kSyncForCpu, *mapping) + " before the load";
    case FindingKind::kDmaAfterUnmap:
      return "the end of the transfer (dmaengine_terminate_sync) before " +
             (mapping != nullptr ? call(Call::kUnmap, *mapping) : std::string{"the unmap"});
    default:
      return finding.missing;  // MappingRules says it.
  }
}

}  // namespace linefill
