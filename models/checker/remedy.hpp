// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "models/checker/finding.hpp"
#include "models/checker/ledger.hpp"

namespace linefill {

/// A mapping in words: "dma_map_page_attrs DMA_FROM_DEVICE 4096 bytes of mmci@10005000, ended".
std::string describe(const Mapping& mapping);

/// The call that would have made a finding's access right, as one would type it. `mapping` covers
/// the bytes; null if none does, and then the cache operation itself is named.
std::string remedy_for(const Finding& finding, const Mapping* mapping);

}  // namespace linefill
