// SPDX-License-Identifier: Apache-2.0
// Who gets which channel.
#include "sw/kernel/console.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dmaengine/fake_dma.hpp"

using namespace guest;
using namespace guest::test;

namespace {

bool is_third(dma_chan* channel, void* parameter) {
  ++*static_cast<int*>(parameter);
  return channel->chan_id == 2;
}

const dma_cap_mask_t kMemcpy = mask_of({DMA_MEMCPY});

}  // namespace

TEST_CASE("a channel is requested by what its controller can do", "[sw][dmaengine]") {
  FakeDma copies{DMA_MEMCPY, DMA_PRIVATE};
  FakeDma slaves{DMA_SLAVE, DMA_CYCLIC, DMA_PRIVATE};
  dma_chan* const channel = dma_request_channel(mask_of({DMA_SLAVE, DMA_CYCLIC}), nullptr, nullptr);
  REQUIRE(channel != nullptr);
  CHECK(channel->device == &slaves);
  CHECK(slaves.log == Log{"alloc 0"});
  CHECK(dma_request_channel(mask_of({DMA_MEMCPY, DMA_SLAVE}), nullptr, nullptr) == nullptr);
  dma_release_channel(channel);
}

TEST_CASE("a filter chooses among the free channels", "[sw][dmaengine]") {
  FakeDma fake{DMA_MEMCPY, DMA_PRIVATE};
  int asked = 0;
  dma_chan* const first = dma_request_channel(kMemcpy, nullptr, nullptr);
  dma_chan* const third = dma_request_channel(kMemcpy, is_third, &asked);
  REQUIRE(third != nullptr);
  CHECK(third->chan_id == 2);
  CHECK(asked == 2);  // Not for the one that is taken.
  CHECK(dma_request_channel(kMemcpy, is_third, &asked) == nullptr);
  dma_release_channel(third);
  dma_release_channel(first);
}

TEST_CASE("when all channels are taken a request is null, -ENODEV by mask", "[sw][dmaengine]") {
  FakeDma fake{DMA_MEMCPY, DMA_PRIVATE};
  const DmaUsage before = dmaengine_usage();
  std::vector<dma_chan*> all;
  for (unsigned i = 0; i < 4; ++i) all.push_back(dma_request_chan_by_mask(&kMemcpy));
  for (dma_chan* channel : all) CHECK_FALSE(IS_ERR_OR_NULL(channel));
  CHECK(dmaengine_usage().channels == before.channels + 4);
  CHECK(dma_request_channel(kMemcpy, nullptr, nullptr) == nullptr);
  CHECK(PTR_ERR(dma_request_chan_by_mask(&kMemcpy)) == -19);
  for (dma_chan* channel : all) dma_release_channel(channel);
  CHECK(dmaengine_usage() == before);
}

TEST_CASE("a channel whose resources cannot be had is not given out", "[sw][dmaengine]") {
  FakeDma fake{DMA_MEMCPY};
  fake.alloc_result = -12;
  CHECK(dma_request_channel(kMemcpy, nullptr, nullptr) == nullptr);
  CHECK_FALSE(dma_has_cap(DMA_PRIVATE, fake.cap_mask));
  CHECK(fake.lanes[0].client_count == 0);
}

TEST_CASE("a requested channel makes its controller private until it is released",
          "[sw][dmaengine]") {
  FakeDma fake{DMA_MEMCPY};
  dma_chan* const channel = dma_request_channel(kMemcpy, nullptr, nullptr);
  CHECK(dma_has_cap(DMA_PRIVATE, fake.cap_mask));
  dmaengine_get();
  CHECK(dma_find_channel(DMA_MEMCPY) == nullptr);
  dmaengine_put();
  dma_release_channel(channel);
  CHECK_FALSE(dma_has_cap(DMA_PRIVATE, fake.cap_mask));
}

