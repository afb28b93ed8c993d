// SPDX-License-Identifier: Apache-2.0
// What devices reach and take, and what is returned for bad use: Linux 6.1, kernel/dma/mapping.c.
#include <libfdt.h>

#include "sw/dma/dma_unmap_state.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/mm/remap.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;
using guest::test::Log;

namespace {

/// / { bus { dma-ranges = <bus cpu size>; dev { } } }, with one-cell addresses.
std::vector<std::byte> make_tree(std::initializer_list<std::uint32_t> ranges,
                                 const char* property_of_bus, const char* property_of_device) {
  std::vector<std::byte> bytes(1024);
  void* blob = bytes.data();
  const auto cells = [&](const char* name, std::initializer_list<std::uint32_t> values) {
    std::vector<fdt32_t> big;
    for (const std::uint32_t value : values) big.push_back(cpu_to_fdt32(value));
    fdt_property(blob, name, big.data(), static_cast<int>(big.size() * sizeof(fdt32_t)));
  };
  fdt_create(blob, static_cast<int>(bytes.size()));
  fdt_finish_reservemap(blob);
  fdt_begin_node(blob, "");
  cells("#address-cells", {1});
  cells("#size-cells", {1});
  fdt_begin_node(blob, "bus");
  cells("#address-cells", {1});
  cells("#size-cells", {1});
  if (ranges.size() != 0) cells("dma-ranges", ranges);
  if (property_of_bus != nullptr) fdt_property(blob, property_of_bus, nullptr, 0);
  fdt_begin_node(blob, "dev");
  if (property_of_device != nullptr) fdt_property(blob, property_of_device, nullptr, 0);
  fdt_end_node(blob);
  fdt_end_node(blob);
  fdt_end_node(blob);
  REQUIRE(fdt_finish(blob) == 0);
  return bytes;
}

struct TreeFixture : DmaFixture {
  void configure(std::initializer_list<std::uint32_t> ranges, const char* property_of_bus = nullptr,
                 const char* property_of_device = nullptr) {
    bytes = make_tree(ranges, property_of_bus, property_of_device);
    tree = FlatDeviceTree{bytes};
    dev.of_node = tree.find("/bus/dev");
    REQUIRE(dev.of_node);
    of_dma_configure(&dev);
  }
  std::vector<std::byte> bytes;
  FlatDeviceTree tree;
};

}  // namespace

