// SPDX-License-Identifier: Apache-2.0
// Copies by PL330: sizes and alignments that make every kind of microcode, and what must fail.
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

namespace {

constexpr std::size_t kBufferBytes = 4U << 20;
constexpr std::size_t kGuardBytes = 64;

struct Case {
  std::size_t from;
  std::size_t to;
  std::size_t size;
};

constexpr Case kCases[] = {
    {0, 0, 1},        {0, 0, 8},      {0, 0, 128},     {0, 64, 4096},     {1, 2, 3},
    {4, 4, 100},      {2, 6, 1022},   {32, 96, 33000}, {3, 5, 70001},     {0, 0, 65536},
    {8, 16, 2000000}, {1, 1, 300001}, {4, 8, 1000004}, {0, 0, 512 * 257}, {0, 0, 2048 * 1024},
};

/// Different for every byte and round, so that stale bytes are seen.
std::byte pattern(std::size_t index, unsigned round) {
  return static_cast<std::byte>(index * 7 + (index >> 8) * 13 + round * 31 + 1);
}

bool copies(DmaChannel& channel, std::span<std::byte> source, std::span<std::byte> target,
            const Case& c, unsigned round) {
  for (std::size_t i = 0; i < c.size; ++i) source[c.from + i] = pattern(i, round);
  memset(target.data(), 0xEE, kGuardBytes + c.to + c.size + kGuardBytes);
  const std::span<std::byte> to = target.subspan(kGuardBytes + c.to, c.size);
  if (const Result<void> result = copy(channel, to, source.subspan(c.from, c.size)); !result) {
    printk("copy of ", c.size, " bytes: ", describe(result.error()), "\n");
    return false;
  }
  for (std::size_t i = 0; i < c.size; ++i) {
    if (to[i] == pattern(i, round)) continue;
    printk("copy of ", c.size, " bytes: byte ", i, " is ",
           hex(std::to_integer<std::uint8_t>(to[i])), "\n");
    return false;
  }
  return to.data()[-1] == std::byte{0xEE} && to.data()[c.size] == std::byte{0xEE};
}

/// Several transfers in one queue complete in order, each with its callback.
bool queue_keeps_order(DmaChannel& channel, std::span<std::byte> source,
                       std::span<std::byte> target) {
  constexpr unsigned kTransfers = 8;
  constexpr std::size_t kBytes = 3000;
  static std::uint32_t order = 0;
  static completion all_done;
  device& dev = channel.mapping_device();
  Result<Mapping> from = Mapping::map(dev, source.first(kBytes), DMA_TO_DEVICE);
  Result<Mapping> to = Mapping::map(dev, target.first(kTransfers * kBytes), DMA_FROM_DEVICE);
  if (!from || !to) return false;
  dma_cookie_t last = 0;
  for (std::uint32_t i = 0; i < kTransfers; ++i) {
    dma_async_tx_descriptor* transfer =
        dmaengine_prep_dma_memcpy(channel.handle(), raw(to->address()) + i * kBytes,
                                  raw(from->address()), kBytes, DMA_PREP_INTERRUPT);
    if (transfer == nullptr) return false;
    transfer->callback_param = reinterpret_cast<void*>(i);
    transfer->callback = [](void* parameter) {
      if (reinterpret_cast<std::uintptr_t>(parameter) == order) ++order;
      if (order == kTransfers) complete(&all_done);
    };
    last = dmaengine_submit(transfer);
  }
  dma_tx_state state{};
  if (dmaengine_tx_status(channel.handle(), last, &state) != DMA_IN_PROGRESS ||
      state.residue != kBytes)
    return false;
  dma_async_issue_pending(channel.handle());
  if (wait_for_completion_timeout(&all_done, 1'000'000) == 0) return false;
  return dmaengine_tx_status(channel.handle(), last, nullptr) == DMA_COMPLETE;
}

/// A terminated transfer calls nobody back, and the channel works again afterwards.
bool terminate_is_quiet(DmaChannel& channel, std::span<std::byte> source,
                        std::span<std::byte> target) {
  static unsigned calls = 0;
  device& dev = channel.mapping_device();
  Result<Mapping> from = Mapping::map(dev, source, DMA_TO_DEVICE);
  Result<Mapping> to = Mapping::map(dev, target, DMA_FROM_DEVICE);
  if (!from || !to) return false;
  dma_async_tx_descriptor* transfer = dmaengine_prep_dma_memcpy(
      channel.handle(), raw(to->address()), raw(from->address()), source.size(), 0);
  transfer->callback = [](void*) { ++calls; };
  dmaengine_submit(transfer);
  if (dmaengine_terminate_sync(channel.handle()) != 0) return false;
  dma_async_issue_pending(channel.handle());
  return calls == 0;
}

int run() {
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!channel) {
    printk("no memory-to-memory channel: ", describe(channel.error()), "\n");
    return 2;
  }
  const std::span<std::byte> source = alloc_bytes(kBufferBytes);
  const std::span<std::byte> target = alloc_bytes(kBufferBytes);
  unsigned failures = 0;
  unsigned round = 0;
  // With the adversary a simulation takes its time.
  constexpr std::size_t kShort = 100'000;
  for (const Case& c : kCases) {
    if (has_option("short") && c.size > kShort) continue;
    if (!copies(*channel, source, target, c, ++round)) ++failures;
  }
  if (!queue_keeps_order(*channel, source, target))
    ++failures, printk("queue does not keep order\n");
  if (!terminate_is_quiet(*channel, source, target)) ++failures, printk("terminate is not quiet\n");
  if (!copies(*channel, source, target, kCases[3], ++round)) ++failures;
  printk(round, " copies, ", failures, " failures\n");
  return failures == 0 ? 0 : 1;
}

}  // namespace

int guest_main() { return without_leaks(run()); }
