// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/soc.hpp"

#include <algorithm>
#include <set>

#include "models/bus/initiator_port.hpp"
#include "models/core/bus_extension.hpp"
#include "models/core/model_registry.hpp"
#include "models/dma/pl330.hpp"
#include "platforms/soc/interrupt_tree.hpp"
#include "platforms/soc/iommu_tree.hpp"
#include "platforms/soc/stub_device.hpp"

namespace linefill {

namespace {

const DescribeModel kMonitors{"arm,cortex-a9-pmu",
                              "Performance monitors: which interrupt they raise"};
const DescribeModel kMemory{"device_type memory", "DDR SDRAM with banks and rows"};

constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 32;
constexpr std::uint64_t kPage = 4096;  // No memory has a hole smaller than this.

// SystemC names have no '@', ',' or '-'.
std::string module_name(const DeviceNode& node) {
  std::string name = node.name().empty() ? "root" : node.name();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return sc_core::sc_gen_unique_name(name.c_str());
}

std::vector<AddressRange> windows_of(const DeviceNode& node) {
  auto windows = node.reg();
  if (windows.empty()) node.fail("reg", "a window of addresses");
  for (const AddressRange& window : windows) {
    const bool fits = window.size != 0 && window.size <= kAddressSpace &&
                      window.address <= kAddressSpace - window.size;
    if (!fits) node.fail("reg", "a window of more than 0 bytes within 32 bits of physical address");
  }
  return windows;
}

bool on_the_bus(const DeviceNode& node) {
  for (const DeviceNode* above = node.parent(); above != nullptr; above = above->parent()) {
    if (above->parent() == nullptr) return true;
    if (!above->compatible_with("simple-bus") || !above->enabled()) return false;
  }
  return false;
}

/// An outer cache that CP15 operates has no window.
bool has_model_or_window(const DeviceNode& node) {
  return node.has("reg") || node.compatible_with("marvell,tauros2-cache");
}

/// The nearest bus above with addresses of its own.
const DeviceNode* moving_bus_of(const DeviceNode& node) {
  const DeviceNode* bus = node.parent();
  while (bus != nullptr && !bus->has("dma-ranges")) bus = bus->parent();
  return bus;
}

}  // namespace

Soc::Soc(const DeviceTree& tree) : tree_{tree} {
  interconnect_ = std::make_unique<Interconnect>("interconnect", DeviceNode{"interconnect"});
  loader_ = std::make_unique<Loader>("loader", *interconnect_);
  build(tree.root());
  const DeviceNode* cpus = tree.root().child("cpus");
  if (cpus == nullptr)
    throw ConfigurationError{"/: no node cpus: expected a board with a processor"};
  if (memories_.empty())
    throw ConfigurationError{"/: no memory node: expected one with device_type = \"memory\""};
  build_processor(*cpus);
  connect_masters();
  connect_interrupts();
  connect_requests();
  connect_counters();
  tie_off();
  tree.root().expect_all_known();
}

Soc::~Soc() = default;

void Soc::build(const DeviceNode& node) {
  for (const auto& child : node.children()) {
    if (child->string_or("device_type", "") == "memory") {
      if (child->enabled()) build_memory(*child);
    } else if (has_model_or_window(*child) && child->enabled() && on_the_bus(*child)) {
      build_device(*child);
    }
    if (child->compatible_with("simple-bus")) build(*child);
    if (child->name() == "reserved-memory") {
      for (const auto& region : child->children()) {
        // Video memory is a memory of its own on this board, reserved for the display.
        if (region->name().starts_with("vram")) build_memory(*region);
      }
    }
  }
}

void Soc::build_memory(const DeviceNode& node) {
  for (const AddressRange& window : windows_of(node)) {
    if ((window.address | window.size) % kPage != 0) node.fail("reg", "whole pages of 4 KiB");
    auto& dram = *memories_.emplace_back(
        std::make_unique<Dram>(module_name(node).c_str(), node, window.size));
    interconnect_->map(window, Interconnect::Kind::kMemory, node.path());
    interconnect_->targets.bind(dram.target);
  }
}

void Soc::build_device(const DeviceNode& node) {
  const auto* entry = ModelRegistry::instance().find(node);
  const std::string name = module_name(node);
  devices_.push_back(entry != nullptr ? entry->create(name.c_str(), node)
                                      : std::make_unique<StubDevice>(name.c_str(), node));
  Device& device = *devices_.back();
  if (entry == nullptr) log_.info(node.path(), ": no model: reads zero");
  const auto sockets = device.windows();
  const auto reg = sockets.empty() ? std::vector<AddressRange>{} : windows_of(node);
  for (std::size_t i = 0; i < reg.size() && i < sockets.size(); ++i) {
    interconnect_->map(
        reg[i], device.is_memory() ? Interconnect::Kind::kMemory : Interconnect::Kind::kDevice,
        node.path());
    interconnect_->targets.bind(*sockets[i]);
  }
  if (auto* cache = dynamic_cast<OuterCache*>(&device)) outer_cache_ = cache;
  built_.push_back({&node, &device});
  by_node_[&node] = &device;
}

void Soc::build_processor(const DeviceNode& cpus) {
  for (const auto& cpu : cpus.children()) {
    if (cpu->string_or("device_type", "") != "cpu") continue;
    // Software looks for the processor that it runs on by MPIDR.
    const auto number = cpu->cells("reg");
    if (!number.empty() && number.back() != 0) cpu->fail("reg", "0: the first processor's number");
    processor_ = std::make_unique<Processor>("cpu0", *cpu);
    break;
  }
  if (processor_ == nullptr) throw ConfigurationError{"/cpus: no cpu node: expected one"};
  processor_->set_memory_test([this](PhysicalAddress at) { return interconnect_->is_memory(at); });
  if (outer_cache_ != nullptr) {
    processor_->set_lower_holders(outer_cache_->holders());
    processor_->set_outer(outer_cache_->maintenance());
    processor_->memory.bind(outer_cache_->slave);
    outer_cache_->master.bind(interconnect_->caches);
  } else {
    processor_->memory.bind(interconnect_->caches);
  }
}

template <class Socket>
void Soc::bind_to_port(Socket& socket, const std::string& port) {
  if (port == "acp") {
    socket.bind(make_coherency_port().masters);
  } else {
    socket.bind(interconnect_->masters);
  }
}

void Soc::connect_masters() {
  std::uint8_t next = 1;
  for (const Built& built : built_) {
    auto* master = dynamic_cast<BusMaster*>(built.device);
    if (master == nullptr) continue;
    const MasterId id{next++};
    const std::string port = built.node->string_or("linefill,port", "memory");
    if (port != "memory" && port != "acp")
      built.node->fail("linefill,port", "\"memory\" or \"acp\"");
    master->initiator().set_master(id);
    masters_[id] = {built.node->path(), built.node->has("dma-coherent")};
    const IommuOfMaster behind = iommu_of(tree_, *built.node);
    if (behind.iommu != nullptr && behind.iommu->enabled()) {
      connect_behind(*built.node, *master, behind);
    } else {
      bind_to_bus(*built.node, *master, port);
    }
    if (auto* smmu = dynamic_cast<Smmu*>(built.device)) bind_to_port(smmu->downstream, port);
  }
  // What is mapped for a device that another one serves has the bus's addresses, too.
  for (const Built& built : built_) {
    const DeviceNode* bus = moving_bus_of(*built.node);
    const auto bridge = bridges_.lower_bound({bus, ""});
    if (bus == nullptr || bridge == bridges_.end() || bridge->first.first != bus) continue;
    if (!behind_.contains(built.node->path()))
      bridged_.try_emplace(built.node->path(), bridge->second.get());
  }
}

void Soc::bind_to_bus(const DeviceNode& node, BusMaster& master, const std::string& port) {
  const DeviceNode* bus = moving_bus_of(node);
  if (bus == nullptr || DmaRanges::rows_of(*bus).empty())
    return bind_to_port(master.initiator().socket, port);
  auto& bridge = bridges_[{bus, port}];
  if (bridge == nullptr) {
    const std::string name = "dma-ranges-" + port + "-" + module_name(*bus);
    bridge = std::make_unique<DmaRanges>(name.c_str(), *bus);
    bind_to_port(bridge->downstream, port);
  }
  bridged_[node.path()] = bridge.get();
  masters_[master.initiator().master()].moved = true;
  master.initiator().socket.bind(bridge->upstream);
}

Acp& Soc::make_coherency_port() {
  if (acp_ != nullptr) return *acp_;
  acp_ = std::make_unique<Acp>("acp", processor_->snooped_cache(), processor_->period());
  acp_->set_memory_test([this](PhysicalAddress at) { return interconnect_->is_memory(at); });
  if (outer_cache_ != nullptr) {
    acp_->memory.bind(outer_cache_->slave1);
  } else {
    acp_->memory.bind(interconnect_->caches);
  }
  return *acp_;
}

void Soc::connect_behind(const DeviceNode& node, BusMaster& master, const IommuOfMaster& behind) {
  const auto built = by_node_.find(behind.iommu);
  auto* smmu = built == by_node_.end() ? nullptr : dynamic_cast<Smmu*>(built->second);
  if (smmu == nullptr) node.fail("iommus", "the phandle of an SMMU");
  if (smmu == dynamic_cast<Smmu*>(&master)) node.fail("iommus", "another device's phandle");
  const auto number =
      static_cast<unsigned>(std::count_if(behind_.begin(), behind_.end(), [&](const auto& other) {
        return other.second.smmu == smmu;
      }));
  behind_[node.path()] = {smmu, number};
  smmu->attach(behind.streams, [&master](Time now) { master.reissue_held(now); });
  master.initiator().socket.bind(smmu->upstream);
}

sc_core::sc_signal<bool>& Soc::new_line() { return lines_.emplace_back(); }

void Soc::connect_interrupts() {
  auto* controller = find<InterruptController>();
  std::set<const sc_core::sc_in<bool>*> used;
  for (const Built& built : built_) {
    const auto outputs = built.device->interrupt_outputs();
    const auto interrupts = interrupts_of(tree_, *built.node);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      auto& line = new_line();
      outputs[i]->bind(line);
      if (controller == nullptr || i >= interrupts.size()) continue;
      auto* input = controller->input(interrupts[i].cells);
      if (input == nullptr) built.node->fail("interrupts", "interrupts that the controller has");
      if (!used.insert(input).second)
        built.node->fail("interrupts", "an interrupt that no other device uses");
      input->bind(line);
    }
  }
  auto& irq = new_line();
  auto& fiq = new_line();
  processor_->irq.bind(irq);
  processor_->fiq.bind(fiq);
  if (controller == nullptr) return;
  controller->irq_output().bind(irq);
  controller->fiq_output().bind(fiq);
  connect_monitors(*controller, used);
  for (auto* input : controller->inputs()) {
    if (!used.contains(input)) input->bind(new_line());
  }
}

