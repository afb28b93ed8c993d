// SPDX-License-Identifier: Apache-2.0
// dmaengine's operations besides the plain copy: interleaved, interrupt, chained, with mappings of
// their own; and what the PL330 refuses.
#include <array>

#include "sw/arch/barrier.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/copy_job.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = 16384;

/// A rectangle of one picture goes to another place of another: more rows than one program holds,
/// two pieces a row.
void interleaved_case() {
  constexpr std::size_t kWidth = 640;
  constexpr std::size_t kHeight = 96;
  constexpr std::size_t kRows = 50;
  constexpr std::size_t kFirst = 64;
  constexpr std::size_t kSecond = 24;
  constexpr std::size_t kBetween = 40;  // In the source; in the target they touch.
  constexpr std::size_t kFrom = 8 * kWidth + 16;
  constexpr std::size_t kTo = 20 * kWidth + 48;
  const DmaUsage before = dmaengine_usage();
  CopyJob job;
  // Of the target only the rectangle is the device's to write.
  job.allocate(memcpy_channel(), kWidth * kHeight, 3, DMA_BIDIRECTIONAL);
  const std::array<data_chunk, 2> chunks{
      data_chunk{kFirst, 0, 0, kBetween},
      data_chunk{kSecond, 0, kWidth - kFirst - kSecond, kWidth - kFirst - kBetween - kSecond}};
  dma_interleaved_template xt;
  xt.src_start = job.source() + kFrom;
  xt.dst_start = job.target() + kTo;
  xt.src_inc = xt.dst_inc = true;
  xt.src_sgl = xt.dst_sgl = true;
  xt.numf = kRows;
  xt.frame_size = chunks.size();
  xt.sgl = chunks;
  dma_async_tx_descriptor* const tx =
      dmaengine_prep_interleaved_dma(job.channel(), &xt, DMA_PREP_INTERRUPT);
  check(tx != nullptr, "it is prepared");
  job.attach(tx);
  const dma_cookie_t cookie = job.submit();
  dma_tx_state state;
  dmaengine_tx_status(job.channel(), cookie, &state);
  check_equal(state.residue, kRows * (kFirst + kSecond), "the residue before");
  job.issue();
  check(job.wait(), "it is done");
  job.unmap();
  bool right = true;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < kWidth * kHeight; ++i) {
    std::byte expected{0xEE};
    const std::size_t row = i >= kTo ? (i - kTo) / kWidth : kRows;
    const std::size_t column = i >= kTo ? (i - kTo) % kWidth : 0;
    if (row < kRows && column < kFirst + kSecond) {
      const std::size_t gap = column < kFirst ? 0 : kBetween;
      expected = job.source_bytes()[kFrom + row * kWidth + column + gap];
      ++copied;
    }
    right = right && job.target_bytes()[i] == expected;
  }
  check_equal(copied, kRows * (kFirst + kSecond), "bytes of the rectangle");
  check(right, "the rectangle is right, and nothing else has changed");
  dma_release_channel(job.channel());
  check(dmaengine_usage() == before, "nothing is left over");
}

/// A descriptor that moves nothing calls back when what was before it is done.
void interrupt_case() {
  CopyJob job;
  job.allocate(memcpy_channel(), kBytes, 4);
  CopyJob nothing;
  nothing.allocate(job.channel(), 64, 5);
  job.prepare();
  job.submit();
  dma_async_tx_descriptor* const tx =
      dmaengine_prep_dma_interrupt(job.channel(), DMA_PREP_INTERRUPT | DMA_PREP_FENCE);
  check(tx != nullptr, "it is prepared");
  nothing.attach(tx);
  nothing.submit();
  job.issue();
  check(nothing.wait(), "it calls back");
  check_equal(job.callbacks(), 1, "callbacks of the copy before it");
  job.unmap();
  nothing.unmap();
  check(job.right(), "the copy is right");
  dma_release_channel(job.channel());
}

