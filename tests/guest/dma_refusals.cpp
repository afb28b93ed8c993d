// SPDX-License-Identifier: Apache-2.0
// What dmaengine answers where there is nothing to answer with: no channel, no descriptor, a
// controller that can do nothing, a cookie of nobody, a manager that faults.
#include <array>

#include "sw/arch/mmio.hpp"
#include "sw/dmaengine/pl330/pl330_registers.hpp"
#include "sw/dmaengine/software/software_dma.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "tests/guest/support/copy_job.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = 4096;
// Linux's numbers: include/uapi/asm-generic/errno*.h.
constexpr int kEperm = -1;
constexpr int kEio = -5;
constexpr int kEbusy = -16;
constexpr int kEnodev = -19;
constexpr int kEinval = -22;
constexpr int kEnosys = -38;

/// A controller of one channel that can do nothing: all its members are the defaults.
struct Unable final : dma_device {
  Unable() {
    dev = find_device("arm,pl330");
    add_channel(*this, channel);
  }
  void device_issue_pending(dma_chan& /*chan*/) override {}
  dma_status device_tx_status(dma_chan& /*chan*/, dma_cookie_t /*cookie*/,
                              dma_tx_state* /*state*/) override {
    return DMA_ERROR;
  }
  dma_chan channel;
};

/// Every operation of a controller without it: Linux leaves the member null, and clients get null
/// or -ENOSYS.
void expect_nothing(dma_chan* channel) {
  std::array<dma_addr_t, 2> two{};
  const std::array<std::uint8_t, 2> ones{1, 1};
  sum_check_flags sums{};
  const data_chunk chunk{64, 0, 0, 0};
  dma_interleaved_template shape;
  shape.numf = shape.frame_size = 1;
  shape.sgl = {&chunk, 1};
  scatterlist list;
  sg_init_table(&list, 1);
  const dma_slave_config config;
  check(dmaengine_slave_config(channel, &config) == kEnosys, "no configuration");
  check(dmaengine_prep_dma_memcpy(channel, 0, 0, 64, 0) == nullptr, "no copy");
  check(dmaengine_prep_dma_xor(channel, 0, two.data(), 2, 64, 0) == nullptr, "no XOR");
  check(dmaengine_prep_dma_xor_val(channel, two.data(), 2, 64, &sums, 0) == nullptr, "nor a check");
  check(dmaengine_prep_dma_pq(channel, two.data(), two.data(), 2, ones.data(), 64, 0) == nullptr,
        "no P and Q");
  check(dmaengine_prep_dma_pq_val(channel, two.data(), two.data(), 2, ones.data(), 64, &sums, 0) ==
            nullptr,
        "nor a check");
  check(dmaengine_prep_dma_interrupt(channel, 0) == nullptr, "no interrupt");
  check(dmaengine_prep_slave_sg(channel, &list, 1, DMA_MEM_TO_DEV, 0) == nullptr, "no list");
  check(dmaengine_prep_dma_cyclic(channel, 0, 64, 32, DMA_MEM_TO_DEV, 0) == nullptr, "no ring");
  check(dmaengine_prep_interleaved_dma(channel, &shape, 0) == nullptr, "no rows");
  check(dmaengine_pause(channel) == kEnosys, "no pause");
  check(dmaengine_resume(channel) == kEnosys, "no resume");
  check(dmaengine_terminate_async(channel) == kEinval, "no end");
}

void unable_case() {
  static Unable unable;
  dma_chan* const channel = &unable.channel;
  check(dma_async_device_register(nullptr) == kEnodev, "no controller");
  struct Empty final : dma_device {
    void device_issue_pending(dma_chan& /*chan*/) override {}
    dma_status device_tx_status(dma_chan& /*chan*/, dma_cookie_t /*cookie*/,
                                dma_tx_state* /*state*/) override {
      return DMA_ERROR;
    }
  };
  static Empty empty;
  check(dma_async_device_register(&empty) == kEio, "a controller without channels");
  dmaengine_get();
  check(dma_async_device_register(&unable) == 0, "registered");
  check(channel->client_count == 1, "whoever shares all channels has this one, too");
  check(dma_async_device_unregister(&unable) == kEbusy, "it is in use");
  expect_nothing(channel);
  unable.can_pause = unable.can_resume = true;
  check(dmaengine_pause(channel) == kEnosys && dmaengine_resume(channel) == kEnosys,
        "nor if it says that it can");
  check(unable.of_dma_xlate(Cells{}, 0) == nullptr, "no specifier means a channel of it");
  dmaengine_synchronize(channel);
  check_equal(dmaengine_usage().descriptors, 0, "descriptors");
  dmaengine_put();
  check(dma_async_device_unregister(&unable) == 0, "unregistered");
}

