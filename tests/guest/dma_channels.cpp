// SPDX-License-Identifier: Apache-2.0
// Many channels of dmaengine on the PL330's eight threads: waiting, pausing, terminating, using
// descriptors again. Each case ends with as many channels and descriptors as it began with.
#include <array>

#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "tests/guest/support/copy_job.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr unsigned kThreads = 8;
constexpr unsigned kChannels = 16;
constexpr std::size_t kLong = 256U << 10;
constexpr std::uint32_t kBurstBytes = 128;  // 16 beats of 8 bytes.

/// Says so if something was taken and not given back.
class LeakCheck {
 public:
  LeakCheck() = default;
  LeakCheck(const LeakCheck&) = delete;
  LeakCheck& operator=(const LeakCheck&) = delete;
  ~LeakCheck() { check(dmaengine_usage() == before_, "nothing is left over"); }

 private:
  DmaUsage before_ = dmaengine_usage();
};

std::array<CopyJob, kChannels> jobs;

void allocate_all(std::size_t size) {
  for (unsigned i = 0; i < kChannels; ++i)
    jobs[i].allocate(memcpy_channel(), size + 1000 * std::size_t{i}, i);
}
void release_all() {
  for (const CopyJob& job : jobs) dma_release_channel(job.channel());
}

/// Twice as many channels as threads, all at once: half of them wait.
void waiting_case() {
  const LeakCheck leaks;
  allocate_all(8192);
  std::array<dma_cookie_t, kChannels> cookies{};
  for (unsigned i = 0; i < kChannels; ++i) {
    check(jobs[i].prepare() != nullptr, "a descriptor");
    cookies[i] = jobs[i].submit();
  }
  for (CopyJob& job : jobs) job.issue();
  dma_tx_state state;
  check(dmaengine_tx_status(jobs.back().channel(), cookies.back(), &state) == DMA_IN_PROGRESS,
        "the last one waits");
  check_equal(state.residue, jobs.back().size(), "its residue");
  for (CopyJob& job : jobs) check(job.wait(), "a copy is done");
  for (CopyJob& job : jobs) {
    job.unmap();
    check(job.right(), "the bytes are right");
    check_equal(job.callbacks(), 1, "callbacks");
  }
  release_all();
}

/// Every second of the channels is terminated under load, whether it runs or waits.
void terminated_case() {
  const LeakCheck leaks;
  allocate_all(kLong / 4);
  for (CopyJob& job : jobs) {
    job.prepare();
    job.submit();
    job.issue();
  }
  udelay(50);
  for (unsigned i = 1; i < kChannels; i += 2)
    check_equal(static_cast<std::uint32_t>(dmaengine_terminate_sync(jobs[i].channel())), 0,
                "terminate_sync");
  for (unsigned i = 0; i < kChannels; i += 2) check(jobs[i].wait(), "the others are done");
  for (unsigned i = 0; i < kChannels; ++i) {
    jobs[i].unmap();
    check_equal(jobs[i].callbacks(), i % 2 == 0 ? 1 : 0, "callbacks");
    if (i % 2 == 0) check(jobs[i].right(), "their bytes are right");
  }
  for (unsigned i = 1; i < kChannels; i += 2) {
    jobs[i].fill_and_map(100 + i);
    check(jobs[i].run(), "a terminated channel works again");
  }
  release_all();
}

/// All threads are busy, and terminated: the one that waited gets a thread by that.
void handed_over_case() {
  const LeakCheck leaks;
  for (unsigned i = 0; i <= kThreads; ++i)
    jobs[i].allocate(memcpy_channel(), i < kThreads ? kLong : 4096, i);
  for (unsigned i = 0; i <= kThreads; ++i) {
    jobs[i].prepare();
    jobs[i].submit();
    jobs[i].issue();
  }
  for (unsigned i = 0; i < kThreads; ++i) dmaengine_terminate_sync(jobs[i].channel());
  check(jobs[kThreads].wait(), "the waiting copy is done");
  for (unsigned i = 0; i <= kThreads; ++i) {
    check_equal(jobs[i].callbacks(), i == kThreads ? 1 : 0, "callbacks");
    jobs[i].unmap();
    dma_release_channel(jobs[i].channel());
  }
  check(jobs[kThreads].right(), "its bytes are right");
}

/// The rest of a paused copy is lost; what is said to be done has been done.
void paused_case() {
  const LeakCheck leaks;
  CopyJob& job = jobs[0];
  job.allocate(memcpy_channel(), kLong, 1);
  job.prepare();
  const dma_cookie_t cookie = job.submit();
  job.issue();
  udelay(200);
  check_equal(static_cast<std::uint32_t>(dmaengine_pause(job.channel())), 0, "pause");
  dma_tx_state state;
  check(dmaengine_tx_status(job.channel(), cookie, &state) == DMA_PAUSED, "it is paused");
  check(state.residue > 0 && state.residue < kLong, "it is neither at the start nor at the end");
  const std::uint32_t residue = state.residue;
  udelay(100);
  dmaengine_tx_status(job.channel(), cookie, &state);
  check_equal(state.residue, residue, "the residue later");
  check(dmaengine_resume(job.channel()) == -38, "it cannot go on: -ENOSYS");
  check(dmaengine_terminate_sync(job.channel()) == 0, "it is terminated");
  job.unmap();
  check(job.right(kLong - residue), "the bytes that are done are right");
  check_equal(job.callbacks(), 0, "callbacks");
  job.fill_and_map(2);
  check(job.run(), "the channel works again");
  // Paused before anything runs.
  check(dmaengine_pause(job.channel()) == 0, "an idle channel can be paused");
  job.fill_and_map(3);
  job.prepare();
  const dma_cookie_t waiting = job.submit();
  job.issue();
  udelay(100);
  check(dmaengine_tx_status(job.channel(), waiting, &state) == DMA_PAUSED, "nothing starts");
  check_equal(state.residue, kLong, "its residue");
  dmaengine_terminate_sync(job.channel());
  job.unmap();
  dma_release_channel(job.channel());
}

