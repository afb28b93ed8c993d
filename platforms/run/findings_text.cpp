// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/findings_text.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "models/core/log.hpp"

namespace linefill {

namespace {

constexpr std::size_t kShownWhole = 2;
constexpr std::size_t kShownShort = 2;

/// Findings that a person takes for one.
struct Group {
  const Finding* first;
  std::string reader;
  std::string writer;
  std::uint64_t count;
  std::uint64_t bytes;
};

// The mapping without what has become of it since.
std::string_view without_state(std::string_view mapping) {
  return mapping.substr(0, mapping.rfind(", "));
}

std::string who(const Party& party, const Symbols& symbols) {
  return party.agent + ' ' + symbols.locate(party.pc).function;
}

bool same(const Group& group, const Finding& finding, const Symbols& symbols) {
  const Finding& first = *group.first;
  return first.kind == finding.kind && first.cause == finding.cause &&
         first.severity == finding.severity &&
         without_state(first.mapping) == without_state(finding.mapping) &&
         group.reader == who(finding.reader, symbols) &&
         group.writer == who(finding.writer, symbols);
}

std::vector<Group> fold(const FindingLog& findings, const Symbols& symbols) {
  std::vector<Group> groups;
  for (const Finding& finding : findings.all()) {
    const auto known = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return same(group, finding, symbols);
    });
    if (known != groups.end()) {
      known->count += finding.count;
      known->bytes += finding.total_bytes;
      continue;
    }
    groups.push_back({&finding, who(finding.reader, symbols), who(finding.writer, symbols),
                      finding.count, finding.total_bytes});
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.first->severity > b.first->severity;
  });
  return groups;
}

bool is_processor(const Party& party) { return party.agent.starts_with("cpu"); }

std::string place_of(const std::string& cause) {
  if (cause == "l1_dirty") return "dirty in the L1 data cache";
  if (cause == "l2_dirty") return "dirty in the outer cache (L2)";
  if (cause == "l2_store_buffer") return "in the outer cache's store buffer";
  if (cause == "l2_eviction_buffer") return "in the outer cache's eviction buffer";
  if (cause == "store_buffer") return "in the processor's store buffer";
  if (cause == "not_invalidated") return "in memory, behind an old copy in a cache";
  if (cause == "l1") return "the L1 data cache";
  if (cause == "l2") return "the outer cache (L2)";
  return cause;
}

// Why the processor had an old copy.
std::string reason_of(const std::string& cause) {
  if (cause == "speculative_fill")
    return "speculation had brought them into the caches before the newest were written";
  if (cause == "outer_not_invalidated")
    return "L1 was invalidated, and filled again from the outer cache (L2), which still held them";
  if (cause == "alias") return "the newest were written through a non-cacheable alias";
  return "they were in the caches since before the newest were written";
}

std::string overwriting(const std::string& cause) {
  if (cause == "eviction") return "evicting a dirty line";
  if (cause == "clean") return "cleaning a dirty line";
  if (cause == "shared_line") return "writing back a line that was dirty for its other bytes";
  if (cause == "l2_eviction_buffer") return "draining the outer cache's eviction buffer";
  return "draining a store buffer";
}

std::string disagreement(const std::string& cause) {
  if (cause == "port") return "the device is declared dma-coherent, and wired to an ordinary port";
  if (cause == "attributes")
    return "the device is declared dma-coherent, and its transactions were not cacheable";
  return "an invalidate dropped what the device had written through the coherency port";
}

std::string leaked(const std::string& cause) {
  if (cause == "device_gone") return "the device's driver has gone";
  if (cause == "pool_destroyed") return "their pool is destroyed";
  if (cause == "growing") return "there are more and more of them";
  return "the program has ended";
}

// What became of an access of a device behind an IOMMU.
std::string io_sentence(const Finding& finding) {
  const std::string who =
      finding.reader.agent + (finding.reader.io_address
                                  ? " at I/O address " + hex(*finding.reader.io_address)
                                  : " at " + hex(finding.address));
  switch (finding.kind) {
    case FindingKind::kIommuTranslationFault:
      if (finding.cause == "stream") return who + " was refused: its stream has no context";
      if (finding.cause == "tables") return who + " was refused: the tables are damaged";
      return who + " was refused: there is no translation, " +
             (finding.cause == "unmapped"     ? "the mapping has ended"
              : finding.cause == "in_mapping" ? "although a mapping covers it"
                                              : "and never was a mapping");
    case FindingKind::kIommuPermissionFault:
      return who + " was refused: its mapping does not allow a " + finding.cause;
    case FindingKind::kIotlbStale:
      return who + " went by an old translation that the IOMMU's TLB had kept";
    case FindingKind::kDmaAfterUnmap:
      return who + ": a " + finding.cause + " after the unmap";
    case FindingKind::kDmaWrongDirection:
      return who + ": a " + finding.cause + " against the mapping's direction";
    case FindingKind::kBounceWrongAddress:
      return who + ": a " + finding.cause + " of memory that is mapped through a bounce buffer";
    default:
      return who + ": a " + finding.cause + " outside any mapping";
  }
}

