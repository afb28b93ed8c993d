// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/checker/function_hooks.hpp"
#include "models/checker/guest_memory.hpp"
#include "models/checker/ledger.hpp"
#include "models/checker/mapping_rules.hpp"
#include "models/checker/program_view.hpp"
#include "models/checker/symbols.hpp"
#include "models/core/io_piece.hpp"

namespace linefill {

/// Fills the ledger from the mapping functions of Linux 6.1, and of whatever has functions of the
/// same names, arguments and C linkage: our guest layer. `dma_addr_t` has 64 bits, as in Debian's
/// armmp kernel, or 32, as in a kernel without Xen for a processor without LPAE.
class MappingHooks {
 public:
  MappingHooks(ProgramView& program, FunctionHooks& hooks, Ledger& ledger)
      : program_{program}, hooks_{hooks}, ledger_{ledger} {}

  /// Who looks whether mappings are ended as they were made; null: nobody.
  void set_rules(MappingRules* rules) { rules_ = rules; }
  /// Hooks every mapping function that `symbols` has. Returns how many.
  unsigned attach(const Symbols& symbols);
  /// What the guest calls a device is this path of the device tree: findings then name the path.
  void name_device(const std::string& guest_name, const std::string& path) {
    paths_[guest_name] = path;
  }
  /// Where bytes lie that a device sees behind an IOMMU; nothing if none stands before it.
  using IoLookUp = std::function<std::optional<std::vector<IoPiece>>(
      const std::string& device, std::uint32_t address, std::uint32_t size)>;
  void set_io_look_up(IoLookUp look_up) { look_up_ = std::move(look_up); }

 private:
  static constexpr std::uint32_t kSkipCpuSync = 1U << 5;  // DMA_ATTR_SKIP_CPU_SYNC, Linux 6.1.

  /// Whether an unmap or sync has a direction: without one nothing happens.
  static bool has_direction(std::uint32_t direction) { return direction < 3; }

  struct Segment {
    std::uint32_t address = 0;
    std::uint32_t size = 0;
  };

  static constexpr std::uint32_t kMappingError = 0xFFFF'FFFF;

  void attach_streaming(const Symbols& symbols);
  void attach_scatterlists(const Symbols& symbols);
  void attach_syncs(const Symbols& symbols);
  void attach_coherent(const Symbols& symbols);
  void attach_pages(const Symbols& symbols);
  void attach_limits(const Symbols& symbols);
  void attach_pools(const Symbols& symbols);
  void attach_memory(const Symbols& symbols);
  MappingCall pool_call(const HookedCall& call, const char* function, std::uint32_t handle) const;
  void look_at_memory(const HookedCall& call, const char* function, std::uint32_t page,
                      Segment in_page, bool list, std::uint32_t attributes);
  void look_at_list(const HookedCall& call, const char* function, std::uint32_t list,
                    std::uint32_t entries, std::uint32_t attributes);
  void look_at_failure(const HookedCall& call, const char* function, std::uint32_t size);
  std::optional<std::uint32_t> original_of(std::uint32_t page, std::uint32_t offset,
                                           std::uint32_t handle, const std::string& device) const;
  std::vector<MappingRules::Segment> memory_of(const std::string& device,
                                               const std::vector<Segment>& segments,
                                               std::optional<std::uint32_t> original) const;
  void begin_copy(std::uint32_t address, const HookedCall& call);
  void end_copy(Mapping& mapping, const HookedCall& call, std::uint32_t address, std::uint32_t size,
                const char* step);
  void hook(const Symbols& symbols, const char* name, FunctionHooks::OnReturn on_return);
  /// With what is to be looked at before the function runs.
  void hook(const Symbols& symbols, const char* name, FunctionHooks::OnEntry on_entry,
            FunctionHooks::OnReturn on_return);
  MappingCall rules_call(const HookedCall& call, MappingFamily family, const char* function,
                         Segment segment, std::uint32_t direction) const;
  void note_mapped(const HookedCall& call, MappingFamily family, const char* function,
                   const std::vector<Segment>& segments, std::uint32_t direction, unsigned entries,
                   std::uint32_t attributes = 0, std::optional<std::uint32_t> original = {});
  bool failed(const HookedCall& call, MappingFamily family, const char* function);
  void note_ended(const HookedCall& call, MappingFamily family, const char* function,
                  Segment segment, std::uint32_t direction, unsigned entries = 0);
  void note_freed(MappingCall call, std::uint32_t cpu_address);
  void add(const HookedCall& call, const char* function, Segment segment, std::uint32_t direction,
           std::uint32_t attributes, Mapping::Type type,
           std::optional<std::uint32_t> original = {});
  void end(std::uint32_t address, const HookedCall& call, std::uint32_t attributes,
           Mapping::Type type = Mapping::Type::kStreaming);
  void add_pieces(Mapping& mapping, const std::vector<IoPiece>& pieces);
  Ledger& space_of(std::uint32_t address, const std::string& device);
  void set_owner(std::uint32_t address, const HookedCall& call, Mapping::Owner owner);
  void watch_edges(const Mapping& mapping, bool on);
  void for_each_entry(std::uint32_t list, std::uint32_t count,
                      const std::function<void(std::uint32_t at, std::uint32_t link)>& use) const;
  std::vector<Segment> segments(std::uint32_t scatterlist, std::uint32_t count) const;
  std::string device_name(std::uint32_t device) const;

  ProgramView& program_;
  FunctionHooks& hooks_;
  Ledger& ledger_;
  MappingRules* rules_ = nullptr;
  std::map<std::string, std::string> paths_;
  IoLookUp look_up_;
  unsigned hooked_ = 0;
  bool narrow_ = false;  ///< dma_addr_t has 32 bits.
  struct Pool {
    std::string device;
    std::uint32_t size = 0;
  };
  std::map<std::uint32_t, Pool> pools_;
  /// Handles of coherent memory that is out, by what its owner was given for the CPU.
  std::map<std::uint32_t, std::uint32_t> coherent_;
  GuestMemory memory_{program_};
  Time no_buffer_ = Time{-1};  ///< When a pool had none the last time.
};

}  // namespace linefill
