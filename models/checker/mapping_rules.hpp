// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/checker/finding_log.hpp"
#include "models/checker/ledger.hpp"

namespace linefill {

/// What kind of call made a mapping: the one that ends it must be of the same kind.
enum class MappingFamily : std::uint8_t { kPage, kList, kResource, kCoherent, kPages, kTable };

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

/// Whether software ends and syncs its mappings as it made them (Linux,
/// Documentation/core-api/dma-api.rst; what CONFIG_DMA_API_DEBUG looks at). Handles of several
/// devices may be the same numbers: behind IOMMUs they are different memory.
class MappingRules {
 public:
  using Segment = std::pair<std::uint32_t, std::uint32_t>;  ///< Address and size.

  explicit MappingRules(FindingLog& findings) : findings_{findings} {}

  /// `segments`: what of the bus it covers.
  void mapped(const MappingCall& call, std::vector<Segment> segments);
  /// An unmap or free. Direction and entries count where the family has them.
  void ended(const MappingCall& call);
  void synced(const MappingCall& call);

 private:
  struct Record {
    MappingCall call;
    std::vector<Segment> segments;
  };
  using Live = std::multimap<std::uint32_t, Record>;

  Live::iterator best_match(const MappingCall& call);
  void compare(const MappingCall& call, const Record& record);
  void report(FindingKind kind, const MappingCall& call, const MappingCall* mapping,
              std::string missing);
  void look_for_overlap(const Record& fresh);

  FindingLog& findings_;
  Live live_;
  /// What ended last at a place, by device and address.
  std::map<std::pair<std::uint32_t, std::uint32_t>, MappingCall> ended_;
};

}  // namespace linefill
