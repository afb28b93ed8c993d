// SPDX-License-Identifier: Apache-2.0
// Linux 6.1, kernel/dma/swiotlb.c: slots of 2 KiB, segments of 128.
#include "sw/dma/swiotlb.hpp"

#include <string>

#include "tests/sw/dma/bounce_fixture.hpp"

using namespace guest;
using guest::test::BounceFixture;
using guest::test::Log;

namespace {

struct Swiotlb : BounceFixture {
  explicit Swiotlb(unsigned slots = 256, bool force = true) {
    REQUIRE(swiotlb_init(mem, slots, force));
    dev.io_tlb = &mem;
    set_dma_ops(&dev, &swiotlb_dma_ops);
    log().clear();
  }
  ~Swiotlb() { CHECK(swiotlb_exit(mem)); }

  dma_addr_t map(std::size_t size, dma_data_direction direction = DMA_TO_DEVICE,
                 std::size_t offset = 0) {
    return dma_map_single(&dev, buffer + offset, size, direction);
  }
  unsigned slot(dma_addr_t handle) const {
    return static_cast<unsigned>((handle - mem.start) / 2048);
  }
  io_tlb_mem mem;
};

struct Unforced : Swiotlb {
  Unforced() : Swiotlb{128, false} {}
};

}  // namespace

