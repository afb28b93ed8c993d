// SPDX-License-Identifier: Apache-2.0
// A transfer that reaches for nothing ends with an error, and the channel works again.
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

namespace {

/// An address at which the board has nothing.
constexpr DmaAddress kNothing{0x5000'0000};
constexpr std::size_t kBytes = 4096;

struct Outcome {
  completion done;
  dmaengine_result result{};
};

Outcome outcome;

/// What becomes of a copy, as the client's callback hears it.
bool ends_with(DmaChannel& channel, DmaAddress to, DmaAddress from, dmaengine_tx_result expected) {
  dma_async_tx_descriptor* transfer =
      dmaengine_prep_dma_memcpy(channel.handle(), raw(to), raw(from), kBytes, DMA_PREP_INTERRUPT);
  if (transfer == nullptr) return false;
  transfer->callback_result = [](void*, const dmaengine_result* result) {
    outcome.result = *result;
    complete(&outcome.done);
  };
  const dma_cookie_t cookie = dmaengine_submit(transfer);
  dma_async_issue_pending(channel.handle());
  if (wait_for_completion_timeout(&outcome.done, 100'000) == 0) return false;
  const dma_status status = dmaengine_tx_status(channel.handle(), cookie, nullptr);
  const bool failed = expected != DMA_TRANS_NOERROR;
  return outcome.result.result == expected && status == (failed ? DMA_ERROR : DMA_COMPLETE) &&
         outcome.result.residue <= kBytes && (outcome.result.residue != 0) == failed;
}

int run() {
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!channel) return 2;
  device& dev = channel->mapping_device();
  Result<Mapping> source = Mapping::map(dev, alloc_bytes(kBytes), DMA_TO_DEVICE);
  Result<Mapping> target = Mapping::map(dev, alloc_bytes(kBytes), DMA_FROM_DEVICE);
  if (!source || !target) return 2;
  unsigned failures = 0;
  const auto check = [&](bool good, const char* what) {
    if (!good) printk("failed: ", what, "\n");
    failures += good ? 0U : 1U;
  };
  check(ends_with(*channel, target->address(), kNothing, DMA_TRANS_READ_FAILED),
        "reading nothing is a read error");
  check(ends_with(*channel, kNothing, source->address(), DMA_TRANS_WRITE_FAILED),
        "writing nothing is a write error");
  check(ends_with(*channel, target->address(), source->address(), DMA_TRANS_NOERROR),
        "the channel works again");
  const Result<void> copied = channel->copy(target->address(), kNothing, kBytes);
  check(!copied && copied.error() == Error::kIo, "a failed copy says so");
  printk(failures, " failures\n");
  return failures == 0 ? 0 : 1;
}

}  // namespace

int guest_main() { return without_leaks(run()); }
