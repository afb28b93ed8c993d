// SPDX-License-Identifier: Apache-2.0
#include "models/checker/finding_log.hpp"

#include <algorithm>
#include <bit>

#include "models/core/address.hpp"

namespace linefill {

void FindingLog::add(Finding finding) {
  if (occurrence_) occurrence_(finding);
  last_occurrence_ = std::max(last_occurrence_, finding.time);
  finding.total_bytes =
      finding.bytes != 0 ? static_cast<unsigned>(std::popcount(finding.bytes)) : finding.length;
  const Key key{finding.kind, finding.reader.pc, finding.writer.pc, finding.mapping_site,
                finding.cause};
  const auto [known, fresh] = index_.try_emplace(key, findings_.size());
  if (!fresh) {
    Finding& first = findings_[known->second];
    ++first.count;
    first.total_bytes += finding.total_bytes;
    first.severity = std::max(first.severity, finding.severity);
    return;
  }
  if (witness_) witness_(finding);
  findings_.push_back(std::move(finding));
  if (listener_) listener_(findings_.back());
}

void FindingLog::escalate(FindingKind kind, std::uint32_t line_address, const std::string& cause) {
  for (Finding& finding : findings_) {
    if (finding.kind != kind || finding.address / kLineBytes != line_address / kLineBytes) continue;
    finding.severity = Severity::kError;
    finding.cause = cause;
  }
}

bool FindingLog::any_error() const {
  return std::any_of(findings_.begin(), findings_.end(),
                     [](const Finding& f) { return f.severity == Severity::kError; });
}

}  // namespace linefill
