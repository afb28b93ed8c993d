// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/core/address.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// What can be found wrong with data on their way between processor and devices.
enum class FindingKind : std::uint8_t {
  kStaleDeviceRead,
  kWriteNotDrained,
  kReadNotOrdered,
  kStaleCpuRead,
  kLostCpuWrite,
  kLostDeviceWrite,
  kSharedLine,
  kAliasMismatch,
  kStaleWalkerRead,
  kCoherencyMismatch,
  kIommuTranslationFault,
  kIommuPermissionFault,
  kIotlbStale,
  kDmaOutsideMapping,
  kDmaAfterUnmap,
  kDmaWrongDirection,
  kBounceNotCopied,
  kBounceExhausted,
  kBounceWrongAddress,
  kApiUnmapUnknown,
  kApiDoubleUnmap,
  kApiSizeMismatch,
  kApiDirectionMismatch,
  kApiEntryCountMismatch,
  kApiWrongDevice,
  kApiWrongFunction,
  kApiSyncOutsideMapping,
  kApiOverlap,
  kApiLeak,
  kApiUncheckedError,
  kApiMaskViolation,
  kApiSegmentLimit,
  kApiBadMemory,
};

/// Whether the kind is about a call of the mapping API that does not fit its mapping, not about
/// bytes.
constexpr bool is_api_misuse(FindingKind kind) { return kind >= FindingKind::kApiUnmapUnknown; }

enum class Severity : std::uint8_t { kWarning, kError };

/// What a kind means, for reports and for `linefill explain`.
struct FindingKindInfo {
  FindingKind kind;
  std::string_view name;     ///< As in reports: "stale_device_read".
  std::string_view meaning;  ///< One sentence.
  std::string_view how;      ///< How it comes about.
  std::string_view causes;   ///< What `cause` can say.
  std::string_view remedy;   ///< How to mend it.
};

std::span<const FindingKindInfo> finding_kinds();
const FindingKindInfo& info_of(FindingKind kind);
/// Null if no kind has this name.
const FindingKindInfo* find_kind(std::string_view name);

/// One side of a finding: who, by which instruction, when. For a device the instruction is the
/// register write that started it.
struct Party {
  std::string agent;  ///< "cpu0", "cpu0 (instruction fetch)", or a device-tree path.
  std::uint32_t pc = 0;
  std::optional<Time> time;  ///< Absent where a fast path keeps no time: the processor's stores.
  /// Of a device behind an IOMMU: its own address for the bytes.
  std::optional<std::uint32_t> io_address{};
  std::uint32_t called_from = 0;  ///< Of a processor: the call of its function, if that is known.
};

/// Something illegal that happened to bytes. `writer` made their newest value; `reader` used an
/// older one, by reading it or by writing it over the newer.
struct Finding {
  FindingKind kind{};
  Severity severity = Severity::kError;
  std::string cause;
  Time time{};
  /// Physical, of the first byte; the device's own where an IOMMU let the access go nowhere.
  std::uint32_t address = 0;
  std::uint32_t length = 0;  ///< Up to the last byte: some between may be right.
  ByteMask bytes = 0;        ///< Which bytes of the line.
  std::string device;        ///< Path of the device concerned; empty if none.
  std::string mapping;       ///< The mapping that covers the bytes, in words; empty if none.
  std::uint32_t mapping_site = 0;
  std::uint32_t mapping_size = 0;  ///< In bytes; 0 without a mapping.
  std::int64_t offset =
      0;  ///< Of the first byte within the mapping; negative or beyond it beside it.
  bool free_running = false;  ///< The device reads all the time, by nobody's order: scan-out.
  Party reader;
  Party writer;
  /// Of loads that were not ordered: the earlier one, which says when the bytes may be used, and
  /// what it loads.
  std::optional<Party> guard{};
  std::uint32_t guard_address = 0;
  std::string missing;  ///< The call that would have made it right.
  std::uint64_t count = 1;
  std::uint64_t total_bytes = 0;  ///< Of all occurrences; kept by the log.
};

}  // namespace linefill