// The node has no registers: it tells the interrupt of each core.
void Soc::connect_monitors(InterruptController& controller,
                           std::set<const sc_core::sc_in<bool>*>& used) {
  for (const auto& node : tree_.root().children()) {
    if (!node->compatible_with("arm,cortex-a9-pmu")) continue;
    const auto interrupts = interrupts_of(tree_, *node);
    if (interrupts.empty()) continue;
    auto* input = controller.input(interrupts.front().cells);
    if (input == nullptr || !used.insert(input).second)
      node->fail("interrupts", "an interrupt that the controller has and no device uses");
    auto& line = new_line();
    processor_->pmuirq.bind(line);
    input->bind(line);
  }
}

void Soc::connect_requests() {
  for (const Built& built : built_) {
    if (built.node->has("dmas")) connect_request(*built.node, *built.device);
  }
}

void Soc::connect_request(const DeviceNode& node, Device& device) {
  const auto cells = node.cells("dmas");
  for (std::size_t at = 0, index = 0; at < cells.size(); ++index) {
    const DeviceNode* provider = tree_.find_phandle(cells[at]);
    const auto built = by_node_.find(provider);
    const auto width = provider == nullptr ? 0 : provider->u32_or("#dma-cells", 1);
    auto* controller = built == by_node_.end() ? nullptr : dynamic_cast<Pl330*>(built->second);
    if (controller == nullptr || at + width >= cells.size())
      node.fail("dmas", "phandle and request number of a PL330");
    for (auto& [id, master] : masters_) {
      if (master.path == provider->path()) master.clients.push_back(node.path());
    }
    const std::uint32_t number = cells[at + 1];
    device.connect_dma_request(static_cast<unsigned>(index), controller->request_line(number));
    at += 1 + width;
  }
}