void null_case() {
  dma_slave_config config;
  dma_slave_caps caps;
  check(dmaengine_slave_config(nullptr, &config) == kEinval, "dmaengine_slave_config");
  check(dmaengine_submit(nullptr) == kEinval, "dmaengine_submit");
  check(dmaengine_pause(nullptr) == kEinval, "dmaengine_pause");
  check(dmaengine_resume(nullptr) == kEinval, "dmaengine_resume");
  check(dmaengine_terminate_async(nullptr) == kEinval, "dmaengine_terminate_async");
  check(dmaengine_terminate_sync(nullptr) == kEinval, "dmaengine_terminate_sync");
  check(dma_get_slave_caps(nullptr, &caps) == kEinval, "dma_get_slave_caps");
  check(dmaengine_desc_set_reuse(nullptr) == kEinval, "dmaengine_desc_set_reuse");
  check(dmaengine_desc_free(nullptr) == kEinval, "dmaengine_desc_free");
  check(dma_wait_for_async_tx(nullptr) == DMA_COMPLETE, "dma_wait_for_async_tx");
  check(dmaengine_tx_status(nullptr, 1, nullptr) == DMA_ERROR, "dmaengine_tx_status");
  check(PTR_ERR(dma_request_chan_by_mask(nullptr)) == kEnodev, "dma_request_chan_by_mask");
  dma_release_channel(nullptr);
  dma_chan* const channel = memcpy_channel();
  CopyJob job;
  job.allocate(channel, kBytes, 1);
  dma_async_tx_descriptor* const copy = job.prepare();
  check(dmaengine_desc_free(copy) == kEperm, "what is not to be reused frees itself");
  job.submit();
  job.issue();
  check(job.wait(), "it is done");
  job.unmap();
  dma_release_channel(channel);
  dma_release_channel(channel);  // Says so, and nothing else.
  check_equal(static_cast<std::uint32_t>(channel->client_count), 0, "clients");
}

/// The software engine calls back for nothing, tells the residue of what waits, and knows no cookie
/// that it has not given.
void software_case() {
  software_dma();
  dma_cap_mask_t mask;
  dma_cap_set(DMA_XOR, mask);
  dma_chan* const engine = dma_request_chan_by_mask(&mask);
  check(!IS_ERR_OR_NULL(engine), "an engine");
  CopyJob one;
  CopyJob two;
  one.allocate(engine, kBytes, 1);
  two.allocate(engine, kBytes, 2, DMA_BIDIRECTIONAL);
  const std::array<dma_addr_t, 2> sources{one.source(), two.source()};
  dma_async_tx_descriptor* const sum =
      dmaengine_prep_dma_xor(engine, two.target(), sources.data(), 2, kBytes, DMA_PREP_INTERRUPT);
  two.attach(sum);
  const dma_cookie_t cookie = two.submit();
  dma_tx_state state;
  check(dmaengine_tx_status(engine, cookie, &state) == DMA_IN_PROGRESS, "it waits");
  check_equal(state.residue, kBytes, "the residue of what waits");
  dmaengine_tx_status(engine, cookie + 1, &state);
  check_equal(state.residue, 0, "the residue of nothing");
  one.attach(dmaengine_prep_dma_interrupt(engine, DMA_PREP_INTERRUPT));
  one.submit();
  one.issue();
  check(one.wait() && two.wait(), "both call back");
  one.unmap();
  two.unmap();
  bool right = true;
  for (std::size_t i = 0; i < kBytes; ++i)
    right = right && two.target_bytes()[i] == (one.source_bytes()[i] ^ two.source_bytes()[i]);
  check(right, "the sum is right");
  dma_release_channel(engine);
}

/// Two copies of one channel wait for one of another: both are submitted when that is done.
void chained_case() {
  CopyJob first;
  CopyJob second;
  CopyJob third;
  first.allocate(memcpy_channel(), kBytes, 1);
  second.allocate(memcpy_channel(), kBytes, 2);
  third.allocate(second.channel(), kBytes, 3);
  dma_async_tx_descriptor* const one = first.prepare();
  dma_async_tx_descriptor* const two = second.prepare();
  txd_chain(one, two);
  txd_chain(two, third.prepare());
  first.submit();
  first.issue();
  check(first.wait() && second.wait() && third.wait(), "all are done");
  for (CopyJob* const job : {&first, &second, &third}) {
    job->unmap();
    check(job->right(), "the copy is right");
  }
  dma_release_channel(first.channel());
  dma_release_channel(second.channel());
}

/// The manager's fault is nobody's transfer, unless a thread has stopped meanwhile.
void manager_case() {
  using pl330::Registers;
  constexpr std::uint32_t kLoad = 0x04;  // DMALD: only channels have it.
  constexpr std::uint32_t kKill = 0x01;
  constexpr std::uint32_t kOfThread0 = 1;
  CopyJob job;
  job.allocate(memcpy_channel(), 1U << 20, 1);
  const Mmio<Registers> dma{device_iomap(*find_device("arm,pl330")).value_or(nullptr)};
  const auto execute = [&](std::uint32_t instruction) {
    dma.write(&Registers::dbginst0, instruction);
    dma.write(&Registers::dbginst1, 0);
    dma.write(&Registers::dbgcmd, 0);
  };
  execute(kLoad << 16);
  msleep(1);
  check_equal(dma.read(&Registers::fsrd), 0, "the manager is stopped again");
  job.prepare();
  job.submit();
  job.issue();
  execute(kKill << 16 | kOfThread0);
  execute(kLoad << 16);
  check(!job.wait(), "the transfer fails");
  check_equal(job.callbacks(), 1, "it calls back");
  job.unmap();
  job.fill_and_map(2);
  job.prepare();
  job.submit();
  job.issue();
  check(job.wait(), "the next one does not fail");
  job.unmap();
  check(job.right(), "it is right");
  dma_release_channel(job.channel());
}

constexpr Case kCases[] = {
    {"unable", unable_case},   {"null", null_case},       {"software", software_case},
    {"chained", chained_case}, {"manager", manager_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
