// SPDX-License-Identifier: Apache-2.0
// A slave channel of dmaengine takes blocks from the MMCI: in a ring with a callback a period,
// into one piece, into rows. The card holds the words 0x5D000000, 0x5D000001, ...
#include <array>

#include "sw/arch/mmio.hpp"
#include "sw/drivers/mmci/mmci_host.hpp"
#include "sw/drivers/mmci/sd_card.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/copy_job.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kFirstWord = 0x5D00'0000;
constexpr std::size_t kBlockBytes = 512;
constexpr std::size_t kPeriods = 4;
constexpr std::size_t kRingBytes = kPeriods * kBlockBytes;
constexpr unsigned kBlocks = 32;
constexpr unsigned long kPatienceUs = 200'000;

/// A card that is ready, the MMCI's receive channel, and a buffer that is mapped.
class Bench {
 public:
  Bench() {
    MmciHost* const host = mmci_host();
    if (host == nullptr || !card_.initialise()) panic("no card");
    before_ = dmaengine_usage();
    device* const mmci = find_device("arm,pl18x");
    registers_ = Mmio<MmciRegisters>{device_iomap(*mmci).value_or(nullptr)};
    channel = dma_request_chan(mmci, "rx");
    if (IS_ERR(channel)) panic("no channel");
    config.direction = DMA_DEV_TO_MEM;
    config.src_addr =
        static_cast<phys_addr_t>(reinterpret_cast<std::uintptr_t>(registers_.base())) +
        offsetof(MmciRegisters, fifo);
    config.src_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES;
    config.src_maxburst = 16;
    if (dmaengine_slave_config(channel, &config) != 0) panic("no configuration");
    buffer = alloc_bytes(kPageBytes);
    for (std::byte& byte : buffer) byte = std::byte{0xAA};
    // Some of it stays as the CPU wrote it.
    handle = mapped(dev(), buffer.data(), buffer.size(), DMA_BIDIRECTIONAL);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void end() {
    dma_unmap_single(&dev(), handle, buffer.size(), DMA_BIDIRECTIONAL);
    dma_release_channel(channel);
    check(dmaengine_usage() == before_, "nothing is left over");
  }

  device& dev() const { return *dmaengine_dma_dev(channel); }

  /// CMD18, or CMD17 for one block, to be taken by DMA.
  void read_blocks(unsigned count) const {
    registers_.write(&MmciRegisters::data_timer, 0x00FF'FFFF);
    registers_.write(&MmciRegisters::data_length, count * kBlockBytes);
    registers_.write(&MmciRegisters::data_control, 9U << mmci::kDataBlockSizeShift |
                                                       mmci::kDataFromCard | mmci::kDataDma |
                                                       mmci::kDataEnable);
    MmcCommand command{.index = count == 1 ? 17U : 18U};
    check(static_cast<bool>(mmci_host()->execute(command)), "the card takes the command");
  }

  /// Whether `size` bytes at `offset` are what the card holds from `block` on. For the CPU, so
  /// between two syncs.
  bool holds(std::size_t offset, unsigned block, std::size_t size) const {
    dma_sync_single_range_for_cpu(&dev(), handle, offset, size, DMA_BIDIRECTIONAL);
    bool all = true;
    for (std::size_t i = 0; i < size; i += 4) {
      const std::uint32_t word =
          kFirstWord + static_cast<std::uint32_t>(block * kBlockBytes + i) / 4;
      all = all && peek(buffer.data() + offset + i) == word;
    }
    dma_sync_single_range_for_device(&dev(), handle, offset, size, DMA_BIDIRECTIONAL);
    return all;
  }

  dma_chan* channel = nullptr;
  dma_slave_config config;
  std::span<std::byte> buffer;
  dma_addr_t handle = 0;

 private:
  SdCard card_{*mmci_host()};
  Mmio<MmciRegisters> registers_;
  DmaUsage before_;
};

/// What the callback of a ring sees.
struct Ring {
  Bench* bench = nullptr;
  dma_async_tx_descriptor* tx = nullptr;
  dma_cookie_t cookie = 0;
  unsigned slow_us = 0;
  volatile unsigned callbacks = 0;
  volatile unsigned blocks = 0;  ///< Seen whole, in order.
  volatile bool right = true;
  completion done;

  void start(Bench& with) {
    bench = &with;
    tx = dmaengine_prep_dma_cyclic(with.channel, with.handle, kRingBytes, kBlockBytes,
                                   DMA_DEV_TO_MEM, DMA_PREP_INTERRUPT);
    if (tx == nullptr) panic("no ring");
    tx->callback = [](void* self) { static_cast<Ring*>(self)->on_period(); };
    tx->callback_param = this;
    cookie = dmaengine_submit(tx);
    dma_async_issue_pending(with.channel);
  }

  /// Several periods may have ended since the last call: the residue says how many.
  void on_period() {
    callbacks = callbacks + 1;
    dma_tx_state state;
    if (dmaengine_tx_status(bench->channel, cookie, &state) != DMA_IN_PROGRESS) right = false;
    const std::size_t filled = (kRingBytes - state.residue) / kBlockBytes % kPeriods;
    while (slow_us == 0 && blocks % kPeriods != filled) {
      if (!bench->holds(blocks % kPeriods * kBlockBytes, blocks, kBlockBytes)) right = false;
      blocks = blocks + 1;
    }
    if (slow_us != 0) udelay(slow_us);
    if (blocks == kBlocks) complete(&done);
  }
};

/// Eight turns of a ring of four periods: each block is right when its callback comes.
void ring_case() {
  Bench bench;
  Ring ring;
  ring.start(bench);
  bench.read_blocks(kBlocks);
  check(wait_for_completion_timeout(&ring.done, kPatienceUs) != 0, "all blocks are seen");
  check(ring.right, "each was right");
  check(ring.callbacks > kBlocks / 2, "callbacks");
  dma_tx_state state;
  check(dmaengine_tx_status(bench.channel, ring.cookie, &state) == DMA_IN_PROGRESS,
        "a ring goes on");
  check(state.residue == kRingBytes || state.residue == 0, "it is back at its start");
  check(dmaengine_terminate_sync(bench.channel) == 0, "it is terminated");
  const unsigned calls = ring.callbacks;
  udelay(200);
  check_equal(ring.callbacks, calls, "callbacks afterwards");
  bench.end();
}

/// A callback that takes longer than a period comes once for several.
void coalesced_case() {
  Bench bench;
  Ring ring;
  ring.slow_us = 300;
  ring.start(bench);
  bench.read_blocks(kBlocks);
  udelay(20'000);
  dmaengine_terminate_sync(bench.channel);
  check(ring.callbacks > 2 && ring.callbacks < kBlocks / 2, "fewer callbacks than periods");
  check(bench.holds(0, kBlocks - kPeriods, kRingBytes), "the ring holds the last blocks");
  bench.end();
}

/// Terminated in its callback, which is how a driver stops a ring.
void stopped_case() {
  Bench bench;
  static Bench* stopping = nullptr;
  static unsigned calls = 0;
  stopping = &bench;
  Ring ring;
  ring.start(bench);
  ring.tx->callback = [](void*) {
    if (++calls == 3) dmaengine_terminate_async(stopping->channel);
  };
  bench.read_blocks(kBlocks);
  udelay(5'000);
  dmaengine_synchronize(bench.channel);
  check_equal(calls, 3, "callbacks");
  check(bench.holds(0, 0, 3 * kBlockBytes), "the first three blocks");
  bench.end();
}

void wait_and_check(Bench& bench, dma_async_tx_descriptor* tx) {
  check(tx != nullptr, "it is prepared");
  const dma_cookie_t cookie = dmaengine_submit(tx);
  dma_async_issue_pending(bench.channel);
  bench.read_blocks(1);
  check(dma_sync_wait(bench.channel, cookie) == DMA_COMPLETE, "it is done");
}

void single_case() {
  Bench bench;
  wait_and_check(bench, dmaengine_prep_slave_single(bench.channel, bench.handle, kBlockBytes,
                                                    DMA_DEV_TO_MEM, DMA_PREP_INTERRUPT));
  check(bench.holds(0, 0, kBlockBytes), "the block");
  bench.end();
  check(peek(bench.buffer.data() + kBlockBytes) == 0xAAAA'AAAA, "what is behind it");
}

/// Word by word, on a channel that was to go the other way before.
void singles_case() {
  Bench bench;
  dma_slave_config config = bench.config;
  config.dst_addr = config.src_addr;
  config.dst_addr_width = config.src_addr_width;
  config.src_maxburst = config.dst_maxburst = 1;
  check(dmaengine_slave_config(bench.channel, &config) == 0, "bursts of one");
  check(dmaengine_prep_slave_single(bench.channel, bench.handle, kBlockBytes, DMA_MEM_TO_DEV, 0) !=
            nullptr,
        "prepared, and never submitted");
  wait_and_check(bench, dmaengine_prep_slave_single(bench.channel, bench.handle, kBlockBytes,
                                                    DMA_DEV_TO_MEM, DMA_PREP_INTERRUPT));
  check(bench.holds(0, 0, kBlockBytes), "the block");
  bench.end();
}

/// A block as eight rows with gaps between them.
void rows_case() {
  Bench bench;
  constexpr std::size_t kRow = 64;
  constexpr std::size_t kGap = 96;
  const data_chunk chunk{kRow, 0, kGap, 0};
  dma_interleaved_template xt;
  xt.dir = DMA_DEV_TO_MEM;
  xt.src_start = bench.config.src_addr;
  xt.dst_start = bench.handle;
  xt.dst_inc = true;
  xt.numf = kBlockBytes / kRow;
  xt.frame_size = 1;
  xt.sgl = {&chunk, 1};
  wait_and_check(bench, dmaengine_prep_interleaved_dma(bench.channel, &xt, DMA_PREP_INTERRUPT));
  bench.end();
  bool right = true;
  for (std::size_t row = 0; row < xt.numf; ++row) {
    const std::byte* const start = bench.buffer.data() + row * (kRow + kGap);
    for (std::size_t i = 0; i < kRow; i += 4) {
      const auto word = static_cast<std::uint32_t>((row * kRow + i) / 4);
      right = right && peek(start + i) == kFirstWord + word;
    }
    right = right && peek(start + kRow) == 0xAAAA'AAAA;
  }
  check(right, "the rows, and what is between them");
}

/// A list whose entries lie in no order, one of them twice, block by block: the residue counts as
/// listed.
void unordered_case() {
  Bench bench;
  constexpr std::array<std::size_t, 4> kPlaces{512, 0, 1024, 0};
  std::array<scatterlist, kPlaces.size()> list;
  sg_init_table(list.data(), kPlaces.size());
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    list[i].dma_address = bench.handle + kPlaces[i];
    list[i].dma_length = kBlockBytes;
  }
  const dma_cookie_t cookie = dmaengine_submit(dmaengine_prep_slave_sg(
      bench.channel, list.data(), kPlaces.size(), DMA_DEV_TO_MEM, DMA_PREP_INTERRUPT));
  dma_async_issue_pending(bench.channel);
  for (std::size_t left = kPlaces.size(); left-- != 0;) {
    bench.read_blocks(1);
    udelay(500);
    dma_tx_state state;
    dmaengine_tx_status(bench.channel, cookie, &state);
    check_equal(state.residue, left * kBlockBytes, "the residue");
  }
  check(dmaengine_tx_status(bench.channel, cookie, nullptr) == DMA_COMPLETE, "it is done");
  for (const std::size_t place : kPlaces) check(bench.holds(place, 0, kBlockBytes), "a block");
  bench.end();
}

/// The channel's capabilities, and what it refuses.
void refused_case() {
  Bench bench;
  dma_slave_caps caps;
  check(dma_get_slave_caps(bench.channel, &caps) == 0, "it tells its capabilities");
  check_equal(caps.directions, 1U << DMA_MEM_TO_DEV | 1U << DMA_DEV_TO_MEM | 1U << DMA_MEM_TO_MEM,
              "directions");
  check_equal(caps.src_addr_widths, 1U << 1 | 1U << 2 | 1U << 4 | 1U << 8, "widths");
  check_equal(caps.max_burst, 16, "the longest burst");
  check(caps.residue_granularity == DMA_RESIDUE_GRANULARITY_BURST, "residues in bursts");
  check(caps.cmd_pause && !caps.cmd_resume && caps.cmd_terminate && caps.descriptor_reuse,
        "pause without resume, terminate, reuse");
  const auto ring = [&](std::size_t size, std::size_t period, dma_transfer_direction direction) {
    return dmaengine_prep_dma_cyclic(bench.channel, bench.handle, size, period, direction, 0);
  };
  check(ring(2048, 500, DMA_DEV_TO_MEM) == nullptr, "a ring of parts of periods");
  check(ring(2048, 0, DMA_DEV_TO_MEM) == nullptr, "periods of nothing");
  check(ring(0, 512, DMA_DEV_TO_MEM) == nullptr, "a ring of nothing");
  check(ring(2048, 2, DMA_DEV_TO_MEM) == nullptr, "too many periods, of parts of beats");
  check(ring(2048, 512, DMA_MEM_TO_DEV) == nullptr, "a direction that is not configured");
  check(ring(2048, 512, DMA_DEV_TO_DEV) == nullptr, "from device to device");
  scatterlist list[2];
  sg_init_table(list, 2);
  for (scatterlist& entry : list) {
    entry.dma_address = bench.handle;
    entry.dma_length = 64;
  }
  const auto prepared = [&](unsigned entries) {
    return dmaengine_prep_slave_sg(bench.channel, list, entries, DMA_DEV_TO_MEM, 0) != nullptr;
  };
  check(!prepared(3), "a list longer than its table");
  list[1].dma_address += 2;
  check(!prepared(2), "an address that is not aligned");
  list[1].dma_address -= 2;
  list[1].dma_length = 0;
  check(!prepared(2), "an entry of nothing");
  check(dmaengine_usage().descriptors == 0, "nothing is taken by trying");
  check(PTR_ERR(dma_request_chan(find_device("arm,pl18x"), "rx")) == -19,
        "a channel that is taken");
  check(dma_request_slave_channel(find_device("arm,pl18x"), "no such") == nullptr, "no such name");
  bench.end();
}

/// The device tree's channel; when that is taken, one that a filter accepts.
void compat_case() {
  const DmaUsage before = dmaengine_usage();
  device* const mmci = find_device("arm,pl18x");
  dma_cap_mask_t mask;
  dma_cap_set(DMA_MEMCPY, mask);
  unsigned asked = 0;
  const auto second_asked = [](dma_chan*, void* count) {
    return ++*static_cast<unsigned*>(count) == 2;
  };
  dma_chan* const first = dma_request_slave_channel_compat(mask, second_asked, &asked, mmci, "rx");
  check(first != nullptr && asked == 0, "by the device tree");
  check(dma_request_slave_channel_compat(mask, nullptr, nullptr, mmci, "rx") == nullptr,
        "taken, and no filter");
  dma_chan* const second = dma_request_slave_channel_compat(mask, second_asked, &asked, mmci, "rx");
  check(second != nullptr && second != first && asked == 2, "taken, so by the filter");
  CopyJob job;
  job.allocate(second, kRingBytes, 7);
  check(job.run(), "it copies");
  dma_release_channel(second);
  dma_release_channel(first);
  check(dmaengine_usage() == before, "nothing is left over");
}

constexpr Case kCases[] = {
    {"ring", ring_case},           {"coalesced", coalesced_case}, {"stopped", stopped_case},
    {"single", single_case},       {"singles", singles_case},     {"rows", rows_case},
    {"unordered", unordered_case}, {"refused", refused_case},     {"compat", compat_case},
};

}  // namespace

int guest_main() {
  mmci_host()->release_channels();
  remember_levels();
  return run_case(kCases);
}
