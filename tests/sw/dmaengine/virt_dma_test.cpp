// SPDX-License-Identifier: Apache-2.0
// What becomes of a descriptor between prepare and callback.
#include "sw/kernel/interrupt.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"
#include "tests/sw/dmaengine/fake_dma.hpp"
#include "tests/sw/kernel/machine.hpp"

using namespace guest;
using namespace guest::test;

namespace {

Log called;

/// A machine with a controller and one channel of it.
struct Bench : Machine {
  Bench() {
    called.clear();
    fake.log.clear();
    fake.caps.directions = 1;
    fake.caps.descriptor_reuse = true;
    dma_cap_set(DMA_SLAVE, fake.cap_mask);
  }
  dma_async_tx_descriptor* prepare(const char* name) {
    dma_async_tx_descriptor* const tx = dmaengine_prep_dma_memcpy(channel, 0, 0, 4, 0);
    if (tx == nullptr) return nullptr;
    tx->callback_param = const_cast<char*>(name);
    tx->callback = [](void* parameter) {
      called.emplace_back(static_cast<const char*>(parameter));
      CHECK_FALSE(irqs_disabled());
    };
    return tx;
  }
  dma_cookie_t submit(const char* name) { return dmaengine_submit(prepare(name)); }
  dma_status status(dma_cookie_t cookie) { return dmaengine_tx_status(channel, cookie, nullptr); }
  void complete_one(dmaengine_result result = {}) {
    fake.complete_next(0, result);
    run_tasklets();
  }
  std::size_t count(virt_dma_list& list) {
    std::size_t result = 0;
    for ([[maybe_unused]] virt_dma_desc& desc : list) ++result;
    return result;
  }

  FakeDma fake{DMA_MEMCPY, DMA_PRIVATE};
  dma_chan* channel = dma_request_channel(mask_of({DMA_MEMCPY}), nullptr, nullptr);
  virt_dma_chan& lane = fake.lanes[0];
};

}  // namespace

TEST_CASE_METHOD(Bench, "a descriptor goes from allocated to submitted, issued, completed, free",
                 "[sw][dmaengine]") {
  dma_async_tx_descriptor* const tx = prepare("a");
  CHECK(count(lane.desc_allocated) == 1);
  const dma_cookie_t cookie = dmaengine_submit(tx);
  CHECK(count(lane.desc_allocated) == 0);
  CHECK(count(lane.desc_submitted) == 1);
  CHECK(status(cookie) == DMA_IN_PROGRESS);
  dma_async_issue_pending(channel);
  CHECK(count(lane.desc_submitted) == 0);
  CHECK(count(lane.desc_issued) == 1);
  fake.complete_next(0);
  CHECK(count(lane.desc_completed) == 1);
  CHECK(status(cookie) == DMA_COMPLETE);
  CHECK(called.empty());
  run_tasklets();
  CHECK(called == Log{"a"});
  CHECK(fake.descriptors_in_use() == 0);
}

TEST_CASE_METHOD(Bench, "what was submitted after the issue waits for the next one",
                 "[sw][dmaengine]") {
  submit("a");
  dma_async_issue_pending(channel);
  submit("b");
  CHECK(count(lane.desc_issued) == 1);
  CHECK(count(lane.desc_submitted) == 1);
}

TEST_CASE_METHOD(Bench, "cookies count up, and wrap to the first one", "[sw][dmaengine]") {
  CHECK(submit("a") == 2);
  CHECK(submit("b") == 3);
  lane.cookie = 0x7FFF'FFFF;
  CHECK(submit("c") == DMA_MIN_COOKIE);
}

