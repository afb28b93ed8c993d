// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/arch/io_pointer.hpp"
#include "sw/lib/fdt.hpp"
#include "sw/lib/list.hpp"
#include "sw/lib/result.hpp"
#include "sw/lib/types.hpp"

struct dma_map_ops;

/// A device. The first word is its name, in the form Linux gives ("10005000.mmci"): that is how a
/// debugger, or the host's checker, recognises it.
struct device {
  const char* name = nullptr;
  guest::FdtNode of_node;
  const dma_map_ops* dma_ops = nullptr;
  std::uint64_t dma_mask = 0xFFFF'FFFF;
  std::uint64_t coherent_dma_mask = 0xFFFF'FFFF;
  unsigned max_segment_size = 65536;
  std::uint32_t segment_boundary = 0xFFFF'FFFF;
  bool dma_coherent = false;
  bool bound = false;  ///< A driver has taken it.
  void* driver_data = nullptr;
  char name_buffer[40] = {};
};

inline const char* dev_name(const device* dev) { return dev->name; }

namespace guest {

/// Devices are probed in this order.
enum class Stage : std::uint8_t { kInterrupts, kTime, kCache, kDma, kDevice };

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
