// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/checker/finding_log.hpp"
#include "models/checker/ledger.hpp"

namespace linefill {

/// What kind of call made a mapping: the one that ends it must be of the same kind.
enum class MappingFamily : std::uint8_t {
  kPage,
  kList,
  kResource,
  kCoherent,
  kPages,
  kTable,
  kPool
};

/// A call of the mapping API, as its arguments say.
struct MappingCall {
  MappingFamily family = MappingFamily::kPage;
  std::string function;      ///< "dma_unmap_page_attrs".
  std::uint32_t device = 0;  ///< The device's address in the guest.
  std::string device_name;
  std::uint32_t address = 0;  ///< The handle; of a list, its first entry's.
  std::uint32_t size = 0;
  unsigned entries = 0;  ///< Of a list, as the driver counts them.
  DmaDirection direction = DmaDirection::kBidirectional;
  bool cpu_sync_skipped = false;  ///< DMA_ATTR_SKIP_CPU_SYNC: the buffer may be mapped twice.
  std::uint32_t site = 0;         ///< Where it was called from.
  Time time{};
};

/// The mapping in words.
std::string describe(const MappingCall& mapping);
/// The call that ends a mapping of this family.
std::string ending_of(MappingFamily family);
constexpr bool is_streaming(MappingFamily family) {
  return family == MappingFamily::kPage || family == MappingFamily::kList;
}

/// Whether software ends and syncs its mappings as it made them (Linux,
/// Documentation/core-api/dma-api.rst; what CONFIG_DMA_API_DEBUG looks at). Handles of several
/// devices may be the same numbers: behind IOMMUs they are different memory.
class MappingRules {
 public:
  using Segment = std::pair<std::uint32_t, std::uint32_t>;  ///< Address and size.

  explicit MappingRules(FindingLog& findings) : findings_{findings} {}

  /// `segments`: what of the bus it covers; `memory`: what of memory, if that is something else.
  void mapped(const MappingCall& call, std::vector<Segment> segments,
              std::vector<Segment> memory = {});
  /// An unmap or free. Direction and entries count where the family has them. False: it ends
  /// nothing.
  bool ended(const MappingCall& call);
  /// A free whose memory and handle are not of one allocation (Linux: "different CPU address").
  /// `handle` is that of the allocation to name. False, and nothing is said: there is none.
  bool mixed_up(const MappingCall& call, std::uint32_t handle);
  void synced(const MappingCall& call);

  /// That software asks whether mappings failed can be seen: `checked` is called when it does.
  void expect_checks() { checks_expected_ = true; }
  void checked(std::uint32_t device, std::uint32_t handle);
  /// An unmap or sync of the handle that stands for failure.
  void used_failed(const MappingCall& call);

  /// Memory that is no device's to use; `cause`: "stack".
  void bad_memory(const MappingCall& call, const char* cause);
  /// A mapping that failed for want of a bounce buffer.
  void no_buffer(const MappingCall& call);
  /// A bounce buffer that is not what it was mapped for, after this step, which began at `since`.
  void not_copied(const MappingCall& call, const char* step, Time since);

  /// The addresses that a device puts on the bus. `call`: of the setter.
  void set_mask(const MappingCall& call, std::uint64_t mask, bool coherent);
  /// What the device takes as one segment of a list.
  void set_longest_segment(std::uint32_t device, std::uint32_t bytes);
  void set_segment_boundary(std::uint32_t device, std::uint32_t mask);

  /// The driver of a device has gone: nothing of it may be live.
  void device_gone(const MappingCall& call);
  /// No block may be out.
  void pool_destroyed(const MappingCall& call);
  /// The run is over; `by_itself`: the program ended it, and could have cleaned up before.
  void run_ended(bool by_itself, Time time);

 private:
  struct Record {
    MappingCall call;
    std::vector<Segment> segments;
    std::vector<Segment> memory;
    bool checked = false;  ///< Or reported.
  };
  /// What software said of a device.
  struct Limits {
    std::uint64_t mask = 0xFFFF'FFFF;
    std::uint64_t coherent_mask = 0xFFFF'FFFF;
    std::uint32_t longest_segment = 0xFFFF'FFFF;
    std::uint32_t segment_boundary = 0xFFFF'FFFF;
  };
  using Live = std::multimap<std::uint32_t, Record>;

  Live::iterator best_match(const MappingCall& call);
  void compare(const MappingCall& call, const Record& record);
  void report(FindingKind kind, const MappingCall& call, const MappingCall* mapping,
              std::string missing, Severity severity = Severity::kError);
  void look_for_overlap(const Record& fresh);
  void look_at_check(const MappingCall& use, Record& record);
  void look_at_limits(const Record& record);
  bool beyond_mask(const Record& record) const;
  void report_leak(const MappingCall& mapping, const char* cause, Time time);

  FindingLog& findings_;
  Live live_;
  /// What ended last at a place, by device and address.
  std::map<std::pair<std::uint32_t, std::uint32_t>, MappingCall> ended_;
  std::set<std::uint32_t> ending_sites_;    ///< Where mappings were made of which some ended.
  std::map<std::uint32_t, Limits> limits_;  ///< Of devices.
  bool checks_expected_ = false;
};

}  // namespace linefill
