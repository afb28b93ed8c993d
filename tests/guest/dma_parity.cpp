// SPDX-License-Identifier: Apache-2.0
// RAID-6 by the software engine on data that a PL330 brings and takes: sources arrive by DMA, P and
// Q leave by DMA. One engine is behind the caches, the other in front of them.
#include <algorithm>
#include <array>

#include "sw/dmaengine/software/software_dma.hpp"
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

constexpr std::size_t kBytes = 4096;
constexpr unsigned kDisks = 4;
constexpr std::array<std::uint8_t, kDisks> kCoefficients{1, 2, 4, 8};

/// A stripe: data that a PL330 has written, the engine's channel, P and Q.
struct Stripe {
  Stripe() {
    engine = dma_request_channel(software_dma().cap_mask, nullptr, nullptr);
    if (engine == nullptr) panic("no engine");
    for (unsigned i = 0; i < kDisks; ++i) {
      disks[i].allocate(memcpy_channel(), kBytes, i + 1);
      check(disks[i].run(), "a disk is read");
      dma_release_channel(disks[i].channel());
      sources[i] = map(disks[i].target_bytes(), DMA_TO_DEVICE);
    }
    for (unsigned i = 0; i < 2; ++i) {
      sums[i] = alloc_bytes(kBytes);
      for (std::byte& byte : sums[i]) byte = std::byte{0x99};
      targets[i] = map(sums[i], DMA_BIDIRECTIONAL);
    }
  }
  Stripe(const Stripe&) = delete;
  Stripe& operator=(const Stripe&) = delete;

  dma_addr_t map(std::span<std::byte> bytes, dma_data_direction direction) const {
    return mapped(*dmaengine_dma_dev(engine), bytes.data(), bytes.size(), direction);
  }
  bool run(dma_async_tx_descriptor* tx) const {
    if (tx == nullptr) return false;
    return dma_sync_wait(engine, dmaengine_submit(tx)) == DMA_COMPLETE;
  }
  bool calculate(unsigned first, unsigned count, unsigned long flags) const {
    return run(dmaengine_prep_dma_pq(engine, targets.data(), sources.data() + first, count,
                                     kCoefficients.data() + first, kBytes, flags));
  }
  void unmap() const {
    device* const dev = dmaengine_dma_dev(engine);
    for (const dma_addr_t source : sources) dma_unmap_single(dev, source, kBytes, DMA_TO_DEVICE);
    for (const dma_addr_t target : targets)
      dma_unmap_single(dev, target, kBytes, DMA_BIDIRECTIONAL);
    dma_release_channel(engine);
  }

  dma_chan* engine = nullptr;
  std::array<CopyJob, kDisks> disks;
  std::array<dma_addr_t, kDisks> sources{};
  std::array<std::span<std::byte>, 2> sums;
  std::array<dma_addr_t, 2> targets{};
};

/// Takes a sum away by PL330 and compares what arrives with the sum of products, calculated bit by
/// bit.
bool leaves_right(std::span<const std::byte> sum, const Stripe& stripe, bool with_coefficients) {
  CopyJob away;
  away.allocate(memcpy_channel(), kBytes, 9);
  away.unmap();
  std::copy(sum.begin(), sum.end(), away.source_bytes().begin());
  device* const dev = dmaengine_dma_dev(away.channel());
  const dma_addr_t from = mapped(*dev, away.source_bytes().data(), kBytes, DMA_TO_DEVICE);
  const dma_addr_t to = mapped(*dev, away.target_bytes().data(), kBytes, DMA_FROM_DEVICE);
  away.attach(dmaengine_prep_dma_memcpy(away.channel(), to, from, kBytes, DMA_PREP_INTERRUPT));
  away.submit();
  away.issue();
  bool right = away.wait();
  dma_unmap_single(dev, to, kBytes, DMA_FROM_DEVICE);
  dma_unmap_single(dev, from, kBytes, DMA_TO_DEVICE);
  dma_release_channel(away.channel());
  for (std::size_t i = 0; i < kBytes; ++i) {
    unsigned expected = 0;
    for (unsigned disk = 0; disk < kDisks; ++disk) {
      auto value = std::to_integer<unsigned>(stripe.disks[disk].source_bytes()[i]);
      for (unsigned power = 0; with_coefficients && power < disk; ++power)
        value = (value << 1 ^ (value >> 7) * 0x11D) & 0xFF;
      expected ^= value;
    }
    right = right && std::to_integer<unsigned>(away.target_bytes()[i]) == expected;
  }
  return right;
}

void xor_case() {
  const DmaUsage before = dmaengine_usage();
  const Stripe stripe;
  check(stripe.run(dmaengine_prep_dma_xor(stripe.engine, stripe.targets[0], stripe.sources.data(),
                                          kDisks, kBytes, DMA_PREP_INTERRUPT)),
        "it is calculated");
  std::array<dma_addr_t, kDisks + 1> all{};
  std::copy(stripe.sources.begin(), stripe.sources.end(), all.begin());
  all.back() = stripe.targets[0];
  sum_check_flags result = SUM_CHECK_P_RESULT;
  check(stripe.run(dmaengine_prep_dma_xor_val(stripe.engine, all.data(), kDisks + 1, kBytes,
                                              &result, 0)) &&
            result == 0,
        "with it the sum is zero");
  stripe.unmap();
  check(leaves_right(stripe.sums[0], stripe, false), "the device reads the sum");
  check(dmaengine_usage() == before, "nothing is left over");
}