/// The second copy's source is the first one's target; it is submitted when that is done.
void chained_case() {
  CopyJob first;
  CopyJob second;
  first.allocate(memcpy_channel(), kBytes, 6, DMA_BIDIRECTIONAL);  // Written, then read.
  second.allocate(memcpy_channel(), kBytes, 6);
  dma_async_tx_descriptor* const one = first.prepare();
  dma_async_tx_descriptor* const two = dmaengine_prep_dma_memcpy(
      second.channel(), second.target(), first.target(), kBytes, DMA_PREP_INTERRUPT);
  second.attach(two);
  txd_chain(one, two);
  first.submit();
  first.issue();
  check(second.wait(), "the second copy is done");
  check_equal(first.callbacks(), 1, "callbacks of the first");
  first.unmap();
  second.unmap();
  check(second.right(), "the bytes went through both");
  dma_release_channel(first.channel());
  dma_release_channel(second.channel());
}

std::span<std::byte> unmapped_target;
volatile bool seen_right = false;

/// The mappings end before the callback, which may read the target then.
void unmapped_case() {
  const DmaUsage before = dmaengine_usage();
  dma_chan* const channel = memcpy_channel();
  device* const dev = dmaengine_dma_dev(channel);
  const std::span<std::byte> source = alloc_bytes(kBytes);
  unmapped_target = alloc_bytes(kBytes);
  for (std::byte& byte : source) byte = std::byte{0x42};
  for (std::byte& byte : unmapped_target) byte = std::byte{0x17};
  dmaengine_unmap_data* const unmap = dmaengine_get_unmap_data(dev, 2, GFP_KERNEL);
  unmap->len = kBytes;
  unmap->addr[0] = mapped(*dev, source.data(), kBytes, DMA_TO_DEVICE);
  unmap->to_cnt = 1;
  unmap->addr[1] = mapped(*dev, unmapped_target.data(), kBytes, DMA_FROM_DEVICE);
  unmap->from_cnt = 1;
  dma_async_tx_descriptor* const tx = dmaengine_prep_dma_memcpy(
      channel, unmap->addr[1], unmap->addr[0], kBytes, DMA_PREP_INTERRUPT);
  dma_set_unmap(tx, unmap);
  dmaengine_unmap_put(unmap);
  tx->callback = [](void*) {
    bool all = true;
    for (const std::byte byte : unmapped_target) all = all && byte == std::byte{0x42};
    seen_right = all;
  };
  const dma_cookie_t cookie = dmaengine_submit(tx);
  check(dma_sync_wait(channel, cookie) == DMA_COMPLETE, "dma_sync_wait sees it complete");
  dmaengine_synchronize(channel);
  check(seen_right, "the callback reads the new bytes");
  dma_release_channel(channel);
  check(dmaengine_usage() == before, "nothing is left over");
}

