// SPDX-License-Identifier: Apache-2.0
// Channels by `dmas` and `dma-names`: the board's MMCI, and a controller in the PL330's place.
#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/sw/dmaengine/fake_dma.hpp"

using namespace guest;
using namespace guest::test;

namespace {

const std::vector<char>& blob() {
  static const std::vector<char> bytes = [] {
    std::ifstream in{LINEFILL_BUILD "/platforms/vexpress-a9.dtb", std::ios::binary};
    return std::vector<char>{std::istreambuf_iterator<char>{in}, {}};
  }();
  return bytes;
}

struct Board {
  Board() {
    REQUIRE_FALSE(blob().empty());
    static const FlatDeviceTree tree{std::as_bytes(std::span{blob()})};
    set_device_tree(tree);
    create_devices();
    mmci = find_device("arm,pl18x");
    pl330 = find_device("arm,pl330");
    fake.dev = pl330;
  }

  device* mmci = nullptr;
  device* pl330 = nullptr;
  FakeDma fake{DMA_SLAVE, DMA_PRIVATE};
};

bool any(dma_chan* /*channel*/, void* /*parameter*/) { return true; }

}  // namespace

TEST_CASE_METHOD(Board, "a channel is requested by the name in the device tree",
                 "[sw][dmaengine]") {
  dma_chan* const receive = dma_request_chan(mmci, "rx");
  dma_chan* const transmit = dma_request_slave_channel(mmci, "tx");
  REQUIRE_FALSE(IS_ERR_OR_NULL(receive));
  REQUIRE(transmit != nullptr);
  // vexpress-a9.dts: dmas = <&dma 0>, <&dma 1>.
  CHECK(receive == &fake.lanes[0]);
  CHECK(transmit == &fake.lanes[1]);
  CHECK(dmaengine_dma_dev(receive) == pl330);
  CHECK(fake.log == Log{"alloc 0", "alloc 1"});
  dma_release_channel(receive);
  dma_release_channel(transmit);
}

TEST_CASE_METHOD(Board, "a channel that is taken, a name that is not there: -ENODEV, or null",
                 "[sw][dmaengine]") {
  dma_chan* const receive = dma_request_slave_channel_reason(mmci, "rx");
  CHECK(PTR_ERR(dma_request_chan(mmci, "rx")) == -19);
  CHECK(dma_request_slave_channel(mmci, "rx") == nullptr);
  CHECK(PTR_ERR(dma_request_chan(mmci, "audio")) == -19);
  CHECK(PTR_ERR(dma_request_chan(pl330, "rx")) == -19);
  CHECK(PTR_ERR(dma_request_chan(nullptr, "rx")) == -19);
  CHECK(PTR_ERR(dma_request_chan(mmci, nullptr)) == -19);
  const Result<dma_chan*> result = result_of(dma_request_chan(mmci, "audio"));
  CHECK(result.error() == Error::kNoDevice);
  dma_release_channel(receive);
}

TEST_CASE_METHOD(Board, "a channel whose resources cannot be had returns their error",
                 "[sw][dmaengine]") {
  fake.alloc_result = -12;
  CHECK(PTR_ERR(dma_request_chan(mmci, "rx")) == -12);
}

TEST_CASE_METHOD(Board, "where the controller is absent there is no channel", "[sw][dmaengine]") {
  fake.dev = mmci;
  CHECK(PTR_ERR(dma_request_chan(mmci, "rx")) == -19);
}

TEST_CASE_METHOD(Board, "compat asks the device tree first, then the filter", "[sw][dmaengine]") {
  const dma_cap_mask_t mask = mask_of({DMA_SLAVE});
  int parameter = 0;
  dma_chan* const first = dma_request_slave_channel_compat(mask, any, &parameter, mmci, "tx");
  CHECK(first == &fake.lanes[1]);
  dma_chan* const second = dma_request_slave_channel_compat(mask, any, &parameter, mmci, "tx");
  CHECK(second == &fake.lanes[0]);
  CHECK(dma_request_slave_channel_compat(mask, nullptr, nullptr, mmci, "tx") == nullptr);
  dma_release_channel(first);
  dma_release_channel(second);
}