std::string bytes_of(const Finding& finding) {
  return std::to_string(finding.length) + (finding.length == 1 ? " byte" : " bytes");
}

// One sentence: what happened to how many bytes.
std::string sentence(const Finding& finding, std::uint64_t count) {
  const std::string bytes = std::to_string(count) + (count == 1 ? " byte" : " bytes");
  switch (finding.kind) {
    case FindingKind::kStaleDeviceRead:
    case FindingKind::kWriteNotDrained:
      return finding.reader.agent + " read " + bytes + " that were old: the newest were still " +
             place_of(finding.cause);
    case FindingKind::kReadNotOrdered:
      return "the CPU used " + bytes + " that were old: it had loaded them before the " +
             (finding.cause == "memory" ? "flag" : "register") + " that says when they are new";
    case FindingKind::kStaleCpuRead:
      return "the CPU used " + bytes + " that were old: " + reason_of(finding.cause);
    case FindingKind::kLostCpuWrite:
      return bytes +
             " the CPU had stored were dropped by an invalidate, and the old ones read from " +
             place_of(finding.cause);
    case FindingKind::kLostDeviceWrite:
      return bytes + " from " + finding.writer.agent + " were lost: " + overwriting(finding.cause) +
             " put old ones over them";
    case FindingKind::kSharedLine:
      return "the CPU used " + bytes + " of a cache line whose other bytes " + finding.device +
             " may write" +
             (finding.severity == Severity::kError ? ", and some were " + finding.cause : "");
    case FindingKind::kAliasMismatch:
      return "a non-cacheable access met " + bytes + " whose newest value was " +
             place_of(finding.cause);
    case FindingKind::kApiUnmapUnknown:
      return finding.mapping.empty()
                 ? "what was ended had never been mapped"
                 : "the memory and the handle that were freed are not of one allocation";
    case FindingKind::kApiDoubleUnmap:
      return "what was ended had ended already";
    case FindingKind::kApiSizeMismatch:
      return bytes_of(finding) + " were ended of a mapping of another size";
    case FindingKind::kApiDirectionMismatch:
      return "the direction is another than the mapping's";
    case FindingKind::kApiEntryCountMismatch:
      return "the number of entries is another than was mapped";
    case FindingKind::kApiWrongDevice:
      return "the device is another than the mapping's";
    case FindingKind::kApiWrongFunction:
      return "the mapping was made by a call of another kind";
    case FindingKind::kApiSyncOutsideMapping:
      return bytes_of(finding) + " were synced that are not, or not wholly, mapped";
    case FindingKind::kApiOverlap:
      return bytes_of(finding) + " were mapped over what the device has already and may write";
    case FindingKind::kApiBadMemory:
      return bytes_of(finding) + " were mapped that are no device's to use: " + finding.cause;
    case FindingKind::kBounceExhausted:
      return "a mapping failed because no bounce buffer was left for it";
    case FindingKind::kBounceNotCopied:
      if (finding.cause == "in")
        return finding.reader.agent + " read " + bytes +
               " from a bounce buffer that the CPU had since stored into the original";
      if (finding.cause == "out")
        return "the CPU used " + bytes + " that the device had written, into a bounce buffer";
      return "a bounce buffer and its original differ after " + finding.cause;
    case FindingKind::kApiLeak:
      return bytes + " were mapped and never ended: " + leaked(finding.cause);
    case FindingKind::kApiUncheckedError:
      return finding.severity == Severity::kError
                 ? "a handle was used that stands for failure"
                 : "a handle was used without asking whether the mapping had failed";
    case FindingKind::kApiMaskViolation:
      return bytes_of(finding) + " lie beyond the device's mask";
    case FindingKind::kApiSegmentLimit:
      return "a segment of " + bytes_of(finding) +
             (finding.cause == "length" ? " is longer than the device takes"
                                        : " crosses a boundary that the device declared");
    case FindingKind::kStaleWalkerRead:
      return (is_processor(finding.reader) ? std::string{"the MMU"} : finding.reader.agent) +
             " read " + bytes + " of a descriptor whose newest value was " +
             place_of(finding.cause);
    case FindingKind::kCoherencyMismatch:
      return bytes + " that were old were used: " + disagreement(finding.cause);
    default:
      return io_sentence(finding);
  }
  return {};
}

