// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sw/arch/host/io.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"
#include "tests/sw/kernel/machine.hpp"

namespace guest::test {

/// A DMA-330's registers without a controller behind them: commands are logged, threads are where a
/// test puts them, and the driver's handler is called when a test says so.
class FakePl330 : public FakeIo, public DmaFixture {
 public:
  static constexpr unsigned kThreads = 8;

  FakePl330() {
    static const std::vector<char> blob = [] {
      std::ifstream in{LINEFILL_BUILD "/platforms/vexpress-a9.dtb", std::ios::binary};
      return std::vector<char>{std::istreambuf_iterator<char>{in}, {}};
    }();
    REQUIRE_FALSE(blob.empty());
    static const FlatDeviceTree tree{std::as_bytes(std::span{blob})};
    set_device_tree(tree);
    create_devices();
    pl330_device = find_device("arm,pl330");
    of_dma_configure(pl330_device);
    base_ = static_cast<std::uint32_t>(pl330_device->of_node.reg(0)->address);
    fake_io = this;
  }
  virtual ~FakePl330() { fake_io = nullptr; }

  /// Starts the driver and takes `count` channels for copies.
  void begin(unsigned count) {
    REQUIRE(controller.start(*pl330_device));
    commands.clear();
    auto channel = controller.channels.begin();
    for (; count != 0; --count, ++channel) {
      channel->client_count = 1;
      controller.device_alloc_chan_resources(*channel);
      channels.push_back(&*channel);
    }
  }
  dma_cookie_t start_copy(unsigned channel, std::size_t size = 4096) {
    dma_async_tx_descriptor* const tx =
        dmaengine_prep_dma_memcpy(channels[channel], kTarget, kSource, size, 0);
    REQUIRE(tx != nullptr);
    return start(tx);
  }
  dma_cookie_t start(dma_async_tx_descriptor* tx) {
    tx->callback_param = this;
    tx->callback_result = [](void* self, const dmaengine_result* result) {
      static_cast<FakePl330*>(self)->results.push_back(*result);
    };
    const dma_cookie_t cookie = dmaengine_submit(tx);
    dma_async_issue_pending(tx->chan);
    return cookie;
  }
  dma_tx_state state_of(unsigned channel, dma_cookie_t cookie) {
    dma_tx_state state;
    last_status = dmaengine_tx_status(channels[channel], cookie, &state);
    return state;
  }

  /// A thread's program has ended.
  void end_program(unsigned thread) {
    threads[thread].state = 0;
    pending_events |= 1U << thread;
    interrupt();
  }
  void interrupt() {
    local_irq_disable();
    controller.on_interrupt();
    local_irq_enable();
    run_tasklets();
  }

  std::uint32_t read(const volatile void* address, unsigned size) override;
  void write(volatile void* address, std::uint32_t value, unsigned size) override;

  static constexpr dma_addr_t kSource = 0x6100'0000;
  static constexpr dma_addr_t kTarget = 0x6200'0000;

  struct Thread {
    std::uint32_t state = 0;
    std::uint32_t pc = 0;
    std::uint32_t source = 0;
    std::uint32_t destination = 0;
    std::uint32_t fault = 0;
  };
  std::array<Thread, kThreads> threads;
  std::uint32_t pending_events = 0;
  std::uint32_t identification = 0x30 | 0x13 << 8 | 0x24 << 16;
  std::uint32_t manager_status = 0;
  bool manager_faulted = false;
  bool debug_busy = false;
  Log commands;
  std::vector<dmaengine_result> results;
  dma_status last_status = DMA_COMPLETE;
  Machine clock;
  device* pl330_device = nullptr;
  pl330::Controller controller;
  std::vector<dma_chan*> channels;

 private:
  void execute();

  std::uint32_t base_ = 0;
  std::uint32_t debug0_ = 0;
  std::uint32_t debug1_ = 0;
};

}  // namespace guest::test