TEST_CASE_METHOD(Swiotlb, "swiotlb: copied in, then the slot cleaned; invalidated, then copied out",
                 "[sw][dma][bounce]") {
  const dma_addr_t handle = map(100, DMA_BIDIRECTIONAL);
  const auto at_slot = static_cast<unsigned>(handle - HostMachine::kDramStart);
  char name[32];
  std::snprintf(name, sizeof name, " 0x%x+100", at_slot);
  CHECK(log() ==
        Log{std::string{"map_area"} + name + " bidirectional", std::string{"outer_clean"} + name});
  CHECK(std::memcmp(device_view(handle), buffer, 100) == 0);
  log().clear();
  device_view(handle)[7] = 0x66;
  dma_unmap_single(&dev, handle, 100, DMA_BIDIRECTIONAL);
  CHECK(log() ==
        Log{std::string{"outer_inv"} + name, std::string{"unmap_area"} + name + " bidirectional"});
  CHECK(buffer[7] == 0x66);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a device that snoops has its slots only copied",
                 "[sw][dma][bounce]") {
  dev.dma_coherent = true;
  const dma_addr_t handle = map(100, DMA_BIDIRECTIONAL);
  CHECK(slot(handle) < mem.nslabs);
  dma_sync_single_for_cpu(&dev, handle, 100, DMA_BIDIRECTIONAL);
  dma_unmap_single(&dev, handle, 100, DMA_BIDIRECTIONAL);
  CHECK(log().empty());
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: what a device does not write is what it was",
                 "[sw][dma][bounce]") {
  const dma_addr_t handle = map(64, DMA_FROM_DEVICE);
  CHECK(log()[0].ends_with("bidirectional"));  // Cleaned: an invalidate would drop it.
  device_view(handle)[0] = 0x11;
  dma_unmap_single(&dev, handle, 64, DMA_FROM_DEVICE);
  CHECK(buffer[0] == 0x11);
  for (std::size_t i = 1; i < 64; ++i) REQUIRE(buffer[i] == content(i));
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: mapped without, then synced for the device, it is cleaned, too",
                 "[sw][dma][bounce]") {
  const dma_addr_t handle =
      dma_map_single_attrs(&dev, buffer, 64, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
  CHECK(log().empty());
  dma_sync_single_for_device(&dev, handle, 64, DMA_FROM_DEVICE);
  REQUIRE(log().size() == 2);
  CHECK(log()[0].ends_with("bidirectional"));
  CHECK(log()[1].starts_with("outer_clean"));
  dma_unmap_single(&dev, handle, 64, DMA_FROM_DEVICE);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a mapping takes whole slots, one after the other",
                 "[sw][dma][bounce]") {
  const dma_addr_t first = map(1);
  const dma_addr_t second = map(2048);
  const dma_addr_t third = map(2049);
  CHECK(slot(first) == 0);
  CHECK(slot(second) == 1);
  CHECK(slot(third) == 2);
  CHECK(mem.used == 4);
  dma_unmap_single(&dev, second, 2048, DMA_TO_DEVICE);
  CHECK(mem.used == 3);
  dma_unmap_single(&dev, first, 1, DMA_TO_DEVICE);
  dma_unmap_single(&dev, third, 2049, DMA_TO_DEVICE);
  CHECK(mem.used == 0);
  CHECK(mem.used_hiwater == 4);
  CHECK(mem.maps == 3);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a page or more begins on a page", "[sw][dma][bounce]") {
  const dma_addr_t one = map(1);
  const dma_addr_t page = map(4096);
  CHECK(page % 4096 == 0);
  dma_unmap_single(&dev, one, 1, DMA_TO_DEVICE);
  dma_unmap_single(&dev, page, 4096, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a mapping lies within one segment of 256 KiB",
                 "[sw][dma][bounce]") {
  auto* const large = static_cast<unsigned char*>(alloc_pages_exact(0x4'1000, GFP_KERNEL));
  REQUIRE(large != nullptr);
  CHECK(dma_max_mapping_size(&dev) == 0x4'0000);
  CHECK(dma_map_single(&dev, large, 0x4'0001, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  const dma_addr_t small = map(2048);
  const dma_addr_t whole = dma_map_single(&dev, large, 0x4'0000, DMA_TO_DEVICE);
  CHECK(slot(whole) == 128);
  CHECK(dma_map_single(&dev, large, 0x4'0000, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  dma_unmap_single(&dev, small, 2048, DMA_TO_DEVICE);
  dma_unmap_single(&dev, whole, 0x4'0000, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Unforced, "swiotlb: what a device reaches may be mapped in any size",
                 "[sw][dma][bounce]") {
  CHECK(dma_get_required_mask(&dev) == 0x7FFF'FFFF);
  CHECK(dma_max_mapping_size(&dev) == ~std::size_t{0});
  dev.bus_dma_limit = 0x7FFF'FFFE;
  CHECK(dma_max_mapping_size(&dev) == 0x4'0000);
  dev.bus_dma_limit = 0;
  REQUIRE(dma_set_mask(&dev, 0x7FFF'FFFE) == 0);
  CHECK(dma_max_mapping_size(&dev) == 0x4'0000);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: no mapping crosses the device's segment boundary",
                 "[sw][dma][bounce]") {
  dma_set_seg_boundary(&dev, 0x1FFF);  // 8 KiB: four slots.
  std::vector<dma_addr_t> handles;
  for (unsigned i = 0; i < 12; ++i) {
    handles.push_back(map(3 * 2048 - 1500));  // Three slots, less than a page's alignment asks.
    CHECK(handles.back() / 0x2000 == (handles.back() + 3 * 2048 - 1501) / 0x2000);
  }
  for (const dma_addr_t handle : handles)
    dma_unmap_single(&dev, handle, 3 * 2048 - 1500, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: the bits of the alignment mask are those of the original",
                 "[sw][dma][bounce]") {
  dma_set_min_align_mask(&dev, 0xFFF);
  for (const std::size_t offset : {0x10U, 0x7F0U, 0x800U, 0xA40U, 0xFFFU}) {
    const dma_addr_t handle = map(3000, DMA_TO_DEVICE, offset);
    CHECK((handle & 0xFFF) == (physical(offset) & 0xFFF));
    CHECK(std::memcmp(device_view(handle), buffer + offset, 3000) == 0);
    dma_unmap_single(&dev, handle, 3000, DMA_TO_DEVICE);
  }
  CHECK(dma_max_mapping_size(&dev) == 0x4'0000 - 0x1000);
  CHECK(mem.used == 0);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a full buffer that no alignment fits is found out",
                 "[sw][dma][bounce]") {
  dma_set_min_align_mask(&dev, 0xFFF);
  std::vector<dma_addr_t> handles;
  for (dma_addr_t handle = 0; (handle = map(64, DMA_TO_DEVICE, 0x800)) != DMA_MAPPING_ERROR;)
    handles.push_back(handle);
  CHECK(handles.size() == 128);  // Every second slot.
  CHECK(mem.failures == 1);
  for (const dma_addr_t handle : handles) dma_unmap_single(&dev, handle, 64, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a sync copies a part, also beyond the first slot",
                 "[sw][dma][bounce]") {
  dma_set_min_align_mask(&dev, 0xFFF);
  const dma_addr_t handle = map(6000, DMA_BIDIRECTIONAL, 0x200);
  for (const std::size_t part : {0U, 0x5F0U, 0x600U, 0x700U, 5000U}) {
    device_view(handle)[part] = 0xD1;
    device_view(handle)[part + 1] = 0xD2;
    dma_sync_single_range_for_cpu(&dev, handle, part, 1, DMA_BIDIRECTIONAL);
    CHECK(buffer[0x200 + part] == 0xD1);
    CHECK(buffer[0x200 + part + 1] == content(0x200 + part + 1));
    buffer[0x200 + part] = 0xC3;
    dma_sync_single_range_for_device(&dev, handle, part, 1, DMA_BIDIRECTIONAL);
    CHECK(device_view(handle)[part] == 0xC3);
  }
  dma_unmap_single(&dev, handle, 6000, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a sync beyond the mapping is cut, and said",
                 "[sw][dma][bounce]") {
  const dma_addr_t handle = map(100, DMA_FROM_DEVICE);
  std::memset(device_view(handle), 0x31, 200);
  dma_sync_single_for_cpu(&dev, handle + 50, 100, DMA_FROM_DEVICE);
  CHECK(buffer[99] == 0x31);
  CHECK(buffer[100] == content(100));
  CHECK(console_text().find("100 bytes from 50 of a mapping of 100") != std::string::npos);
  dma_unmap_single(&dev, handle, 100, DMA_FROM_DEVICE);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: exhaustion fails the mapping, and freed slots serve again",
                 "[sw][dma][bounce]") {
  std::vector<dma_addr_t> handles;
  for (dma_addr_t handle = 0; (handle = map(2048)) != DMA_MAPPING_ERROR;) handles.push_back(handle);
  CHECK(handles.size() == 256);
  CHECK(mem.failures == 1);
  CHECK(console_text() ==
        "test: swiotlb buffer is full (sz: 2048 bytes), total 256 (slots), used 256 (slots)\n");
  dma_map_single_attrs(&dev, buffer, 64, DMA_TO_DEVICE, DMA_ATTR_NO_WARN);
  CHECK(console_text().find("sz: 64") == std::string::npos);
  dma_unmap_single(&dev, handles[100], 2048, DMA_TO_DEVICE);
  CHECK(slot(handles[100] = map(2048)) == 100);
  for (const dma_addr_t handle : handles) dma_unmap_single(&dev, handle, 2048, DMA_TO_DEVICE);
  CHECK(mem.used == 0);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: a slot is unmapped once", "[sw][dma][bounce]") {
  const dma_addr_t handle = map(100);
  dma_unmap_single(&dev, handle, 100, DMA_TO_DEVICE);
  dma_unmap_single(&dev, handle, 100, DMA_TO_DEVICE);
  CHECK(console_text().find("where nothing is mapped") != std::string::npos);
  CHECK(mem.used == 0);
}

TEST_CASE_METHOD(Swiotlb, "swiotlb: SKIP_CPU_SYNC at unmap copies nothing out",
                 "[sw][dma][bounce]") {
  const dma_addr_t handle = map(100, DMA_FROM_DEVICE);
  device_view(handle)[0] = 0x11;
  dma_unmap_single_attrs(&dev, handle, 100, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
  CHECK(buffer[0] == content(0));
  CHECK(mem.used == 0);
}

TEST_CASE_METHOD(Unforced, "swiotlb: what the device reaches is mapped where it is",
                 "[sw][dma][bounce]") {
  const dma_addr_t handle = map(100);
  CHECK(handle == physical());
  CHECK(log().size() == 2);
  dma_unmap_single(&dev, handle, 100, DMA_TO_DEVICE);
  CHECK(mem.maps == 0);
}

TEST_CASE_METHOD(Unforced, "swiotlb: what the device does not reach is bounced, if it reaches that",
                 "[sw][dma][bounce]") {
  // The device's bus begins where DRAM does.
  dev.dma_pfn_offset = HostMachine::kDramStart >> kPageShift;
  const phys_addr_t higher = std::max<phys_addr_t>(mem.end, physical(kBufferBytes));
  CHECK(dma_supported(&dev, mem.end - 1 - HostMachine::kDramStart) == 1);
  CHECK(dma_supported(&dev, mem.start - HostMachine::kDramStart) == 0);
  *dev.dma_mask = mem.end - 1 - HostMachine::kDramStart;
  auto* const beyond = static_cast<std::byte*>(phys_to_virt(higher));
  const dma_addr_t handle = dma_map_single(&dev, beyond, 100, DMA_TO_DEVICE);
  CHECK(handle + HostMachine::kDramStart == mem.start);
  dma_unmap_single(&dev, handle, 100, DMA_TO_DEVICE);
  *dev.dma_mask = 0xFFF;
  CHECK(dma_map_single(&dev, beyond, 100, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  CHECK(mem.used == 0);
}

TEST_CASE_METHOD(BounceFixture, "swiotlb: the size is rounded to segments, and refused if absurd",
                 "[sw][dma][bounce]") {
  io_tlb_mem mem;
  CHECK_FALSE(swiotlb_init(mem, 0, false));
  CHECK_FALSE(swiotlb_init(mem, 70'000, false));
  CHECK_FALSE(swiotlb_init(mem, 60'000, false));  // 120 MiB.
  CHECK(free_page_count() == pages_at_start);
  REQUIRE(swiotlb_init(mem, 129, false));
  CHECK(mem.nslabs == 256);
  CHECK_FALSE(swiotlb_init(mem, 128, false));
  CHECK(swiotlb_exit(mem));
  CHECK(free_page_count() == pages_at_start);
}
