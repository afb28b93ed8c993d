// SPDX-License-Identifier: Apache-2.0
#include "models/checker/finding.hpp"

#include <algorithm>
#include <array>

namespace linefill {

namespace {

constexpr std::string_view kFunctionCause = "The function that was called wrongly.";

constexpr std::array kKinds{
    FindingKindInfo{
        FindingKind::kStaleDeviceRead, "stale_device_read",
        "A device read memory whose newest value was still dirty in a cache.",
        "The processor stored into cached memory, then told a device to read it. The device "
        "reads memory around\n"
        "the caches, so it got what was there before.",
        "l1_dirty: the newest bytes were in the L1 data cache; l2_dirty: in the outer cache (L1 "
        "was cleaned).",
        "Map the buffer after the last store and before the doorbell: dma_map_single(dev, p, "
        "size, DMA_TO_DEVICE),\n"
        "or dma_sync_single_for_device() if it is mapped already. By hand: clean L1 by MVA, then "
        "outer_clean_range()."},
    FindingKindInfo{
        FindingKind::kWriteNotDrained, "write_not_drained",
        "A device read memory whose newest value was still in a buffer.",
        "The processor stored into non-cacheable (coherent or write-combining) memory and rang "
        "the doorbell; the\n"
        "doorbell, a store to Device memory, overtook the data.",
        "store_buffer: in the processor's buffer; l2_store_buffer: in the outer cache's; "
        "l2_eviction_buffer: it had\n"
        "left the outer cache, which nobody synchronised.",
        "Put wmb() (dsb and outer_sync) between the last store and the doorbell, or ring it with "
        "writel(), which\n"
        "contains it. dma_wmb() and writel_relaxed() do not drain the outer cache."},
    FindingKindInfo{
        FindingKind::kReadNotOrdered, "read_not_ordered",
        "The processor loaded data before the flag or status that says when they are there.",
        "A device wrote data, then a flag (in memory, or in a register of its own). The program "
        "loads the flag, then\n"
        "the data; with no barrier between, the core may do the second load first. A condition "
        "does not order loads.",
        "memory: the flag lies in memory; register: it is in a register of the device.",
        "After the flag was seen, before the data are loaded: dma_rmb() if it lies in coherent "
        "memory; if it is a\n"
        "register, readl() in place of readl_relaxed(), or rmb()."},
    FindingKindInfo{
        FindingKind::kStaleCpuRead, "stale_cpu_read",
        "The processor used cached bytes older than what a device had written to memory.",
        "A line of the buffer was in a cache when the device wrote around it, or came in "
        "(speculatively) before the\n"
        "transfer ended, and nobody invalidated it.",
        "not_invalidated: the line was there; speculative_fill: it was fetched by speculation "
        "during the transfer;\n"
        "outer_not_invalidated: L1 was invalidated and refilled from a stale outer cache; alias: "
        "newer bytes were\n"
        "written through a non-cacheable alias.",
        "Unmap (dma_unmap_single) or dma_sync_single_for_cpu() after the transfer and before the "
        "first load. By\n"
        "hand: outer_inv_range(), then invalidate L1 by MVA."},
    FindingKindInfo{FindingKind::kLostCpuWrite, "lost_cpu_write",
                    "An invalidate dropped bytes the processor had stored, and the older value "
                    "below was then used.",
                    "A dirty line was invalidated without being cleaned: a buffer that is not "
                    "aligned to cache lines, a "
                    "wrong\n"
                    "range, or an invalidate where a clean was meant.",
                    "Where the older value was used: l1, l2 (in a cache), memory.",
                    "Clean before (or clean and invalidate) where the line holds live data; align "
                    "DMA buffers to cache "
                    "lines\n"
                    "(dma_get_cache_alignment()) and give them lines of their own."},
    FindingKindInfo{
        FindingKind::kLostDeviceWrite, "lost_device_write",
        "A write-back put old bytes over bytes that a device had written.",
        "A line of the buffer was dirty in a cache during the transfer; when it was evicted or "
        "cleaned, the whole\n"
        "line went to memory, over what the device had written.",
        "eviction: the cache needed the place; clean: a cache operation; drain: a store buffer; "
        "l2_eviction_buffer:\n"
        "no outer_sync() after either; shared_line: the "
        "line was dirty because of neighbours of the buffer.",
        "Map the buffer (dma_map_single(..., DMA_FROM_DEVICE)) before the device starts, so that "
        "no dirty line is\n"
        "left, and do not store into its lines until it is unmapped."},
    FindingKindInfo{FindingKind::kSharedLine, "shared_line",
                    "The processor used other bytes of a cache line while part of the line is "
                    "mapped for a device to "
                    "write.",
                    "A buffer does not begin or end on a cache line, and its neighbours are in use "
                    "during the transfer: "
                    "one of\n"
                    "the two, the device's bytes or the neighbours, is lost sooner or later.",
                    "load, store: what the processor did; lost, stale: bytes were lost, or read "
                    "old, because of it.",
                    "Give a DMA buffer lines of its own: align it and round its size up to "
                    "dma_get_cache_alignment(), or "
                    "take\n"
                    "it from kmalloc(), not from the middle of a structure."},
    FindingKindInfo{
        FindingKind::kAliasMismatch, "alias_mismatch",
        "A non-cacheable access met a cached copy of the same bytes that it disagrees with.",
        "The same memory is used through a cacheable and a non-cacheable mapping. The cached copy "
        "is dirty "
        "(the\n"
        "other access reads old bytes, or is overwritten by the write-back) or older than memory.",
        "l1_dirty, l2_dirty: where the newer copy is.",
        "Flush the cached alias before the memory is used non-cacheably (dma_alloc_coherent does), "
        "never "
        "touch it\n"
        "afterwards; on an L2C-310 set arm,shared-override."},
    FindingKindInfo{
        FindingKind::kStaleWalkerRead, "stale_walker_read",
        "A table walk read an old descriptor: the new one was still dirty in a cache.",
        "The processor stored a descriptor into cacheable memory. Where TTBR makes walks "
        "non-cacheable (IRGN of 0:\n"
        "uniprocessor kernels on some cores), the MMU reads around the L1 data cache.",
        "l1_dirty, l2_dirty: where the newer descriptor was.",
        "Clean the descriptor's line (DCCMVAC; set_pte_ext, flush_pmd_entry, clean_dcache_area do) "
        "and DSB before\n"
        "the TLB is invalidated, or make walks cacheable (TTBR IRGN). Of an IOMMU's tables: clean "
        "L1 and the\n"
        "outer cache after each descriptor (dma_sync_single_for_device() of the table, as "
        "io-pgtable does)."},
    FindingKindInfo{
        FindingKind::kCoherencyMismatch, "coherency_mismatch",
        "A device and its device-tree node disagree about whether it sees the processor's caches.",
        "For a device that is dma-coherent, software leaves cache maintenance out. The device is "
        "wired "
        "to an ordinary\n"
        "port, or its transactions are not cacheable and shareable, which is what a coherency port "
        "goes by. Or the\n"
        "device is coherent and software does not know: invalidating the caches drops what it "
        "wrote.",
        "port: it is wired to an ordinary port; attributes: it is on the coherency port, but the "
        "transaction was not\n"
        "cacheable (PL330: CCR cache bits, AxCACHE[1]); invalidated: an invalidate dropped what a "
        "coherent device wrote.",
        "Have the node say what is so; or wire the device to the coherency port and have its "
        "transactions "
        "marked\n"
        "cacheable, write-back (AxCACHE 0b1111; cache bits 0b111 in PL330's CCR)."},
    FindingKindInfo{
        FindingKind::kIommuTranslationFault, "iommu_translation_fault",
        "An IOMMU refused an access of a device: its tables have no translation for it.",
        "The device was given an address that is not mapped, not mapped any more, or not yet: or "
        "it ran over the end\n"
        "of its buffer. Or its stream has no context in the IOMMU.",
        "never_mapped; unmapped: a mapping of these addresses has ended; in_mapping: a live "
        "mapping covers them, but\n"
        "the walker found no descriptor (was the table cleaned?); tables: the tables are damaged "
        "(access flag,\n"
        "address size, external abort); stream: no context for the device's stream ID.",
        "Give the device what dma_map_...() returned, for as long as it is mapped: stop the device "
        "before the unmap."},
    FindingKindInfo{
        FindingKind::kIommuPermissionFault, "iommu_permission_fault",
        "An IOMMU refused an access of a device: the mapping does not allow it.",
        "A device wrote a page mapped DMA_TO_DEVICE, or fetched instructions from one mapped "
        "without execution, or\n"
        "accessed without privilege what is for the privileged only.",
        "write: the access was a write; read; fetch.",
        "Map with the direction of the transfer: DMA_FROM_DEVICE, or DMA_BIDIRECTIONAL for both."},
    FindingKindInfo{FindingKind::kIotlbStale, "iotlb_stale",
                    "An IOMMU let an access pass by what its TLB had kept of a descriptor that has "
                    "changed since.",
                    "A mapping was changed or removed in the tables, and the TLB not told, or not "
                    "waited for: the device still\n"
                    "reaches the old page, which may be another's by now.",
                    "not_invalidated: the old entry was still in the TLB; not_cleaned: and the new "
                    "descriptor in the caches,\n"
                    "so that a walk would not have found it either.",
                    "After the descriptor is changed and cleaned: TLBIVA (iommu_iotlb_sync), "
                    "TLBSYNC, and wait for TLBSTATUS before\n"
                    "the page or the I/O address is given away."},
    FindingKindInfo{
        FindingKind::kDmaOutsideMapping, "dma_outside_mapping",
        "A device accessed memory that no mapping or allocation of it covers.",
        "The access began or ended beside the buffer; behind an IOMMU, in the rest of a page that "
        "is "
        "mapped as a whole.\n"
        "Of devices for which software maps something, and with the names of its functions known.",
        "read, write: what the device did.",
        "Program the device with the address and no more than the length of the mapping."},
    FindingKindInfo{
        FindingKind::kDmaAfterUnmap, "dma_after_unmap",
        "A device accessed memory by a mapping that had ended, or that was freed.",
        "The buffer was unmapped, or freed (a pool's block, too), while the device still used it. "
        "Behind an IOMMU the page\n"
        "is still mapped for another buffer, or the translation has not gone.",
        "read, write: what the device did.",
        "Stop the device (dmaengine_terminate_sync, or wait for its end) before the unmap."},
    FindingKindInfo{
        FindingKind::kDmaWrongDirection, "dma_wrong_direction",
        "A device wrote what is mapped DMA_TO_DEVICE, or read what is mapped DMA_FROM_DEVICE.",
        "Direction decides what is done to the caches and which way a bounce buffer is copied: "
        "what "
        "the device writes is\n"
        "not seen, or is written over; what it reads is old. An IOMMU may refuse it.",
        "read, write: what the device did.",
        "Map with the direction of the transfer, or DMA_BIDIRECTIONAL for both."},
    FindingKindInfo{
        FindingKind::kBounceNotCopied, "bounce_not_copied",
        "A bounced buffer was used on one side, with the other side's bytes not copied.",
        "The device works in a bounce buffer; bytes move between it and the driver's memory at "
        "map, "
        "sync and unmap only. A\n"
        "driver that leaves these out is right where nothing bounces.",
        "in: the device read what was copied before the last store; out: the processor read what "
        "the "
        "device has written\n"
        "elsewhere; map, sync_for_device, sync_for_cpu, unmap: the call returned, and the two "
        "differ.",
        "dma_sync_single_for_cpu() before the processor looks, dma_sync_single_for_device() after "
        "it "
        "has stored."},
    FindingKindInfo{
        FindingKind::kBounceExhausted, "bounce_exhausted",
        "A mapping failed because no bounce buffer was left for it.",
        "More is mapped at a time than the pool has, mappings are never ended, or one is "
        "larger than any buffer.",
        kFunctionCause,
        "Unmap earlier, map less than dma_max_mapping_size() at a time, or make the pool "
        "larger (swiotlb=SLOTS)."},
    FindingKindInfo{
        FindingKind::kBounceWrongAddress, "bounce_wrong_address",
        "A device was given the address of memory that is mapped for it through a bounce "
        "buffer.",
        "The driver computed the address (virt_to_phys), or kept one from before, "
        "instead of using the handle.",
        "read, write: what the device did.",
        "Give the device the handle that dma_map_...() returned."},
    FindingKindInfo{FindingKind::kApiUnmapUnknown, "api_unmap_unknown",
                    "An unmap or free of something that was never mapped.",
                    "The handle is not one that a mapping call returned: it was changed, never "
                    "stored, stands for failure, or is another allocation's than the memory.",
                    kFunctionCause, "Keep the handle, and unmap what was mapped."},
    FindingKindInfo{FindingKind::kApiDoubleUnmap, "api_double_unmap",
                    "An unmap or free of something that had ended already.",
                    "Two paths of a driver clean up the same mapping: its memory may belong to "
                    "somebody else by then.",
                    kFunctionCause, "Unmap in one place, or remember that it was done."},
    FindingKindInfo{FindingKind::kApiSizeMismatch, "api_size_mismatch",
                    "An unmap or free with another size than the mapping has.",
                    "The rest stays mapped or is maintained by nobody; or neighbours are "
                    "invalidated.",
                    kFunctionCause, "Give the size that was mapped."},
    FindingKindInfo{FindingKind::kApiDirectionMismatch, "api_direction_mismatch",
                    "An unmap or sync with another direction than the mapping has.",
                    "Direction decides what is done to the caches: the wrong one does the wrong "
                    "thing, or nothing.",
                    kFunctionCause, "Give the direction that was mapped."},
    FindingKindInfo{FindingKind::kApiEntryCountMismatch, "api_entry_count_mismatch",
                    "An unmap of a list with another number of entries than was mapped.",
                    "dma_map_sg returns how many entries the device gets; unmap and sync want how "
                    "many there were.",
                    kFunctionCause, "Keep both numbers: nents and the returned count."},
    FindingKindInfo{FindingKind::kApiWrongDevice, "api_wrong_device",
                    "An unmap or free for another device than the mapping was made for.",
                    "Another device may have other operations, another offset, another IOMMU.",
                    kFunctionCause, "Unmap for the device that was mapped for."},
    FindingKindInfo{FindingKind::kApiWrongFunction, "api_wrong_function",
                    "A mapping was ended by a call of another kind.",
                    "A list unmapped as a page, a page freed as coherent memory: what the one did "
                    "the other does not undo.",
                    kFunctionCause, "Each mapping call has its own counterpart."},
    FindingKindInfo{FindingKind::kApiSyncOutsideMapping, "api_sync_outside_mapping",
                    "A sync of bytes that are not, or not wholly, mapped for this device.",
                    "Syncing after unmap, before map, or beyond the end: neighbours are "
                    "invalidated.",
                    kFunctionCause, "Sync inside the mapping, while it lasts."},
    FindingKindInfo{FindingKind::kApiOverlap, "api_overlap",
                    "Two live mappings of a device share bytes that the device may write.",
                    "Ending one of them does to the caches what must not happen to the other yet.",
                    kFunctionCause, "Map bytes once at a time."},
    FindingKindInfo{
        FindingKind::kApiLeak, "api_leak",
        "Mappings that nobody ends: live when the program, or their device's driver, has ended; or "
        "ever more of them.",
        "A path of the driver forgets the unmap: at the end of a request, or after an error. "
        "Without "
        "an IOMMU nothing\n"
        "runs out, but what unmap does to the caches is left out; with one, or with bounce "
        "buffers, "
        "addresses and buffers run out.",
        "guest_ended: streaming mappings at the end of the program; device_gone: anything of a "
        "device "
        "whose driver has gone;\n"
        "growing: 64 allocations or mappings made at one place, and none of them ever ended.",
        "Unmap on each path that ends a request, errors included."},
    FindingKindInfo{
        FindingKind::kApiUncheckedError, "api_unchecked_error",
        "A handle was used without asking dma_mapping_error(), or although it stands for failure.",
        "A mapping can fail: no I/O address, no bounce buffer, memory that the device does not "
        "reach. A device that is\n"
        "given the failed handle writes wherever that number leads. A warning, and an error if the "
        "mapping had failed.",
        "The function that used the handle.",
        "if (dma_mapping_error(dev, handle)) give up, after each dma_map_single(), dma_map_page() "
        "and dma_map_resource()."},
    FindingKindInfo{
        FindingKind::kApiMaskViolation, "api_mask_violation",
        "A device has a mapping at an address beyond its mask: it cannot put that on the bus.",
        "The mask was set after the mapping was made, or the operations do not respect it. The "
        "device "
        "drops the upper\n"
        "bits, and reaches other memory.",
        kFunctionCause,
        "dma_set_mask_and_coherent() before the first mapping, and operations that bounce or "
        "refuse "
        "what is beyond."},
    FindingKindInfo{
        FindingKind::kApiSegmentLimit, "api_segment_limit",
        "A segment of a list is longer than the device declared, or crosses its boundary.",
        "Entries of the list are too long, or were merged, and nobody splits them: the device's "
        "counter, or its address,\n"
        "wraps.",
        "length, boundary: the limit that does not hold.",
        "Lists of entries within dma_get_max_seg_size() and dma_get_seg_boundary()."},
    FindingKindInfo{
        FindingKind::kApiBadMemory, "api_bad_memory",
        "Memory was mapped that is no device's to use.",
        "A stack shares lines with what the processor stores all the time, and is gone when the "
        "function returns; coherent\n"
        "memory has no cache maintenance; freed memory is somebody else's. Remapped memory "
        "(vmalloc) is refused by\n"
        "dma_map_single().",
        "stack, text (the program or its constants), coherent, freed.",
        "Memory from kmalloc() or alloc_pages()."},
};

}  // namespace

std::span<const FindingKindInfo> finding_kinds() { return kKinds; }

const FindingKindInfo& info_of(FindingKind kind) {
  return *std::find_if(kKinds.begin(), kKinds.end(),
                       [&](const auto& info) { return info.kind == kind; });
}

const FindingKindInfo* find_kind(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const auto& info) { return info.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace linefill
