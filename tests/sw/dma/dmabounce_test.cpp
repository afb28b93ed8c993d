// SPDX-License-Identifier: Apache-2.0
// Linux 4.1, arch/arm/common/dmabounce.c: what is bounced, where to, and what is counted.
#include "sw/dma/dmabounce.hpp"

#include <string>

#include "sw/arch/irqflags.hpp"
#include "tests/sw/dma/bounce_fixture.hpp"

using namespace guest;
using guest::test::BounceFixture;
using guest::test::Log;

namespace {

int always(device* /*dev*/, dma_addr_t /*address*/, std::size_t /*size*/) { return 1; }
int never(device* /*dev*/, dma_addr_t /*address*/, std::size_t /*size*/) { return 0; }

struct Dmabounce : BounceFixture {
  void add(dmabounce_needs_bounce needs = always, unsigned long large = 4096) {
    REQUIRE(dmabounce_register_dev(&dev, 512, large, needs) == 0);
    log().clear();
  }
  ~Dmabounce() {
    if (dev.dmabounce != nullptr) dmabounce_unregister_dev(&dev);
  }
  dma_addr_t map(std::size_t size, dma_data_direction direction) {
    return dma_map_single(&dev, buffer, size, direction);
  }
  std::string statistics() {
    char text[80];
    BufferSink sink{text};
    print_dmabounce_statistics(sink, dev);
    return std::string{sink.text()};
  }
};

}  // namespace