// What the two sides did.
std::pair<const char*, const char*> labels(FindingKind kind) {
  if (is_api_misuse(kind)) return {"called", "mapped"};
  switch (kind) {
    case FindingKind::kLostDeviceWrite:
      return {"dirtied by", "lost from"};
    case FindingKind::kSharedLine:
    case FindingKind::kAliasMismatch:
      return {"used by", "written by"};
    case FindingKind::kIommuTranslationFault:
    case FindingKind::kIommuPermissionFault:
    case FindingKind::kIotlbStale:
    case FindingKind::kDmaOutsideMapping:
    case FindingKind::kDmaAfterUnmap:
    case FindingKind::kDmaWrongDirection:
    case FindingKind::kBounceWrongAddress:
      return {"access by", "mapping"};
    default:
      return {"read by", "written by"};
  }
}

std::string side(const Party& party, FindingKind kind, const Symbols& symbols) {
  if (party.pc == 0) return party.agent;
  const bool made = party.agent == "mapped" || party.agent == "unmapped";
  const char* did = kind == FindingKind::kSharedLine ? ", mapped in "
                    : made                           ? ", made in "
                                                     : ", started in ";
  std::string text =
      party.agent + (is_processor(party) ? " in " : did) + symbols.describe(party.pc);
  if (party.called_from != 0) text += ", called by " + symbols.describe(party.called_from);
  return text;
}

std::string where(const Finding& finding) {
  std::ostringstream out;
  const bool nowhere = finding.kind == FindingKind::kIommuTranslationFault ||
                       finding.kind == FindingKind::kIommuPermissionFault;
  out << finding.length << (nowhere ? " bytes at I/O address " : " bytes at ")
      << hex(finding.address) << ", ";
  if (finding.mapping.empty()) {
    out << "which no DMA mapping "
        << (finding.free_running ? "or allocation of " + finding.device + ' ' : "") << "covers";
  } else if (finding.offset < 0) {
    out << -finding.offset << " bytes before " << finding.mapping;
  } else if (finding.offset == finding.mapping_size) {
    out << "right behind " << finding.mapping;
  } else if (finding.offset > finding.mapping_size) {
    out << finding.offset - finding.mapping_size << " bytes behind " << finding.mapping;
  } else {
    out << "byte " << finding.offset << " of " << finding.mapping;
  }
  return out.str();
}

std::string heading(const Group& group) {
  const Finding& finding = *group.first;
  std::string text = finding.severity == Severity::kError ? "error: " : "warning: ";
  text += info_of(finding.kind).name;
  if (finding.kind != FindingKind::kSharedLine) text += " (" + finding.cause + ")";
  return text + ": ";
}

void print_whole(std::ostream& out, const Group& group, const Symbols& symbols) {
  const Finding& finding = *group.first;
  const auto [reader, writer] = labels(finding.kind);
  const auto line = [&](std::string label, const std::string& text) {
    label.resize(11, ' ');
    out << "  " << label << text << '\n';
  };
  out << heading(group) << sentence(finding, group.bytes) << '\n';
  line(group.count > 1 ? "first" : "where", where(finding));
  line(reader, side(finding.reader, finding.kind, symbols));
  if (!finding.writer.agent.empty()) line(writer, side(finding.writer, finding.kind, symbols));
  if (finding.guard) {
    line("guarded by", side(*finding.guard, finding.kind, symbols) + ", which loads " +
                           hex(finding.guard_address));
  }
  line("missing", finding.missing);
}

}  // namespace

std::string describe_findings(const FindingLog& findings, const Symbols& symbols) {
  const std::vector<Group> groups = fold(findings, symbols);
  std::ostringstream out;
  if (groups.empty()) {
    out << "findings   none\n";
    return out.str();
  }
  out << "findings   " << groups.size() << "; `linefill explain KIND` tells more\n";
  std::size_t shown = 0;
  for (const Group& group : groups) {
    if (++shown <= kShownWhole) {
      print_whole(out, group, symbols);
    } else if (shown <= kShownWhole + kShownShort) {
      out << heading(group) << sentence(*group.first, group.bytes) << '\n';
    }
  }
  if (shown > kShownWhole + kShownShort)
    out << "... and " << shown - kShownWhole - kShownShort << " more, in the report\n";
  return out.str();
}

}  // namespace linefill