/// In one operation, or in two of which the second continues.
void pq(bool in_two) {
  const DmaUsage before = dmaengine_usage();
  const Stripe stripe;
  check(stripe.calculate(0, in_two ? 2 : kDisks, 0), "P and Q are calculated");
  if (in_two) check(stripe.calculate(2, kDisks - 2, DMA_PREP_CONTINUE), "and continued");
  sum_check_flags result{};
  const auto check_sums = [&] {
    return stripe.run(dmaengine_prep_dma_pq_val(stripe.engine, stripe.targets.data(),
                                                stripe.sources.data(), kDisks, kCoefficients.data(),
                                                kBytes, &result, 0));
  };
  check(check_sums() && result == 0, "they are checked");
  stripe.unmap();
  check(leaves_right(stripe.sums[0], stripe, false), "the device reads P");
  check(leaves_right(stripe.sums[1], stripe, true), "the device reads Q");
  check(dmaengine_usage() == before, "nothing is left over");
}

void pq_case() { pq(false); }
void continued_case() { pq(true); }

/// Between dmaengine_get and dmaengine_put the engine's channels are everybody's.
void shared_case() {
  constexpr std::byte kFirst{0x5A};
  constexpr std::byte kSecond{0x33};
  const DmaUsage before = dmaengine_usage();
  const dma_cap_mask_t offered = software_dma().cap_mask;
  check(dma_find_channel(DMA_XOR) == nullptr, "before dmaengine_get nobody finds a channel");
  dmaengine_get();
  dma_chan* const engine = dma_find_channel(DMA_XOR);
  if (engine == nullptr) panic("no shared channel");
  check(engine->device == &software_dma(), "it is the software engine's");
  check(dma_find_channel(DMA_MEMCPY) == nullptr, "the PL330's are for one client each");
  check(dma_request_channel(offered, nullptr, nullptr) == nullptr, "nobody gets one alone");
  device* const dev = dmaengine_dma_dev(engine);
  std::array<std::span<std::byte>, 3> bytes;
  std::array<dma_addr_t, 3> handles{};
  for (unsigned i = 0; i < bytes.size(); ++i) {
    bytes[i] = alloc_bytes(kBytes);
    std::fill(bytes[i].begin(), bytes[i].end(), i == 0 ? kFirst : kSecond);
    handles[i] = mapped(*dev, bytes[i].data(), kBytes, DMA_BIDIRECTIONAL);
  }
  dma_async_tx_descriptor* const tx =
      dmaengine_prep_dma_xor(engine, handles[2], handles.data(), 2, kBytes, DMA_PREP_INTERRUPT);
  check(tx != nullptr, "it is prepared");
  const dma_cookie_t cookie = dmaengine_submit(tx);
  udelay(100);
  check(dmaengine_tx_status(engine, cookie, nullptr) == DMA_IN_PROGRESS, "nobody has issued it");
  dma_issue_pending_all();
  dmaengine_synchronize(engine);
  check(dmaengine_tx_status(engine, cookie, nullptr) == DMA_COMPLETE, "dma_issue_pending_all does");
  dma_async_tx_descriptor* const again =
      dmaengine_prep_dma_xor(engine, handles[2], handles.data() + 1, 2, kBytes, DMA_PREP_INTERRUPT);
  dmaengine_submit(again);
  check(bytes[2].front() == (kFirst ^ kSecond) && bytes[2].back() == (kFirst ^ kSecond), "the sum");
  check(dma_wait_for_async_tx(again) == DMA_COMPLETE, "dma_wait_for_async_tx issues and waits");
  check(bytes[2].front() == kFirst && bytes[2].back() == kFirst, "the second sum");
  check(dma_wait_for_async_tx(nullptr) == DMA_COMPLETE, "nothing is complete");
  for (const dma_addr_t handle : handles) dma_unmap_single(dev, handle, kBytes, DMA_BIDIRECTIONAL);
  dmaengine_put();
  check(dma_find_channel(DMA_XOR) == nullptr, "after dmaengine_put neither");
  check(dmaengine_usage() == before, "nothing is left over");
}

/// An interrupt looks at a sum while it is calculated: all of it is still to be done.
void residue_case() {
  struct Look {
    dma_chan* channel = nullptr;
    dma_cookie_t cookie = 0;
    dma_status status = DMA_ERROR;
    dma_tx_state state{};
  };
  const Stripe stripe;
  Look look{.channel = stripe.engine};
  Timer timer{[](void* data) {
                Look& at = *static_cast<Look*>(data);
                at.status = dmaengine_tx_status(at.channel, at.cookie, &at.state);
              },
              &look};
  look.cookie = dmaengine_submit(
      dmaengine_prep_dma_pq(stripe.engine, stripe.targets.data(), stripe.sources.data(), kDisks,
                            kCoefficients.data(), kBytes, DMA_PREP_INTERRUPT));
  timer.start(ktime_ns() + 50 * kNsPerUs);
  dma_async_issue_pending(stripe.engine);
  check(look.status == DMA_IN_PROGRESS, "it is being calculated");
  check_equal(look.state.residue, kBytes, "its residue");
  check(dmaengine_tx_status(stripe.engine, look.cookie, &look.state) == DMA_COMPLETE, "it is done");
  check_equal(look.state.residue, 0, "the residue afterwards");
  stripe.unmap();
}

constexpr Case kCases[] = {{"xor", xor_case},
                           {"pq", pq_case},
                           {"continued", continued_case},
                           {"shared", shared_case},
                           {"residue", residue_case}};

}  // namespace

int guest_main() { return run_case(kCases); }