TEST_CASE_METHOD(Dmabounce, "dmabounce: what a device reads is copied into a safe buffer",
                 "[sw][dma][bounce]") {
  add();
  const dma_addr_t handle = map(100, DMA_TO_DEVICE);
  REQUIRE(dma_mapping_error(&dev, handle) == 0);
  CHECK(handle != physical());
  CHECK(std::memcmp(device_view(handle), buffer, 100) == 0);
  buffer[3] = 0xFF;
  CHECK(device_view(handle)[3] == content(3));
  dma_unmap_single(&dev, handle, 100, DMA_TO_DEVICE);
  CHECK(buffer[3] == 0xFF);
  CHECK(log().empty());  // Coherent memory: no cache operation.
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: what a device wrote is copied out at unmap, and leaves L1",
                 "[sw][dma][bounce]") {
  add();
  const dma_addr_t handle = map(100, DMA_FROM_DEVICE);
  std::memset(device_view(handle), 0x77, 100);
  CHECK(buffer[0] == content(0));
  dma_unmap_single(&dev, handle, 100, DMA_FROM_DEVICE);
  CHECK(buffer[0] == 0x77);
  CHECK(buffer[99] == 0x77);
  CHECK(buffer[100] == content(100));
  REQUIRE(log().size() == 1);
  CHECK(log()[0].starts_with("flush "));
  CHECK(log()[0].ends_with("+100"));
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: both ways, both copies", "[sw][dma][bounce]") {
  add();
  const dma_addr_t handle = map(64, DMA_BIDIRECTIONAL);
  CHECK(device_view(handle)[5] == content(5));
  device_view(handle)[5] = 0x12;
  dma_unmap_single(&dev, handle, 64, DMA_BIDIRECTIONAL);
  CHECK(buffer[5] == 0x12);
  CHECK(buffer[6] == content(6));
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: SKIP_CPU_SYNC leaves out both copies",
                 "[sw][dma][bounce]") {
  add();
  const dma_attrs attrs = DMA_ATTR_SKIP_CPU_SYNC;
  const dma_addr_t handle = dma_map_single_attrs(&dev, buffer, 100, DMA_BIDIRECTIONAL, attrs);
  CHECK(device_view(handle)[5] != content(5));
  device_view(handle)[5] = 0x12;
  dma_unmap_single_attrs(&dev, handle, 100, DMA_BIDIRECTIONAL, attrs);
  CHECK(buffer[5] == content(5));
  CHECK(log().empty());
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: a mapping ends with interrupts off, from whatever memory",
                 "[sw][dma][bounce]") {
  add();
  for (const std::size_t size : {512U, 4096U, 20000U}) {
    const dma_addr_t handle = map(size, DMA_TO_DEVICE);
    REQUIRE(dma_mapping_error(&dev, handle) == 0);
    const InterruptGuard guard;
    dma_unmap_single(&dev, handle, size, DMA_TO_DEVICE);
  }
  CHECK(console_text().empty());
  CHECK(dmabounce_live() == 0);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: a buffer comes from the smallest pool that holds it",
                 "[sw][dma][bounce]") {
  add();
  for (const std::size_t size : {512U, 513U, 4096U, 4097U, 20000U}) {
    const dma_addr_t handle = map(size, DMA_TO_DEVICE);
    REQUIRE(dma_mapping_error(&dev, handle) == 0);
    dma_unmap_single(&dev, handle, size, DMA_TO_DEVICE);
  }
  CHECK(statistics() == "1 2 2 5 5 5\n");
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: without a large pool, all but small ones are allocated",
                 "[sw][dma][bounce]") {
  add(always, 0);
  dma_unmap_single(&dev, map(4096, DMA_TO_DEVICE), 4096, DMA_TO_DEVICE);
  CHECK(statistics() == "0 0 1 1 1 1\n");
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: what neither mask nor callback objects to is not bounced",
                 "[sw][dma][bounce]") {
  add(never);
  const dma_addr_t handle = map(64, DMA_TO_DEVICE);
  CHECK(handle == physical());
  CHECK(log().size() == 2);  // Cleaned, as by arm_dma_ops.
  dma_sync_single_for_cpu(&dev, handle, 64, DMA_TO_DEVICE);
  dma_unmap_single(&dev, handle, 64, DMA_TO_DEVICE);
  CHECK(statistics() == "0 0 0 0 0 0\n");
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: the callback is given bus address and size",
                 "[sw][dma][bounce]") {
  static dma_addr_t seen = 0;
  static std::size_t seen_size = 0;
  add([](device*, dma_addr_t address, std::size_t size) {
    seen = address;
    seen_size = size;
    return 0;
  });
  const dma_addr_t handle = dma_map_single(&dev, buffer + 40, 99, DMA_TO_DEVICE);
  CHECK(seen == physical(40));
  CHECK(seen_size == 99);
  dma_unmap_single(&dev, handle, 99, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: what lies beyond the mask is bounced, to the last byte",
                 "[sw][dma][bounce]") {
  add(never);
  // The device's bus begins where DRAM does: 21 bits reach half of it, and the pools lie below.
  dev.dma_pfn_offset = HostMachine::kDramStart >> kPageShift;
  *dev.dma_mask = 0x1F'FFFF;
  auto* const edge = reinterpret_cast<unsigned char*>(at(0x20'0000));
  CHECK(dma_map_single(&dev, edge - 64, 64, DMA_TO_DEVICE) == 0x1F'FFC0);
  const dma_addr_t handle = dma_map_single(&dev, edge - 64, 65, DMA_TO_DEVICE);
  CHECK(handle != 0x1F'FFC0);
  CHECK(dmabounce_statistics(dev).maps == 1);
  dma_unmap_single(&dev, handle, 65, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: what is larger than a mask allows any buffer to be fails",
                 "[sw][dma][bounce]") {
  add(never);
  dev.dma_pfn_offset = HostMachine::kDramStart >> kPageShift;
  *dev.dma_mask = 0xFFF;
  CHECK(map(4097, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  CHECK(console_text().find("too large") != std::string::npos);
  CHECK(dmabounce_statistics(dev).total == 0);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: a sync copies the part it names, the way that is allowed",
                 "[sw][dma][bounce]") {
  add();
  const dma_addr_t handle = map(256, DMA_BIDIRECTIONAL);
  std::memset(device_view(handle), 0x55, 256);
  dma_sync_single_range_for_cpu(&dev, handle, 64, 32, DMA_BIDIRECTIONAL);
  CHECK(buffer[63] == content(63));
  CHECK(buffer[64] == 0x55);
  CHECK(buffer[95] == 0x55);
  CHECK(buffer[96] == content(96));
  buffer[10] = 0x99;
  buffer[11] = 0x98;
  dma_sync_single_range_for_device(&dev, handle, 10, 1, DMA_BIDIRECTIONAL);
  CHECK(device_view(handle)[10] == 0x99);
  CHECK(device_view(handle)[11] == 0x55);
  CHECK(statistics() == "1 0 0 1 1 2\n");
  dma_unmap_single(&dev, handle, 256, DMA_BIDIRECTIONAL);
  CHECK(statistics() == "1 0 0 1 1 3\n");
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: each entry of a list is bounced", "[sw][dma][bounce]") {
  add();
  scatterlist list[2];
  sg_init_table(list, 2);
  sg_set_buf(&list[0], buffer, 100);
  sg_set_buf(&list[1], buffer + 8192, 1000);
  REQUIRE(dma_map_sg(&dev, list, 2, DMA_TO_DEVICE) == 2);
  CHECK(std::memcmp(device_view(sg_dma_address(&list[1])), buffer + 8192, 1000) == 0);
  dma_unmap_sg(&dev, list, 2, DMA_TO_DEVICE);
  CHECK(statistics() == "1 1 0 2 2 2\n");
  CHECK(dmabounce_live() == 0);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: an empty pool fails the mapping, and nothing is lost",
                 "[sw][dma][bounce]") {
  add();
  std::vector<dma_addr_t> handles;
  for (;;) {
    const dma_addr_t handle = map(4096, DMA_TO_DEVICE);
    if (dma_mapping_error(&dev, handle) != 0) break;
    handles.push_back(handle);
    REQUIRE(handles.size() < 17);  // 64 KiB in all.
  }
  CHECK(handles.size() == 16);  // The small pool has taken none.
  CHECK(console_text().find("no safe buffer of 4096 bytes") != std::string::npos);
  for (const dma_addr_t handle : handles) dma_unmap_single(&dev, handle, 4096, DMA_TO_DEVICE);
  CHECK(dmabounce_live() == 0);
  const dma_addr_t again = map(4096, DMA_TO_DEVICE);
  CHECK(dma_mapping_error(&dev, again) == 0);
  dma_unmap_single(&dev, again, 4096, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: another size or direction at unmap is said, and harmless",
                 "[sw][dma][bounce]") {
  add();
  const dma_addr_t handle = map(64, DMA_FROM_DEVICE);
  device_view(handle)[63] = 0x44;
  dma_unmap_single(&dev, handle, 640, DMA_TO_DEVICE);
  CHECK(console_text().find("another size") != std::string::npos);
  CHECK(console_text().find("another direction") != std::string::npos);
  CHECK(buffer[63] == 0x44);
  CHECK(buffer[64] == content(64));
  CHECK(dmabounce_live() == 0);
  dma_unmap_single(&dev, DMA_MAPPING_ERROR, 64, DMA_TO_DEVICE);
  CHECK(console_text().find("invalid mapping") != std::string::npos);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: a registered device takes any mask and keeps its own",
                 "[sw][dma][bounce]") {
  add();
  CHECK(dma_set_mask(&dev, DMA_BIT_MASK(20)) == 0);
  CHECK(*dev.dma_mask == 0xFFFF'FFFF);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: a device is registered once, and with a callback",
                 "[sw][dma][bounce]") {
  CHECK(dmabounce_register_dev(&dev, 512, 0, nullptr) == -22);
  CHECK(dmabounce_register_dev(nullptr, 512, 0, never) == -22);
  CHECK(dmabounce_register_dev(&dev, 0, 0, never) == -12);
  add();
  CHECK(dmabounce_register_dev(&dev, 512, 0, never) == -16);
}

TEST_CASE_METHOD(Dmabounce, "dmabounce: unregistering gives everything back, unless it is in use",
                 "[sw][dma][bounce]") {
  dmabounce_unregister_dev(&dev);
  CHECK(console_text().find("never registered") != std::string::npos);
  const std::size_t pool = dma_atomic_pool_available();
  add();
  const dma_addr_t handle = map(64, DMA_TO_DEVICE);
  dmabounce_unregister_dev(&dev);
  CHECK(console_text().find("64 bytes is still mapped") != std::string::npos);
  CHECK(dev.dmabounce != nullptr);
  dma_unmap_single(&dev, handle, 64, DMA_TO_DEVICE);
  dmabounce_unregister_dev(&dev);
  CHECK(dev.dmabounce == nullptr);
  CHECK(dma_atomic_pool_available() == pool);
  CHECK(map(64, DMA_TO_DEVICE) == physical());
}