TEST_CASE("shared channels are found between dmaengine_get and dmaengine_put only",
          "[sw][dmaengine]") {
  FakeDma hidden{DMA_MEMCPY, DMA_XOR, DMA_PRIVATE};
  FakeDma fake{DMA_MEMCPY, DMA_XOR, DMA_INTERRUPT, DMA_SLAVE};
  CHECK(dma_find_channel(DMA_MEMCPY) == nullptr);
  dmaengine_get();
  dma_chan* const copies = dma_find_channel(DMA_MEMCPY);
  dma_chan* const sums = dma_find_channel(DMA_XOR);
  REQUIRE(copies != nullptr);
  REQUIRE(sums != nullptr);
  CHECK(copies->device == &fake);
  CHECK(copies != sums);  // As far as there are enough.
  CHECK(dma_find_channel(DMA_PQ) == nullptr);
  CHECK(dma_find_channel(DMA_SLAVE) == nullptr);
  fake.log.clear();
  dma_issue_pending_all();
  CHECK(fake.log == Log{"issue 0", "issue 1", "issue 2", "issue 3"});
  // Nobody gets one of them alone.
  CHECK(dma_request_channel(mask_of({DMA_SLAVE}), nullptr, nullptr) == nullptr);
  dmaengine_put();
  CHECK(dma_find_channel(DMA_MEMCPY) == nullptr);
  dmaengine_put();  // One too many does nothing.
}

TEST_CASE("a controller that comes later is shared at once", "[sw][dmaengine]") {
  dmaengine_get();
  {
    FakeDma fake{DMA_MEMCPY};
    CHECK(dma_find_channel(DMA_MEMCPY) != nullptr);
  }
  dmaengine_put();
}

TEST_CASE("a channel released twice is reported and stays free", "[sw][dmaengine]") {
  static std::string said;
  struct Sink final : TextSink {
    void write(std::string_view text) override { said += text; }
  } sink;
  set_console(&sink);
  FakeDma fake{DMA_MEMCPY, DMA_PRIVATE};
  dma_chan* const channel = dma_request_channel(kMemcpy, nullptr, nullptr);
  dma_release_channel(channel);
  CHECK(said.empty());
  dma_release_channel(channel);
  CHECK(said == "dma_release_channel: a channel with 0 clients\n");
  CHECK(channel->client_count == 0);
  set_console(nullptr);
}

TEST_CASE("a controller in use stays registered, one without channels is not taken",
          "[sw][dmaengine]") {
  FakeDma fake{DMA_MEMCPY, DMA_PRIVATE};
  dma_chan* const channel = dma_request_channel(kMemcpy, nullptr, nullptr);
  CHECK(dma_async_device_unregister(&fake) == -16);
  dma_release_channel(channel);
  CHECK(dma_async_device_register(nullptr) == -19);
}

TEST_CASE("slave capabilities are told by controllers that serve slaves", "[sw][dmaengine]") {
  FakeDma fake{DMA_MEMCPY, DMA_PRIVATE};
  dma_chan* const channel = dma_request_channel(kMemcpy, nullptr, nullptr);
  dma_slave_caps caps;
  CHECK(dma_get_slave_caps(nullptr, &caps) == -22);
  CHECK(dma_get_slave_caps(channel, nullptr) == -22);
  CHECK(dma_get_slave_caps(channel, &caps) == -6);
  dma_cap_set(DMA_SLAVE, fake.cap_mask);
  CHECK(dma_get_slave_caps(channel, &caps) == -6);
  fake.caps.directions = 1U << DMA_MEM_TO_DEV;
  fake.caps.src_addr_widths = 1U << DMA_SLAVE_BUSWIDTH_4_BYTES;
  fake.caps.residue_granularity = DMA_RESIDUE_GRANULARITY_BURST;
  fake.can_pause = true;
  REQUIRE(dma_get_slave_caps(channel, &caps) == 0);
  CHECK(caps.directions == 2);
  CHECK(caps.src_addr_widths == 16);
  CHECK(caps.residue_granularity == DMA_RESIDUE_GRANULARITY_BURST);
  CHECK(caps.cmd_pause);
  CHECK_FALSE(caps.cmd_resume);
  dma_release_channel(channel);
}