// Linux, dma_async_is_complete.
TEST_CASE("a cookie is complete up to the last completed one, also around the wrap",
          "[sw][dmaengine]") {
  CHECK(dma_async_is_complete(5, 5, 9) == DMA_COMPLETE);
  CHECK(dma_async_is_complete(6, 5, 9) == DMA_IN_PROGRESS);
  CHECK(dma_async_is_complete(10, 5, 9) == DMA_COMPLETE);
  CHECK(dma_async_is_complete(0x7FFF'FFFE, 0x7FFF'FFFE, 3) == DMA_COMPLETE);
  CHECK(dma_async_is_complete(0x7FFF'FFFF, 0x7FFF'FFFE, 3) == DMA_IN_PROGRESS);
  CHECK(dma_async_is_complete(2, 0x7FFF'FFFE, 3) == DMA_IN_PROGRESS);
}

TEST_CASE_METHOD(Bench, "a descriptor cannot be submitted twice", "[sw][dmaengine]") {
  dma_async_tx_descriptor* const tx = prepare("a");
  CHECK(dmaengine_submit(tx) == 2);
  CHECK(dmaengine_submit(tx) == -22);
  CHECK(count(lane.desc_submitted) == 1);
}

TEST_CASE_METHOD(Bench, "when descriptors are exhausted prepare is null, until one is free",
                 "[sw][dmaengine]") {
  while (prepare("a") != nullptr) {
  }
  CHECK(dmaengine_usage().descriptors == fake.descriptors.size());
  dmaengine_terminate_sync(channel);
  CHECK(dmaengine_usage().descriptors == 0);
  CHECK(prepare("a") != nullptr);
}

TEST_CASE_METHOD(Bench, "a callback may prepare, submit and issue", "[sw][dmaengine]") {
  static Bench* bench = nullptr;
  bench = this;
  dma_async_tx_descriptor* const tx = prepare("unused");
  tx->callback = [](void*) {
    CHECK_FALSE(spin_is_locked(&bench->lane.lock));
    bench->submit("again");
    dma_async_issue_pending(bench->channel);
  };
  dmaengine_submit(tx);
  dma_async_issue_pending(channel);
  complete_one();
  CHECK(count(lane.desc_issued) == 1);
  complete_one();
  CHECK(called == Log{"again"});
}

TEST_CASE_METHOD(Bench, "callback_result is preferred, and told the outcome", "[sw][dmaengine]") {
  static dmaengine_result got;
  dma_async_tx_descriptor* const tx = prepare("a");
  tx->callback_result = [](void*, const dmaengine_result* result) { got = *result; };
  dmaengine_submit(tx);
  dma_async_issue_pending(channel);
  complete_one({DMA_TRANS_READ_FAILED, 17});
  CHECK(got.result == DMA_TRANS_READ_FAILED);
  CHECK(got.residue == 17);
  CHECK(called.empty());
}

TEST_CASE_METHOD(Bench, "callbacks come in the order in which transfers are done",
                 "[sw][dmaengine]") {
  for (const char* name : {"a", "b", "c"}) submit(name);
  dma_async_issue_pending(channel);
  for (unsigned i = 0; i < 3; ++i) fake.complete_next(0);
  run_tasklets();
  CHECK(called == Log{"a", "b", "c"});
}

TEST_CASE_METHOD(Bench, "callbacks of a cyclic transfer coalesce", "[sw][dmaengine]") {
  submit("period");
  dma_async_issue_pending(channel);
  virt_dma_desc& desc = *vchan_next_desc(&lane);
  for (unsigned i = 0; i < 3; ++i) {
    const SpinGuard guard{lane.lock};
    vchan_cyclic_callback(&desc);
  }
  run_tasklets();
  CHECK(called == Log{"period"});
  {
    const SpinGuard guard{lane.lock};
    vchan_cyclic_callback(&desc);
  }
  run_tasklets();
  CHECK(called == Log{"period", "period"});
  // What else the tasklet does brings no callback of the ring.
  tasklet_schedule(&lane.task);
  run_tasklets();
  CHECK(called == Log{"period", "period"});
}

TEST_CASE_METHOD(Bench, "after terminate no callback runs, of nothing", "[sw][dmaengine]") {
  submit("completed");
  submit("issued");
  dma_async_issue_pending(channel);
  submit("submitted");
  prepare("prepared");
  fake.complete_next(0);
  CHECK(dmaengine_terminate_sync(channel) == 0);
  run_tasklets();
  CHECK(called.empty());
  CHECK(fake.descriptors_in_use() == 0);
}

TEST_CASE_METHOD(Bench, "what ran when it was terminated is freed by synchronize",
                 "[sw][dmaengine]") {
  submit("a");
  dma_async_issue_pending(channel);
  virt_dma_desc& desc = *vchan_next_desc(&lane);
  desc.unlink();
  {
    const SpinGuard guard{lane.lock};
    vchan_cyclic_callback(&desc);
    vchan_terminate_vdesc(&desc);
  }
  CHECK(fake.descriptors_in_use() == 1);
  dmaengine_synchronize(channel);
  CHECK(fake.descriptors_in_use() == 0);
  CHECK(called.empty());  // The period's callback, too.
}

TEST_CASE_METHOD(Bench, "synchronize waits for callbacks that are due", "[sw][dmaengine]") {
  submit("a");
  dma_async_issue_pending(channel);
  fake.complete_next(0);
  CHECK(called.empty());
  dmaengine_synchronize(channel);
  CHECK(called == Log{"a"});
}

TEST_CASE_METHOD(Bench, "a descriptor to be reused is submitted again after its callback",
                 "[sw][dmaengine]") {
  dma_async_tx_descriptor* const tx = prepare("a");
  CHECK_FALSE(dmaengine_desc_test_reuse(tx));
  CHECK(dmaengine_desc_free(tx) == -1);
  REQUIRE(dmaengine_desc_set_reuse(tx) == 0);
  for (unsigned i = 0; i < 3; ++i) {
    CHECK(dmaengine_submit(tx) == static_cast<dma_cookie_t>(2 + i));
    dma_async_issue_pending(channel);
    CHECK(dmaengine_desc_free(tx) == -16);
    complete_one();
  }
  CHECK(called == Log{"a", "a", "a"});
  CHECK(fake.descriptors_in_use() == 1);
  CHECK(dmaengine_desc_free(tx) == 0);
  CHECK(fake.descriptors_in_use() == 0);
}

TEST_CASE_METHOD(Bench, "a descriptor to be reused outlives terminate, not its channel",
                 "[sw][dmaengine]") {
  dma_async_tx_descriptor* const tx = prepare("a");
  dmaengine_desc_set_reuse(tx);
  dmaengine_submit(tx);
  dmaengine_terminate_sync(channel);
  CHECK(fake.descriptors_in_use() == 1);
  CHECK(dmaengine_submit(tx) > 0);
  vchan_free_chan_resources(&lane);
  CHECK(fake.descriptors_in_use() == 0);
}

TEST_CASE_METHOD(Bench, "a descriptor to be reused may be submitted by its own callback",
                 "[sw][dmaengine]") {
  static dma_async_tx_descriptor* again = nullptr;
  again = prepare("a");
  dmaengine_desc_set_reuse(again);
  again->callback = [](void*) { CHECK(dmaengine_submit(again) > 0); };
  dmaengine_submit(again);
  dma_async_issue_pending(channel);
  complete_one();
  CHECK(count(lane.desc_submitted) == 1);
}

TEST_CASE_METHOD(Bench, "reuse is -EPERM where the controller cannot, and no prepare flag gives it",
                 "[sw][dmaengine]") {
  fake.caps.descriptor_reuse = false;
  dma_async_tx_descriptor* const tx = prepare("a");
  CHECK(dmaengine_desc_set_reuse(tx) == -1);
  CHECK_FALSE(dmaengine_desc_test_reuse(tx));
  dma_async_tx_descriptor* const flagged =
      dmaengine_prep_dma_memcpy(channel, 0, 0, 4, DMA_CTRL_REUSE | DMA_CTRL_ACK);
  CHECK(flagged->flags == DMA_CTRL_ACK);
  CHECK(async_tx_test_ack(flagged));
  async_tx_ack(tx);
  CHECK(async_tx_test_ack(tx));
}

TEST_CASE_METHOD(Bench, "dma_sync_wait issues, and returns when the cookie is complete",
                 "[sw][dmaengine]") {
  const dma_cookie_t cookie = submit("a");
  fake.on_status = [](FakeDma& controller, dma_chan&) { controller.complete_next(0); };
  CHECK(dma_sync_wait(channel, cookie) == DMA_COMPLETE);
  CHECK(fake.log == Log{"memcpy 0 0 4 0", "issue 0", "status 0 2"});
}

TEST_CASE_METHOD(Bench, "dma_sync_wait gives up after five seconds", "[sw][dmaengine]") {
  dma_async_tx_descriptor* const tx = prepare("a");
  dmaengine_submit(tx);
  const std::uint64_t start = ktime_us();
  fake.on_status = [](FakeDma&, dma_chan&) { Machine::machine->now_us += 1'000'000; };
  CHECK(dma_wait_for_async_tx(tx) == DMA_ERROR);
  CHECK(ktime_us() - start == 5'000'000);
  CHECK(dma_wait_for_async_tx(nullptr) == DMA_COMPLETE);
}

TEST_CASE_METHOD(Bench, "what is chained behind a descriptor is submitted when it is done",
                 "[sw][dmaengine]") {
  dma_chan* const other = dma_request_channel(mask_of({DMA_MEMCPY}), nullptr, nullptr);
  dma_async_tx_descriptor* const first = prepare("first");
  dma_async_tx_descriptor* const second = dmaengine_prep_dma_memcpy(other, 0, 0, 1, 0);
  dma_async_tx_descriptor* const third = dmaengine_prep_dma_memcpy(other, 0, 0, 2, 0);
  dma_async_tx_descriptor* const fourth = prepare("fourth");
  txd_chain(first, second);
  txd_chain(second, third);
  txd_chain(third, fourth);
  dmaengine_submit(first);
  dma_async_issue_pending(channel);
  fake.log.clear();
  complete_one();
  // Those of one channel together; the last of them goes on.
  CHECK(fake.log == Log{"issue 1"});
  CHECK(count(fake.lanes[1].desc_issued) == 2);
  CHECK(second->next_tx == nullptr);
  CHECK(third->next_tx == fourth);
  fake.complete_next(1);
  fake.complete_next(1);
  run_tasklets();
  CHECK(fake.log == Log{"issue 1", "issue 0"});
  complete_one();
  CHECK(called == Log{"first", "fourth"});
}

TEST_CASE("a descriptor's mappings end before its callback, by direction", "[sw][dmaengine]") {
  DmaFixture memory;
  Bench bench;
  memory.dev.dma_ops = &arm_dma_ops;
  const DmaUsage before = dmaengine_usage();
  dmaengine_unmap_data* const unmap = dmaengine_get_unmap_data(&memory.dev, 3, 0);
  REQUIRE(unmap != nullptr);
  constexpr std::size_t kBytes = 64;
  unmap->len = kBytes;
  const auto map = [&](std::size_t offset, dma_data_direction direction) {
    return dma_map_single(&memory.dev, memory.at(offset), kBytes, direction);
  };
  unmap->addr[0] = map(0x1000, DMA_TO_DEVICE);
  unmap->addr[1] = map(0x2000, DMA_FROM_DEVICE);
  unmap->addr[2] = map(0x3000, DMA_BIDIRECTIONAL);
  unmap->to_cnt = unmap->from_cnt = unmap->bidi_cnt = 1;
  dma_async_tx_descriptor* const tx = bench.prepare("a");
  dma_set_unmap(tx, unmap);
  dmaengine_unmap_put(unmap);
  tx->callback = [](void*) { DmaFixture::log().emplace_back("callback"); };
  dmaengine_submit(tx);
  dma_async_issue_pending(bench.channel);
  DmaFixture::log().clear();
  bench.complete_one();
  const Log& log = DmaFixture::log();
  CHECK(log.back() == "callback");
  CHECK(std::count(log.begin(), log.end(), "unmap_area 0x2000+64 from_device") == 1);
  CHECK(std::count(log.begin(), log.end(), "unmap_area 0x3000+64 bidirectional") == 1);
  CHECK(dmaengine_usage().unmap_data == before.unmap_data);
}

TEST_CASE("a terminated descriptor's mappings end, too", "[sw][dmaengine]") {
  DmaFixture memory;
  Bench bench;
  dmaengine_unmap_data* const unmap = dmaengine_get_unmap_data(&memory.dev, 1, 0);
  dma_async_tx_descriptor* const tx = bench.prepare("a");
  dma_set_unmap(tx, unmap);
  dmaengine_unmap_put(unmap);
  CHECK(dmaengine_usage().unmap_data == 1);
  dmaengine_submit(tx);
  dmaengine_terminate_sync(bench.channel);
  CHECK(dmaengine_usage().unmap_data == 0);
}

TEST_CASE("unmap data is null for too many addresses and when there is none left",
          "[sw][dmaengine]") {
  device dev;
  CHECK(dmaengine_get_unmap_data(&dev, 33, 0) == nullptr);
  CHECK(dmaengine_get_unmap_data(nullptr, 1, 0) == nullptr);
  std::vector<dmaengine_unmap_data*> all;
  while (dmaengine_unmap_data* const unmap = dmaengine_get_unmap_data(&dev, 32, 0))
    all.push_back(unmap);
  CHECK(all.size() == 16);
  for (dmaengine_unmap_data* unmap : all) dmaengine_unmap_put(unmap);
  CHECK(unmap_data_in_use() == 0);
}