void Soc::tie_off() {
  for (const auto& device : devices_) {
    for (auto* output : device->interrupt_outputs()) {
      if (output->bind_count() == 0) output->bind(new_line());
    }
  }
}

void Soc::load(const GuestImage& image, const std::string& path) {
  for (const auto& segment : image.segments)
    load(segment.address, segment.bytes, path, segment.behind);
}

void Soc::load(std::uint32_t address, const std::vector<std::byte>& bytes, const std::string& what,
               std::uint32_t behind) {
  const std::uint64_t size = bytes.size() + std::uint64_t{behind};
  const std::uint64_t last = address + size - 1;
  const auto is_memory = [&](std::uint64_t at) {
    return interconnect_->is_memory(PhysicalAddress{static_cast<std::uint32_t>(at)});
  };
  bool fits = last < kAddressSpace && is_memory(last);
  for (std::uint64_t at = address; fits && at <= last; at += kPage) fits = is_memory(at);
  if (fits) return loader_->add(PhysicalAddress{address}, bytes);
  throw ConfigurationError{what + ": " + std::to_string(size) + " bytes at " + hex(address) +
                           ": expected an address within the board's memory"};
}

std::vector<CopyHolder*> Soc::copy_holders() {
  std::vector<CopyHolder*> all;
  for (CopyHolder* holder : processor_->copy_holders()) all.push_back(holder);
  if (outer_cache_ != nullptr) {
    for (CopyHolder* holder : outer_cache_->holders()) all.push_back(holder);
  }
  return all;
}

