// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/device.hpp"

#include <array>
#include <memory>
#include <new>

#include "sw/arch/mmio.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/devres.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

constexpr std::size_t kMostDevices = 64;

FlatDeviceTree tree;
std::array<device, kMostDevices> devices;
std::size_t device_count = 0;

/// The one list of objects that register from constructors of other files: it must exist before any
/// of them.
template <class T>
IntrusiveList<T>& registered() {
  alignas(IntrusiveList<T>) static unsigned char storage[sizeof(IntrusiveList<T>)];
  static IntrusiveList<T>* list = nullptr;
  if (list == nullptr) list = ::new (static_cast<void*>(storage)) IntrusiveList<T>;
  return *list;
}

/// "mmci@10005000" is called "10005000.mmci", as in Linux.
void name_device(device& dev, std::uint64_t address) {
  const std::string_view node = dev.of_node.name();
  BufferSink text{{dev.name_buffer, sizeof dev.name_buffer - 1}};
  constexpr int kNibbles = 8;
  for (int i = kNibbles - 1; i >= 0; --i) print(text, "0123456789abcdef"[address >> (4 * i) & 0xF]);
  print(text, '.', node.substr(0, node.find('@')));
  dev.name = dev.name_buffer;
}

void create_device(FdtNode node) {
  const Result<FdtRange> window = node.reg(0);
  if (!window || device_count == kMostDevices) return;
  device& dev = devices[device_count++];
  dev.of_node = node;
  name_device(dev, window->address);
}

void create_below(FdtNode bus) {
  for (FdtNode node = bus.first_child(); node; node = node.next_sibling()) {
    if (!node.enabled()) continue;
    if (node.compatible("simple-bus")) {
      create_below(node);
    } else if (node.has("compatible")) {
      create_device(node);
    }
  }
}

}  // namespace

Driver::Driver(std::string_view compatible, Stage stage, Probe probe)
    : compatible_{compatible}, stage_{stage}, probe_{probe} {
  registered<Driver>().push_back(*this);
}

Initcall::Initcall(Stage stage, void (*call)()) : stage_{stage}, call_{call} {
  registered<Initcall>().push_back(*this);
}

const FlatDeviceTree& device_tree() { return tree; }
void set_device_tree(const FlatDeviceTree& new_tree) { tree = new_tree; }

void create_devices() {
  for (std::size_t i = 0; i < device_count; ++i) {
    std::destroy_at(&devices[i]);
    ::new (static_cast<void*>(&devices[i])) device;
  }
  device_count = 0;
  create_below(tree.root());
}

void probe_devices(Stage stage) {
  for (const Initcall& initcall : registered<Initcall>()) {
    if (initcall.stage_ == stage) initcall.call_();
  }
  for (std::size_t i = 0; i < device_count; ++i) {
    device& dev = devices[i];
    for (Driver& driver : registered<Driver>()) {
      if (dev.bound || driver.stage_ != stage || !dev.of_node.compatible(driver.compatible_))
        continue;
      const Result<void> result = driver.probe_(dev);
      dev.bound = bool{result};
      if (!result) devres_release_all(&dev);
      if (!result && result.error() != Error::kNoDevice) {
        printk(dev.name, ": probe failed: ", describe(result.error()), "\n");
      }
    }
  }
}

device* find_device(FdtNode node) {
  for (std::size_t i = 0; i < device_count; ++i) {
    if (devices[i].of_node == node) return &devices[i];
  }
  return nullptr;
}

device* find_device(std::string_view compatible) {
  for (std::size_t i = 0; i < device_count; ++i) {
    if (devices[i].of_node.compatible(compatible)) return &devices[i];
  }
  return nullptr;
}

Result<IoPointer> device_iomap(const device& dev, unsigned index) {
  const Result<FdtRange> range = dev.of_node.reg(index);
  if (!range) return range.error();
  return ioremap(static_cast<phys_addr_t>(range->address), static_cast<std::size_t>(range->size));
}

std::uint32_t clock_rate(const device& dev, unsigned index, std::uint32_t fallback) {
  if (dev.of_node.cells("clocks").size() <= index) return fallback;
  return dev.of_node.reference("clocks", index).cell("clock-frequency", fallback);
}

std::uint32_t primecell_id(IoPointer registers) {
  constexpr unsigned kPeripheralId = 0xFE0;
  std::uint32_t id = 0;
  for (unsigned i = 0; i < 3; ++i)
    id |= (readl_relaxed(io_at(registers, kPeripheralId + 4 * i)) & 0xFF) << (8 * i);
  return id & 0xFFFFF;
}

}  // namespace guest