TEST_CASE_METHOD(TreeFixture, "dma-ranges makes the handle differ from the address", "[sw][dma]") {
  configure({0x0000'0000, 0x6000'0000, 0x1000'0000});
  CHECK(dev.dma_pfn_offset == 0x6'0000);
  CHECK(dev.bus_dma_limit == 0x0FFF'FFFF);
  CHECK(*dev.dma_mask == 0x0FFF'FFFF);
  CHECK(dev.coherent_dma_mask == 0x0FFF'FFFF);
  dma_addr_t handle = dma_map_single(&dev, at(0x2040), 64, DMA_FROM_DEVICE);
  CHECK(handle == 0x2040);
  dma_unmap_single(&dev, handle, 64, DMA_FROM_DEVICE);
  CHECK(log() == Log{"map_area 0x2040+64 from_device", "outer_inv 0x2040+64", "outer_inv 0x2040+64",
                     "unmap_area 0x2040+64 from_device"});
  void* memory = dma_alloc_coherent(&dev, 64, &handle, GFP_KERNEL);
  CHECK(handle < kPages * kPageBytes);
  CHECK(*translate(memory) == 0x6000'0000 + handle);
  dma_free_coherent(&dev, 64, memory, handle);
}

TEST_CASE_METHOD(TreeFixture, "a bus address may be above the CPU's", "[sw][dma]") {
  configure({0x8000'0000, 0x6000'0000, 0x1000'0000});
  CHECK(dma_map_single(&dev, at(0x2040), 64, DMA_TO_DEVICE) == 0x8000'2040);
  CHECK(*dev.dma_mask == 0xFFFF'FFFF);
}

TEST_CASE_METHOD(TreeFixture, "what the bus does not carry cannot be mapped", "[sw][dma]") {
  configure({0x0000'0000, 0x6000'0000, 0x0000'2000});
  CHECK(dma_mapping_error(&dev, dma_map_single(&dev, at(0x1FC0), 64, DMA_TO_DEVICE)) == 0);
  CHECK(dma_mapping_error(&dev, dma_map_single(&dev, at(0x1FC1), 64, DMA_TO_DEVICE)) == -12);
}

TEST_CASE_METHOD(TreeFixture, "dma-coherent on the device or its bus means no maintenance",
                 "[sw][dma]") {
  configure({}, nullptr, "dma-coherent");
  CHECK(dev.dma_ops == &arm_coherent_dma_ops);
  configure({}, "dma-coherent", nullptr);
  CHECK(dev.dma_ops == &arm_coherent_dma_ops);
  dev.dma_coherent = false;
  configure({}, "dma-coherent", "dma-noncoherent");
  CHECK(dev.dma_ops == &arm_dma_ops);
}

TEST_CASE_METHOD(TreeFixture, "who drives an IOMMU or bounce buffers is asked first", "[sw][dma]") {
  struct Iommu final : iommu_device {
    iommu_domain* domain_alloc() override { return nullptr; }
    iommu_domain* domain_of(const device&) const override { return nullptr; }
  } iommu;
  static DmaSetup told;
  static Log asked;
  asked.clear();
  dma_ops_choosers.iommu = [](device&, const DmaSetup& setup) -> const dma_map_ops* {
    told = setup;
    asked.emplace_back("iommu");
    return setup.coherent ? &arm_coherent_dma_ops : nullptr;
  };
  dma_ops_choosers.bounce = [](device&, const DmaSetup& setup) -> const dma_map_ops* {
    told = setup;
    asked.emplace_back("bounce");
    return nullptr;
  };
  arch_setup_dma_ops(&dev, 0x1000, 0x2000, &iommu, true);
  CHECK(dev.dma_ops == &arm_coherent_dma_ops);
  CHECK(asked == Log{"iommu"});
  CHECK((told.base == 0x1000 && told.size == 0x2000 && told.iommu == &iommu && told.coherent));
  arch_setup_dma_ops(&dev, 0x1000, 0x2000, &iommu, false);
  CHECK(dev.dma_ops == &arm_dma_ops);
  CHECK(asked == Log{"iommu", "iommu", "bounce"});
  // Nobody drives the IOMMU that the tree names; no dma-ranges are all 32 bits.
  asked.clear();
  configure({}, nullptr, "iommus");
  CHECK(asked == Log{"bounce"});
  CHECK((told.base == 0 && told.size == 0x1'0000'0000 && told.iommu == nullptr && !told.coherent));
  dma_ops_choosers = {};
}

TEST_CASE_METHOD(DmaFixture, "masks that do not reach all of DRAM are refused", "[sw][dma]") {
  // 64 pages from 0x60000000.
  CHECK(dma_get_required_mask(&dev) == DMA_BIT_MASK(31));
  CHECK(dma_supported(&dev, DMA_BIT_MASK(31)) == 1);
  CHECK(dma_supported(&dev, DMA_BIT_MASK(30)) == 0);
  CHECK(dma_set_mask(&dev, DMA_BIT_MASK(30)) == -5);
  CHECK(dma_set_coherent_mask(&dev, DMA_BIT_MASK(30)) == -5);
  CHECK(dma_get_mask(&dev) == DMA_BIT_MASK(32));
  CHECK(dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(31)) == 0);
  CHECK(dma_get_mask(&dev) == DMA_BIT_MASK(31));
  CHECK(dev.coherent_dma_mask == DMA_BIT_MASK(31));
}

TEST_CASE_METHOD(DmaFixture, "a device without a mask cannot map until it is coerced",
                 "[sw][dma]") {
  dev.dma_mask = nullptr;
  CHECK(dma_map_single(&dev, at(0), 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  CHECK(dma_map_resource(&dev, 0x1000'0000, 4, DMA_TO_DEVICE, 0) == DMA_MAPPING_ERROR);
  CHECK(dma_set_mask(&dev, DMA_BIT_MASK(32)) == -5);
  CHECK(dma_coerce_mask_and_coherent(&dev, DMA_BIT_MASK(32)) == 0);
  CHECK(dev.dma_mask == &dev.coherent_dma_mask);
  CHECK(dma_map_single(&dev, at(0), 64, DMA_TO_DEVICE) == 0x6000'0000);
}

TEST_CASE_METHOD(DmaFixture, "segment limits have Linux's defaults, and need a place",
                 "[sw][dma]") {
  CHECK(dma_get_max_seg_size(&dev) == 65536);
  CHECK(dma_get_seg_boundary(&dev) == 0xFFFF'FFFF);
  CHECK(dma_set_max_seg_size(&dev, 512) == 0);
  CHECK(dma_get_max_seg_size(&dev) == 512);
  dev.dma_parms = nullptr;
  CHECK(dma_set_max_seg_size(&dev, 512) == -5);
  CHECK(dma_set_seg_boundary(&dev, 0xFFF) == -5);
  CHECK(dma_get_max_seg_size(&dev) == 65536);
}

TEST_CASE_METHOD(DmaFixture, "what is no memory of the linear map cannot be mapped", "[sw][dma]") {
  int outside = 0;
  CHECK(dma_map_single(&dev, &outside, 4, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&dev, 64, &handle, GFP_KERNEL);
  CHECK(is_remapped(memory));
  CHECK(dma_map_single(&dev, memory, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  CHECK(dma_map_page(&dev, nullptr, 0, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
}

TEST_CASE_METHOD(DmaFixture, "a resource is registers, not memory, and keeps its address",
                 "[sw][dma]") {
  CHECK(dma_map_resource(&dev, 0x1000'5080, 4, DMA_TO_DEVICE, 0) == 0x1000'5080);
  CHECK(dma_map_resource(&dev, 0x6000'0000, 4, DMA_TO_DEVICE, 0) == DMA_MAPPING_ERROR);
  CHECK(dma_map_resource(&dev, 0x1000'5080, 4, DMA_NONE, 0) == DMA_MAPPING_ERROR);
  *dev.dma_mask = DMA_BIT_MASK(28);
  CHECK(dma_map_resource(&dev, 0x1000'5080, 4, DMA_TO_DEVICE, 0) == DMA_MAPPING_ERROR);
  CHECK(log().empty());
}

TEST_CASE_METHOD(DmaFixture, "a list with fewer entries than said is not mapped", "[sw][dma]") {
  scatterlist list[2];
  sg_init_table(list, 2);
  sg_set_buf(&list[0], at(0), 32);
  sg_set_buf(&list[1], at(64), 32);
  CHECK(dma_map_sg(&dev, list, 3, DMA_TO_DEVICE) == 0);
  CHECK(dma_map_sg(&dev, list, 0, DMA_TO_DEVICE) == 0);
  CHECK(dma_map_sg(&dev, list, -1, DMA_TO_DEVICE) == 0);
  CHECK(dma_map_sg(&dev, nullptr, 1, DMA_TO_DEVICE) == 0);
  CHECK(dma_map_sg(&dev, list, 2, DMA_NONE) == 0);
  CHECK(log().empty());
  CHECK(dma_map_sg(&dev, list, 2, DMA_TO_DEVICE) == 2);
  log().clear();
  dma_unmap_sg(&dev, list, 5, DMA_TO_DEVICE);  // Ends with the list.
  CHECK(log().size() == 2);
}

TEST_CASE_METHOD(DmaFixture, "a null device reaches 32 bits and does not snoop", "[sw][dma]") {
  CHECK(dma_map_single(nullptr, at(0x40), 32, DMA_TO_DEVICE) == 0x6000'0040);
  CHECK(log() == Log{"map_area 0x40+32 to_device", "outer_clean 0x40+32"});
  CHECK(dma_set_mask(nullptr, DMA_BIT_MASK(32)) == -5);
}

// Linux 6.1, Documentation/core-api/dma-api-howto.rst: how a driver's text has it.
TEST_CASE("what a driver keeps to unmap later is a member of its own", "[sw][dma]") {
  struct ring_state {
    DEFINE_DMA_UNMAP_ADDR(mapping);
    DEFINE_DMA_UNMAP_LEN(len);
  } ring{};
  ring_state* const ringp = &ring;
  dma_unmap_addr_set(ringp, mapping, 0x1'0000'0040);
  dma_unmap_len_set(ringp, len, 64);
  CHECK(dma_unmap_addr(ringp, mapping) == 0x1'0000'0040);
  CHECK(dma_unmap_len(ringp, len) == 64);
}
