// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/core/address.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// Linux, include/linux/dma-direction.h.
enum class DmaDirection : std::uint8_t { kBidirectional, kToDevice, kFromDevice, kNone };
std::string_view name_of(DmaDirection direction);

/// A DMA mapping, or a coherent allocation, as software made it.
struct Mapping {
  enum class Type : std::uint8_t { kStreaming, kCoherent };
  /// Who may touch the bytes: between map and unmap the device, but inside a sync-for-cpu window.
  enum class Owner : std::uint8_t { kDevice, kCpu, kEnded };

  Type type = Type::kStreaming;
  Owner owner = Owner::kDevice;
  std::uint32_t address = 0;
  std::uint32_t size = 0;
  DmaDirection direction = DmaDirection::kBidirectional;
  bool cpu_sync_skipped = false;  ///< DMA_ATTR_SKIP_CPU_SYNC at map or unmap.
  std::string function;           ///< What made it: "dma_map_page_attrs".
  std::string device;             ///< The name software gives the device.
  std::uint32_t site = 0;         ///< Where it was called from.
  /// Of a piece of a mapping behind an IOMMU, which is where it lies in memory: the device's
  /// address for it.
  std::optional<std::uint32_t> io_address;
  std::vector<std::uint32_t> pieces;  ///< Of a mapping in I/O space: where its pieces begin.
  /// Of a mapping that is bounced: the memory that was mapped. `address` is the buffer's.
  std::optional<std::uint32_t> original;
  /// Of such a mapping: bytes, from its first one, that one side has written and nobody copied yet.
  struct Uncopied {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
    std::uint32_t pc = 0;
    Time time{};
    void add(std::uint32_t offset, std::uint32_t size, std::uint32_t by, Time at);
    bool overlaps(std::uint32_t offset, std::uint32_t size) const {
      return offset < end && first < offset + size;
    }
  };
  Uncopied stored;            ///< By the processor, into the original.
  Uncopied written;           ///< By the device, into the buffer.
  bool being_copied = false;  ///< A function of the mapping API runs that copies.

  Time map_entered{};
  Time mapped{};
  Time first_access{kNever};
  Time last_access{};
  Time unmap_entered{};
  Time unmapped{};

  bool covers(std::uint32_t at) const { return at - address < size; }
  /// Where `at` lies from its first byte: negative, or beyond its size, beside it.
  std::int64_t offset_of(std::uint32_t at) const { return std::int64_t{at} - address; }
  bool device_may_write() const { return direction != DmaDirection::kToDevice; }
  bool device_may_read() const { return direction != DmaDirection::kFromDevice; }
};

/// The DMA mappings of a run, live and ended (the most recent of each place), as the hooks on the
/// mapping functions report them.
class Ledger {
 public:
  Mapping& map(Mapping mapping);
  /// The live mapping that begins at `address`, the latest of several; null if there is none.
  Mapping* live_at(std::uint32_t address);
  /// Likewise, one of this type and device if there is one.
  Mapping* live_at(std::uint32_t address, Mapping::Type type, const std::string& device);
  /// Marks the latest live mapping there as ended: its bytes stay known.
  void end(std::uint32_t address, Time entered, Time now);
  void end(const Mapping& mapping, Time entered, Time now);

  /// The mappings that the bus master at this path sees behind an IOMMU, by its own addresses.
  /// Their pieces are mappings of the physical ledger.
  Ledger& io_space(const std::string& master);
  /// Null if it has none.
  Ledger* find_io_space(const std::string& master);
  /// A device moved data at `address`: the transfer's first and last beat.
  void accessed(std::uint32_t address, Time now) {
    Mapping* mapping = live_near(address);
    if (mapping == nullptr) return;
    mapping->first_access = std::min(mapping->first_access, now);
    mapping->last_access = std::max(mapping->last_access, now);
  }
  /// A live mapping that covers `address`: the one that begins nearest. Null if there is none, or
  /// it is hard to find.
  Mapping* live_near(std::uint32_t address) {
    for (const Recent& recent : recent_) {
      if (address - recent.first < recent.size) return recent.mapping;
    }
    return look_up(address);
  }
  using Accepts = std::function<bool(const Mapping&)>;
  /// Any mapping that covers `address` and is `wanted`, live or ended. Slow.
  Mapping* find_live(std::uint32_t address, const Accepts& wanted);
  const Mapping* find_ended(std::uint32_t address, const Accepts& wanted) const;
  /// The live bounced mapping of this memory. Null if there is none.
  Mapping* bounced_over(std::uint32_t original);
  /// Whether software ever mapped anything for this device.
  bool has_mapped(const std::string& device) const { return mapped_for_.contains(device); }