std::optional<std::vector<IoPiece>> Soc::look_up_io(const std::string& master,
                                                    std::uint32_t address,
                                                    std::uint32_t size) const {
  constexpr std::uint32_t kIoPage = 4096;
  const auto bridged = bridged_.find(master);
  if (bridged != bridged_.end()) {
    const auto there = bridged->second->translate(address, size);
    if (!there) return std::vector<IoPiece>{};
    return std::vector<IoPiece>{{0, static_cast<std::uint32_t>(*there), size}};
  }
  const auto found = behind_.find(master);
  if (found == behind_.end() || !found->second.smmu->stands_before(found->second.number)) return {};
  std::vector<IoPiece> pieces;
  for (std::uint32_t offset = 0; offset < size;) {
    const std::uint32_t at = address + offset;
    const std::uint32_t part = std::min(size - offset, kIoPage - at % kIoPage);
    const auto there = found->second.smmu->look_up(found->second.number, at);
    const auto physical = static_cast<std::uint32_t>(there.value_or(0));
    IoPiece* last = pieces.empty() ? nullptr : &pieces.back();
    if (there && last != nullptr && last->offset + last->size == offset &&
        last->address + last->size == physical) {
      last->size += part;
    } else if (there) {
      pieces.push_back({offset, physical, part});
    }
    offset += part;
  }
  return pieces;
}

void Soc::set_adversary(const AdversaryEvents& events) {
  processor_->set_adversary(events);
  if (outer_cache_ == nullptr) return;
  outer_cache_->set_late_drain(events.late_drain);
  if (events.early_eviction) {
    processor_->set_evict_below(
        [this](std::uint64_t choice) { return outer_cache_->evict_early(choice); });
  }
}

void Soc::set_observer(Observer* observer) {
  interconnect_->set_observer(observer);
  processor_->set_observer(observer);
  for (const auto& device : devices_) {
    if (auto* smmu = dynamic_cast<Smmu*>(device.get())) smmu->set_observer(observer);
  }
  if (acp_ != nullptr) acp_->set_observer(observer);
  if (outer_cache_ != nullptr) outer_cache_->set_observer(observer);
}

void Soc::reset() {
  for (const auto& device : devices_) device->reset();
}

}  // namespace linefill