/// What no PL330, or not this one, can do; nothing is taken by trying.
void refused_case() {
  CopyJob job;
  job.allocate(memcpy_channel(), kBytes, 8);
  dma_chan* const channel = job.channel();
  const DmaUsage before = dmaengine_usage();
  const dma_addr_t addresses[2] = {job.source(), job.target()};
  const std::uint8_t coefficients[1] = {1};
  check(dmaengine_prep_dma_xor(channel, job.target(), addresses, 1, 64, 0) == nullptr, "XOR");
  check(dmaengine_prep_dma_pq(channel, addresses, addresses, 1, coefficients, 64, 0) == nullptr,
        "PQ");
  check(dmaengine_prep_dma_memcpy(channel, job.target(), job.source(), 0, 0) == nullptr,
        "a copy of nothing");
  check(dmaengine_prep_dma_memcpy(channel, 0xFFFF'FFF0, job.source(), 64, 0) == nullptr,
        "a copy beyond 32 bits");
  dma_slave_config config;
  config.src_addr_width = config.dst_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES;
  check(dmaengine_slave_config(channel, &config) == 0, "words");
  for (const dma_transfer_direction direction :
       {DMA_MEM_TO_MEM, DMA_MEM_TO_DEV, DMA_DEV_TO_DEV, DMA_TRANS_NONE}) {
    check(dmaengine_prep_slave_single(channel, job.source(), 64, direction, 0) == nullptr,
          "a slave transfer without a request line, or from device to device");
  }
  config.dst_addr_width = DMA_SLAVE_BUSWIDTH_16_BYTES;
  check(dmaengine_slave_config(channel, &config) == -22, "beats wider than the bus");
  config.dst_addr_width = DMA_SLAVE_BUSWIDTH_3_BYTES;
  check(dmaengine_slave_config(channel, &config) == -22, "beats of 3 bytes");
  config.dst_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES;
  config.dst_addr = 0x1000'5082;
  check(dmaengine_slave_config(channel, &config) == -22, "a FIFO that is not aligned");
  config.dst_addr = 0x1000'5080;
  config.device_fc = true;
  check(dmaengine_slave_config(channel, &config) == -95, "a peripheral that ends the transfer");
  check(dmaengine_usage() == before, "nothing is taken by trying");
  check(job.run(), "a copy works");
  dma_release_channel(channel);
}

/// Descriptors and channels run out, are missed by nobody, and come back.
void exhausted_case() {
  const DmaUsage before = dmaengine_usage();
  dma_cap_mask_t mask;
  dma_cap_set(DMA_MEMCPY, mask);
  std::array<dma_chan*, 64> channels{};
  unsigned taken = 0;
  while (taken < channels.size()) {
    dma_chan* const channel = dma_request_channel(mask, nullptr, nullptr);
    if (channel == nullptr) break;
    channels[taken++] = channel;
  }
  check(taken >= 16 && taken < channels.size(), "channels run out");
  unsigned prepared = 0;
  while (dmaengine_prep_dma_interrupt(channels[0], 0) != nullptr) ++prepared;
  check(prepared > 0, "descriptors run out");
  check(dmaengine_prep_dma_interrupt(channels[1], 0) == nullptr, "for all channels");
  check_equal(dmaengine_usage().descriptors, before.descriptors + prepared, "descriptors in use");
  dmaengine_terminate_sync(channels[0]);
  check_equal(dmaengine_usage().descriptors, before.descriptors, "and afterwards");
  for (unsigned i = 0; i < taken; ++i) dma_release_channel(channels[i]);
  check(dmaengine_usage() == before, "nothing is left over");
}

/// What a client asks of masks, descriptors and cookies.
void names_case() {
  dma_cap_mask_t mask;
  dma_cap_set(DMA_MEMCPY, mask);
  dma_cap_set(DMA_PQ, mask);
  check(IS_ERR_OR_NULL(dma_request_chan_by_mask(&mask)), "no PL330 does PQ");
  dma_cap_clear(DMA_PQ, mask);
  check(dma_has_cap(DMA_MEMCPY, mask) && !dma_has_cap(DMA_PQ, mask), "one capability");
  dma_chan* const channel = dma_request_chan_by_mask(&mask);
  check(!IS_ERR_OR_NULL(channel), "dma_request_chan_by_mask");
  dma_cap_zero(mask);
  check(!dma_has_cap(DMA_MEMCPY, mask), "none");
  check(PTR_ERR(dma_request_slave_channel_reason(nullptr, "rx")) == -19, "no device is -ENODEV");
  CopyJob job;
  job.allocate(channel, kBytes, 9);
  dma_async_tx_descriptor* const tx = job.prepare();
  check(!async_tx_test_ack(tx), "not acknowledged");
  async_tx_ack(tx);
  check(async_tx_test_ack(tx), "acknowledged");
  check(dmaengine_desc_set_reuse(tx) == 0 && dmaengine_desc_test_reuse(tx), "to be reused");
  dmaengine_desc_clear_reuse(tx);
  check(!dmaengine_desc_test_reuse(tx), "not to be");
  const dma_cookie_t cookie = job.submit();
  check(!dma_submit_error(cookie), "it is submitted");
  dma_cookie_t last = 0;
  dma_cookie_t used = 0;
  check(dma_async_is_tx_complete(channel, cookie, &last, &used) == DMA_IN_PROGRESS, "not done");
  check(used == cookie && last != cookie, "its cookie is the last used");
  check(dma_async_is_complete(cookie, last, used) == DMA_IN_PROGRESS, "so say these two");
  job.issue();
  check(job.wait(), "it is done");
  check(dma_async_is_tx_complete(channel, cookie, &last, nullptr) == DMA_COMPLETE, "complete");
  check(last == cookie, "its cookie is the last complete");
  dma_rmb();
  job.unmap();
  check(job.right(), "the copy is right");
  dma_release_channel(channel);
}

constexpr Case kCases[] = {
    {"interleaved", interleaved_case},
    {"interrupt", interrupt_case},
    {"chained", chained_case},
    {"unmapped", unmapped_case},
    {"refused", refused_case},
    {"exhausted", exhausted_case},
    {"names", names_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
