// SPDX-License-Identifier: Apache-2.0
// Does a coherent interconnect make cache operations unnecessary? The same copy, on a port that
// snoops and on one that does not.
#include <algorithm>

#include "sw/apps/ask/answer.hpp"
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
  const Counters& counters = answer.counters();
  counters.start();
  const bool done{copy(*channel, to, from)};
  counters.stop();
  const std::size_t wrong = wrong_content(to, 2);
  const std::uint64_t l1 = counters["l1-operations"];
  const bool snoops = implementation->dev().of_node.text("linefill,port") == "acp";
  Table table{22,       "64 KiB copied with", "port snoops", "CCR says     ", "L1 ops",
              "cycles", "wrong bytes"};
  const bool said = snoops && !pl330_not_cacheable;
  table.row(name, snoops ? "yes" : "no", said ? "cacheable" : "non-cacheable", l1,
            counters["cycles"], wrong);
  pl330_not_cacheable = false;
  const bool maintains = implementation->traits().maintains;
  answer.expect(done, "a copy");
  answer.expect((l1 != 0) == maintains, "cache operations from arm_dma_ops only");
  answer.expect((wrong == 0) == (maintains || said),
                "right bytes with cache operations, or if it snoops and CCR says cacheable");
  free_bytes(to);
  free_bytes(from);
}

}  // namespace guest