/// The residue falls in bursts, from everything to nothing.
void watch_residue(CopyJob& job) {
  job.prepare();
  const dma_cookie_t cookie = job.submit();
  dma_tx_state state;
  check(dmaengine_tx_status(job.channel(), cookie, &state) == DMA_IN_PROGRESS, "submitted");
  check_equal(state.residue, kLong, "the residue before the issue");
  job.issue();
  std::uint32_t last = kLong;
  unsigned steps = 0;
  bool falls = true;
  bool in_bursts = true;
  while (dmaengine_tx_status(job.channel(), cookie, &state) == DMA_IN_PROGRESS) {
    falls = falls && state.residue <= last;
    in_bursts = in_bursts && state.residue % kBurstBytes == 0;
    if (state.residue != last) ++steps;
    last = state.residue;
  }
  check(falls, "the residue never grows");
  check(in_bursts, "it is a number of bursts");
  check(steps > 20, "it is seen to fall");
  check_equal(state.residue, 0, "the residue at the end");
  check(job.wait(), "the copy is done");
  job.unmap();
  check(job.right(), "the bytes are right");
}

/// The second time the thread's registers say at first what the first time left there: the end.
void residue_case() {
  const LeakCheck leaks;
  CopyJob& job = jobs[0];
  job.allocate(memcpy_channel(), kLong, 1);
  watch_residue(job);
  job.fill_and_map(2);
  watch_residue(job);
  dma_release_channel(job.channel());
}

/// One descriptor, five transfers; new bytes each time, through syncs of one mapping.
void reused_case() {
  const LeakCheck leaks;
  CopyJob& job = jobs[0];
  job.allocate(memcpy_channel(), 4096, 1);
  dma_async_tx_descriptor* const tx = job.prepare();
  check(dmaengine_desc_set_reuse(tx) == 0, "it can be reused");
  device* const dev = dmaengine_dma_dev(job.channel());
  for (std::uint32_t turn = 0; turn < 5; ++turn) {
    dma_sync_single_for_cpu(dev, job.source(), job.size(), DMA_TO_DEVICE);
    for (std::byte& byte : job.source_bytes()) byte = static_cast<std::byte>(turn + 1);
    dma_sync_single_for_device(dev, job.source(), job.size(), DMA_TO_DEVICE);
    check(job.submit() > 0, "it is submitted");
    job.issue();
    check(job.wait(), "the copy is done");
    dma_sync_single_for_cpu(dev, job.target(), job.size(), DMA_FROM_DEVICE);
    bool all = true;
    for (const std::byte byte : job.target_bytes())
      all = all && byte == static_cast<std::byte>(turn + 1);
    check(all, "the bytes are this turn's");
    dma_sync_single_for_device(dev, job.target(), job.size(), DMA_FROM_DEVICE);
  }
  check_equal(job.callbacks(), 5, "callbacks");
  job.unmap();
  check(dmaengine_desc_free(tx) == 0, "it is freed");
  dma_release_channel(job.channel());
}

/// A channel does not keep its thread while others wait: transfers of all take turns.
void turns_case() {
  const LeakCheck leaks;
  allocate_all(2048);
  std::array<std::array<CopyJob, 2>, kChannels> queued;
  for (unsigned i = 0; i < kChannels; ++i) {
    for (unsigned n = 0; n < 2; ++n) {
      queued[i][n].allocate(jobs[i].channel(), 16384 + 512 * std::size_t{i}, 2 * i + n);
      if (queued[i][n].prepare() == nullptr) panic("no descriptor");
      queued[i][n].submit();
    }
  }
  for (CopyJob& job : jobs) job.issue();
  // When the last channel's first transfer is done, the first one's second is not.
  check(queued[kChannels - 1][0].wait(), "the last channel's first transfer is done");
  unsigned second = 0;
  for (unsigned i = 0; i < kThreads; ++i) second += queued[i][1].callbacks();
  check(second < kThreads, "not all second transfers came before");
  for (auto& both : queued) {
    for (CopyJob& job : both) {
      if (&job != &queued[kChannels - 1][0]) check(job.wait(), "a transfer is done");
      job.unmap();
      check(job.right(), "the bytes are right");
    }
  }
  for (CopyJob& job : jobs) job.unmap();
  release_all();
}

constexpr Case kCases[] = {
    {"waiting", waiting_case}, {"handed_over", handed_over_case}, {"terminated", terminated_case},
    {"paused", paused_case},   {"residue", residue_case},         {"reused", reused_case},
    {"turns", turns_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
