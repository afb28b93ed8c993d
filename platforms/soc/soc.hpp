// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "models/bus/dma_ranges.hpp"
#include "models/bus/interconnect.hpp"
#include "models/cache/outer_cache.hpp"
#include "models/core/device.hpp"
#include "models/core/device_tree.hpp"
#include "models/core/dma_request.hpp"
#include "models/core/interrupt_controller.hpp"
#include "models/core/io_piece.hpp"
#include "models/cpu/acp.hpp"
#include "models/cpu/processor.hpp"
#include "models/memory/dram.hpp"
#include "models/system/counter_bank.hpp"
#include "platforms/soc/elf_loader.hpp"
#include "platforms/soc/iommu_tree.hpp"
#include "platforms/soc/loader.hpp"

namespace linefill {

/// A system on chip, built from a device tree: models by `compatible`, windows by `reg`, lines by
/// `interrupts` and `dmas`. Owns everything. Elaborated once per process.
class Soc {
 public:
  /// Throws ConfigurationError where the tree says what cannot be built.
  explicit Soc(const DeviceTree& tree);
  ~Soc();
  Soc(const Soc&) = delete;
  Soc& operator=(const Soc&) = delete;

  Processor& processor() { return *processor_; }
  Interconnect& interconnect() { return *interconnect_; }
  OuterCache* outer_cache() { return outer_cache_; }  ///< Null if the board has none.
  Acp* coherency_port() { return acp_.get(); }        ///< Null if no master is wired to it.
  const std::vector<std::unique_ptr<Device>>& devices() const { return devices_; }
  /// A bus master besides the processor.
  struct Master {
    std::string path;                    ///< In the device tree.
    bool told_coherent = false;          ///< `dma-coherent`: what software is told.
    std::vector<std::string> clients{};  ///< Whose `dmas` it serves.
    bool moved = false;                  ///< Its bus has addresses of its own (`dma-ranges`).
  };
  const std::map<MasterId, Master>& masters() const { return masters_; }
  const std::vector<std::unique_ptr<Dram>>& memories() const { return memories_; }

  /// The first device that is a `Model` (or has the interface); null if none.
  template <class Model>
  Model* find() const {
    for (const auto& device : devices_) {
      if (auto* model = dynamic_cast<Model*>(device.get())) return model;
    }
    return nullptr;
  }

  /// Writes a program into memory, as a boot loader's DMA would: around the caches, which are
  /// empty.
  void load(const GuestImage& image, const std::string& path);
  /// With so much memory behind. Throws ConfigurationError that names `what` where there is none.
  void load(std::uint32_t address, const std::vector<std::byte>& bytes, const std::string& what,
            std::uint32_t behind = 0);
  void set_observer(Observer* observer);
  /// Every place that holds copies of memory, in the order in which a newer copy may hide an older.
  std::vector<CopyHolder*> copy_holders();
  /// Where `size` bytes from `address` lie that the master at device-tree path `master` sees behind
  /// an IOMMU, by its tables, or behind a bridge that moves addresses; pieces of which nothing is
  /// known are left out. Nothing: it sees memory where the processor does.
  std::optional<std::vector<IoPiece>> look_up_io(const std::string& master, std::uint32_t address,
                                                 std::uint32_t size) const;
  void set_adversary(const AdversaryEvents& events);
  /// All models in their reset state.
  void reset();

 private:
  void build(const DeviceNode& node);
  void build_memory(const DeviceNode& node);
  void build_device(const DeviceNode& node);
  void build_processor(const DeviceNode& cpus);
  void connect_masters();
  void bind_to_bus(const DeviceNode& node, BusMaster& master, const std::string& port);
  void connect_behind(const DeviceNode& node, BusMaster& master, const IommuOfMaster& behind);
  template <class Socket>
  void bind_to_port(Socket& socket, const std::string& port);
  Acp& make_coherency_port();
  void connect_interrupts();
  void connect_monitors(InterruptController& controller,
                        std::set<const sc_core::sc_in<bool>*>& used);
  void connect_requests();
  void connect_request(const DeviceNode& node, Device& device);
  void connect_counters();
  std::optional<CounterBank::Source> find_counter(const std::string& owner,
                                                  const std::string& counter);
  std::optional<CounterBank::Source> find_traffic(const std::string& master,
                                                  const std::string& counter);
  const Statistics* statistics_of(const std::string& owner);
  void tie_off();
  sc_core::sc_signal<bool>& new_line();

  struct Built {
    const DeviceNode* node;
    Device* device;
  };

  const DeviceTree& tree_;
  std::unique_ptr<Interconnect> interconnect_;
  /// By bus, and which port they lead to; never iterated.
  std::map<std::pair<const DeviceNode*, std::string>, std::unique_ptr<DmaRanges>> bridges_;
  /// What lies between a device and memory, or its client and memory, by path.
  std::map<std::string, const DmaRanges*> bridged_;
  std::unique_ptr<Loader> loader_;
  std::unique_ptr<Processor> processor_;
  std::unique_ptr<Acp> acp_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::unique_ptr<Dram>> memories_;
  std::vector<Built> built_;
  std::map<const DeviceNode*, Device*> by_node_;
  std::map<MasterId, Master> masters_;
  struct Behind {
    Smmu* smmu = nullptr;
    unsigned number = 0;
  };
  std::map<std::string, Behind> behind_;  ///< By master's path.
  std::deque<sc_core::sc_signal<bool>> lines_;
  OuterCache* outer_cache_ = nullptr;
  Log log_{"platform"};
};

}  // namespace linefill
