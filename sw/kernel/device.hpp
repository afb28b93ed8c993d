// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/arch/io_pointer.hpp"
#include "sw/lib/fdt.hpp"
#include "sw/lib/list.hpp"
#include "sw/lib/result.hpp"
#include "sw/lib/types.hpp"

class cma;
struct dma_coherent_mem;
struct dma_iommu_mapping;
struct dma_map_ops;
struct dmabounce_device_info;
struct io_tlb_mem;

/// What a device is attached to. Devices of the device tree are on the platform bus.
struct bus_type {
  const char* name = nullptr;
};
inline bus_type platform_bus_type{"platform"};

/// What a device can take of a scatterlist: Linux, include/linux/device.h. 0 means the default.
struct device_dma_parameters {
  unsigned int max_segment_size = 0;
  unsigned int min_align_mask = 0;
  unsigned long segment_boundary_mask = 0;
};

/// A device. The first word is its name, in the form Linux gives ("10005000.mmci"): that is how a
/// debugger, or the host's checker, recognises it.
struct device {
  const char* name = nullptr;
  guest::FdtNode of_node;
  bus_type* bus = &platform_bus_type;

  // What the DMA layer keeps here, as Linux does (include/linux/device.h, asm/device.h).
  const dma_map_ops* dma_ops = nullptr;          ///< Null until the first use: get_dma_ops chooses.
  std::uint64_t* dma_mask = &platform_dma_mask;  ///< Null: the device cannot do DMA.
  std::uint64_t coherent_dma_mask = 0xFFFF'FFFF;
  std::uint64_t bus_dma_limit = 0;  ///< The highest address its bus carries; 0: no limit.
  device_dma_parameters* dma_parms = &platform_dma_parms;
  /// A page number on the CPU's bus, less the one on the device's (modulo 2^32): `dma-ranges`.
  std::uint32_t dma_pfn_offset = 0;
  bool dma_coherent = false;
  dma_coherent_mem* dma_mem = nullptr;         ///< Its own pool: dma_declare_coherent_memory.
  cma* cma_area = nullptr;                     ///< Its own area; null: the default one.
  dma_iommu_mapping* iommu_mapping = nullptr;  ///< arm_iommu_attach_device.
  dmabounce_device_info* dmabounce = nullptr;  ///< dmabounce_register_dev.
  io_tlb_mem* io_tlb = nullptr;                ///< Its bounce slots.
  std::uint64_t platform_dma_mask = 0xFFFF'FFFF;
  device_dma_parameters platform_dma_parms;

  bool bound = false;  ///< A driver has taken it.
  void* driver_data = nullptr;
  char name_buffer[40] = {};

  device() = default;
  device(const device&) = delete;  // Points into itself.
  device& operator=(const device&) = delete;
};

inline const char* dev_name(const device* dev) { return dev->name; }

namespace guest {

/// Devices are probed in this order.
enum class Stage : std::uint8_t { kInterrupts, kTime, kCache, kIommu, kDma, kDevice };

/// A driver: a variable with static storage registers itself; `probe` is called for each enabled
/// node that has `compatible`.
///   Driver driver{"arm,pl011", Stage::kDevice, probe};
class Driver : public ListNode {
 public:
  using Probe = Result<void> (*)(device&);

  Driver(std::string_view compatible, Stage stage, Probe probe);

 private:
  friend void probe_devices(Stage stage);
  std::string_view compatible_;
  Stage stage_;
  Probe probe_;
};

/// Something to do at boot before the devices of a stage are probed: a variable with static
/// storage registers itself.
class Initcall : public ListNode {
 public:
  Initcall(Stage stage, void (*call)());

 private:
  friend void probe_devices(Stage stage);
  Stage stage_;
  void (*call_)();
};

/// The tree the machine was booted with.
const FlatDeviceTree& device_tree();
void set_device_tree(const FlatDeviceTree& tree);

/// Makes a device of every enabled node with `compatible` and `reg`, below the root and simple
/// buses.
void create_devices();
/// Probes all devices of this stage. kNoDevice means absent and is silent; other errors are
/// printed.
void probe_devices(Stage stage);

/// The device of a node, or of the first one that is compatible; null if there is none.
device* find_device(FdtNode node);
device* find_device(std::string_view compatible);

/// The `index`th register window of a device, mapped as Device memory.
Result<IoPointer> device_iomap(const device& dev, unsigned index = 0);
/// The rate of the `index`th clock of a device if it is a fixed clock, else `fallback`.
std::uint32_t clock_rate(const device& dev, unsigned index, std::uint32_t fallback);
/// The 20-bit PrimeCell identification at the end of a 4 KiB register window: 0 if nothing is
/// there.
std::uint32_t primecell_id(IoPointer registers);

}  // namespace guest
