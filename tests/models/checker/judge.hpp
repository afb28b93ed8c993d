// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/checker/checker.hpp"

namespace linefill::test {

/// A checker that is told by hand what devices do, and what it found.
struct Judge {
  const Finding* only(FindingKind kind) const {
    return findings.all().size() == 1 && findings.all()[0].kind == kind ? &findings.all()[0]
                                                                        : nullptr;
  }

  FindingLog findings;
  Ledger ledger;
  Checker checker{findings, ledger};
};

}  // namespace linefill::test
