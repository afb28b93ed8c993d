// SPDX-License-Identifier: Apache-2.0
// Does a coherent interconnect make cache operations unnecessary? The same copy, on a port that
// snoops and on one that does not.
#include <algorithm>

#include "sw/apps/ask/answer.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/content.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/measure/table.hpp"

namespace guest {

void answer_coherent(Answer& answer) {
  constexpr std::size_t kBytes = 64U << 10;
  const std::string_view name = option("ops").value_or("arm_dma_ops");
  Result<Implementation> implementation = Implementation::use(name);
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(implementation && channel, "these operations and a channel")) return;
  const std::span<std::byte> from = alloc_bytes(kBytes);
  const std::span<std::byte> to = alloc_bytes(kBytes);
  if (!answer.require(!from.empty() && !to.empty(), "memory")) return;
  fill_content(to, 1);
  fill_content(from, 2);
  pl330_not_cacheable = has_option("not-cacheable");
  linux_iommu_faults.never_cacheable = has_option("page-not-cacheable");  // As ARM Linux does.
  const Counters& counters = answer.counters();
  counters.start();
  const bool done{copy(*channel, to, from)};
  counters.stop();
  const std::size_t wrong = wrong_content(to, 2);
  const std::uint64_t l1 = counters["l1-operations"];
  const bool snoops = implementation->port_snoops();
  Table table{22,       "64 KiB copied with", "port snoops", "cacheable by", "L1 ops",
              "cycles", "wrong bytes"};
  // The translation's attributes take the place of those that the PL330 gives.
  const Implementation::Traits traits = implementation->traits();
  const bool by_page = traits.translated && traits.snooped && !linux_iommu_faults.never_cacheable;
  const bool by_ccr = snoops && !traits.translated && !pl330_not_cacheable;
  table.row(name, snoops ? "yes" : "no",
            by_page  ? "SMMU's page"
            : by_ccr ? "CCR"
                     : "nobody",
            l1, counters["cycles"], wrong);
  pl330_not_cacheable = linux_iommu_faults.never_cacheable = false;
  answer.expect(done, "a copy");
  answer.expect((l1 != 0) == traits.maintains, "cache operations from arm_dma_ops only");
  answer.expect((wrong == 0) == (traits.maintains || (snoops && (by_page || by_ccr))),
                "right bytes with cache operations, or if it snoops and is told cacheable");
  free_bytes(to);
  free_bytes(from);
}

}  // namespace guest