  /// Blocks that are taken out of coherent memory (`dma_pool`), and given back.
  void take_block(std::uint32_t address, std::uint32_t size);
  void free_block(std::uint32_t address);
  /// Whether `address` is in a block that was given back, in memory that is still there.
  bool in_free_block(std::uint32_t address) const;

  /// The mapping that covers `address`: a live one if any, else the last ended one. Null if none.
  Mapping* covering(std::uint32_t address);
  const Mapping* covering(std::uint32_t address) const {
    return const_cast<Ledger*>(this)->covering(address);
  }
  /// The memory that software gave `device` to use all the time, by nobody's order: a live coherent
  /// allocation, else the device's own latest mapping. Null if there is none: what others mapped
  /// there says nothing.
  const Mapping* given_to(const std::string& device, std::uint32_t address) const;
  /// Live streaming mappings that a device may write and that hold some but not all of this line.
  const Mapping* partly_covering(LineNumber line) const;
  /// Likewise, of those that have ended.
  const Mapping* ended_partly_covering(LineNumber line) const;

  /// Calls `use(Mapping&)` for each live mapping, in the order of their addresses: here, then in
  /// each I/O space. A piece counts with what it is a piece of.
  template <class Use>
  void for_each_live(Use&& use) {
    for (auto& [address, mapping] : live_) {
      if (!mapping.io_address) use(mapping);
    }
    for (auto& [master, space] : io_spaces_) space->for_each_live(use);
  }

  /// Called when a streaming mapping has ended, with its times complete.
  void set_ended_listener(std::function<void(const Mapping&)> listener) {
    ended_ = std::move(listener);
  }
  /// Called when a coherent allocation, or a piece of one in memory, was given back.
  void set_freed_listener(std::function<void(std::uint32_t address, std::uint32_t size)> listener) {
    freed_ = std::move(listener);
  }
  std::size_t live_count() const { return live_.size(); }
  /// Whether a live mapping has a byte from `first` to `last`.
  bool any_within(std::uint32_t first, std::uint32_t last);

 private:
  /// A live mapping, and the bytes that it alone answers for.
  struct Recent {
    Mapping* mapping = nullptr;
    std::uint32_t first = 0;
    std::uint32_t size = 0;
  };

  using Mappings = std::multimap<std::uint32_t, Mapping>;

  void end(Mappings::iterator at, Time entered, Time now);
  Mapping* look_up(std::uint32_t address);
  static const Mapping* partly(const Mappings& in, LineNumber line);
  static Mapping* find(Mappings& in, std::uint32_t address);
  /// Likewise, the nearest that `wanted` accepts.
  template <class Wanted>
  static Mapping* find(Mappings& in, std::uint32_t address, Wanted&& wanted);

  struct Block {
    std::uint32_t size = 0;
    bool taken = false;
  };

  Mappings live_;  ///< By first address; the latest of several is the last.
  Mappings ended_mappings_;
  std::map<std::uint32_t, Mapping*> originals_;  ///< Bounced ones, by the memory that was mapped.
  std::map<std::uint32_t, Block> blocks_;
  std::set<std::string> mapped_for_;
  std::map<std::string, std::unique_ptr<Ledger>> io_spaces_;
  std::function<void(const Mapping&)> ended_;
  std::function<void(std::uint32_t, std::uint32_t)> freed_;
  /// Live mappings that were accessed last: a copy goes between two.
  std::array<Recent, 2> recent_{};
  unsigned next_recent_ = 0;
};

}  // namespace linefill
