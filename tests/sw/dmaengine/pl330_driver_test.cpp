// SPDX-License-Identifier: Apache-2.0
// What the PL330's driver tells its controller, and makes of what it says.
#include <array>

#include "tests/sw/dmaengine/fake_pl330.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kPrologue = 18;  // DMAMOV CCR, SAR, DAR: six bytes each.
constexpr std::uint32_t kTo = 0x6200'0000;

}  // namespace

TEST_CASE_METHOD(FakePl330, "a controller whose identification is not a DMA-330's is absent",
                 "[sw][pl330]") {
  identification = 0;
  CHECK(controller.start(*pl330_device).error() == Error::kNoDevice);
}

TEST_CASE_METHOD(FakePl330, "the driver offers request lines, and channels for copies",
                 "[sw][pl330]") {
  begin(1);
  CHECK(controller.chancnt == 4 + 16);
  CHECK(controller.thread_count() == 8);
  dma_slave_caps caps;
  REQUIRE(dma_get_slave_caps(channels[0], &caps) == 0);
  CHECK(caps.src_addr_widths == (1U << 1 | 1U << 2 | 1U << 4 | 1U << 8));
  CHECK(caps.max_burst == 16);
  CHECK_FALSE(dma_has_cap(DMA_XOR, controller.cap_mask));
  CHECK(dma_has_cap(DMA_PRIVATE, controller.cap_mask));
}

TEST_CASE_METHOD(FakePl330, "a transfer starts a thread, and its event ends it", "[sw][pl330]") {
  begin(1);
  const dma_cookie_t cookie = start_copy(0);
  CHECK(commands == Log{"go 0"});
  CHECK(state_of(0, cookie).used == cookie);
  CHECK(last_status == DMA_IN_PROGRESS);
  end_program(0);
  REQUIRE(results.size() == 1);
  CHECK(results[0].result == DMA_TRANS_NOERROR);
  CHECK(state_of(0, cookie).residue == 0);
  CHECK(last_status == DMA_COMPLETE);
  CHECK(controller.descriptors_in_use() == 0);
  CHECK(pending_events == 0);
}

TEST_CASE_METHOD(FakePl330, "a non-secure manager starts non-secure threads", "[sw][pl330]") {
  manager_status = 1U << 9;
  begin(1);
  start_copy(0);
  CHECK(commands == Log{"go ns 0"});
}

TEST_CASE_METHOD(FakePl330, "the ninth channel waits for a thread, and gets the first free one",
                 "[sw][pl330]") {
  begin(10);
  for (unsigned i = 0; i < 10; ++i) start_copy(i);
  CHECK(commands.size() == 8);
  commands.clear();
  end_program(5);
  CHECK(commands == Log{"go 5"});
  dmaengine_terminate_async(channels[2]);
  CHECK(commands == Log{"go 5", "kill 2", "go 2"});
}

TEST_CASE_METHOD(FakePl330, "a channel that waits can be terminated", "[sw][pl330]") {
  begin(9);
  for (unsigned i = 0; i < 9; ++i) start_copy(i);
  dmaengine_terminate_sync(channels[8]);
  commands.clear();
  end_program(0);
  CHECK(commands.empty());
  CHECK(controller.descriptors_in_use() == 7);
}

TEST_CASE_METHOD(FakePl330, "the residue follows the destination of the running program",
                 "[sw][pl330]") {
  begin(1);
  const dma_cookie_t cookie = start_copy(0, 4096);
  const std::uint32_t program = threads[0].pc;
  // What an earlier program has left there, the end of this very buffer, does not count yet.
  threads[0].destination = kTo + 4096;
  threads[0].pc = program + kPrologue - 1;
  CHECK(state_of(0, cookie).residue == 4096);
  threads[0].pc = program + kPrologue;
  threads[0].destination = kTo;
  CHECK(state_of(0, cookie).residue == 4096);
  threads[0].destination = kTo + 1024;
  CHECK(state_of(0, cookie).residue == 3072);
}

TEST_CASE_METHOD(FakePl330,
                 "the residue of a list whose entries lie in no order counts them as listed",
                 "[sw][pl330]") {
  begin(17);
  dma_chan* const slave = channels[16];  // Request line 0: those without one come first.
  dma_slave_config config;
  config.src_addr = 0x1000'5080;
  config.src_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES;
  config.src_maxburst = 8;
  config.direction = DMA_DEV_TO_MEM;
  REQUIRE(dmaengine_slave_config(slave, &config) == 0);
  std::array<scatterlist, 3> list{};
  sg_init_table(list.data(), 3);
  for (unsigned i = 0; i < 3; ++i) {
    list[i].dma_address = kTarget + std::array{512U, 0U, 1024U}[i];
    list[i].dma_length = 512;
  }
  const dma_cookie_t cookie =
      start(dmaengine_prep_slave_sg(slave, list.data(), 3, DMA_DEV_TO_MEM, 0));
  const std::uint32_t program = threads[0].pc;
  constexpr std::uint32_t kEntry = 12 + 2 + 2 + 5 + 2;  // SAR, DAR, FLUSHP, LP, the burst, LPEND.
  threads[0].destination = kTo + 1024;  // Behind the first, and where the third begins.
  threads[0].pc = program + 6 + kEntry - 2;
  CHECK(state_of(16, cookie).residue == 1024);
  threads[0].destination = kTo + 512;  // Behind the second, and where the first begins.
  threads[0].pc = program + 6 + 2 * kEntry - 2;
  CHECK(state_of(16, cookie).residue == 512);
  threads[0].pc = program + 6 + 3 * kEntry - 2;
  threads[0].destination = kTo + 1536;
  CHECK(state_of(16, cookie).residue == 0);
}

TEST_CASE_METHOD(FakePl330, "a transfer of two programs counts what the first has done",
                 "[sw][pl330]") {
  begin(1);
  const data_chunk chunk{64, 64, 0, 0};
  dma_interleaved_template xt;
  xt.src_start = kSource;
  xt.dst_start = kTarget;
  xt.src_inc = xt.dst_inc = xt.src_sgl = xt.dst_sgl = true;
  xt.numf = 16;
  xt.frame_size = 1;
  xt.sgl = {&chunk, 1};
  const dma_cookie_t cookie = start(dmaengine_prep_interleaved_dma(channels[0], &xt, 0));
  const std::uint32_t first = threads[0].pc;
  end_program(0);
  CHECK(commands == Log{"go 0", "go 0"});
  CHECK(threads[0].pc - first == 256);  // The other buffer.
  CHECK(results.empty());
  const std::uint32_t residue = state_of(0, cookie).residue;
  CHECK(residue > 0);
  CHECK(residue < 16 * 64);
  CHECK(residue % 64 == 0);
  end_program(0);
  CHECK(results.size() == 1);
}

TEST_CASE_METHOD(FakePl330, "a paused transfer counts no store that may not have been made",
                 "[sw][pl330]") {
  begin(1);
  const dma_cookie_t cookie = start_copy(0, 65536);
  threads[0].pc += kPrologue;
  threads[0].destination = kTo + 32768;
  REQUIRE(dmaengine_pause(channels[0]) == 0);
  CHECK(commands == Log{"go 0", "kill 0"});
  // 16 writes can be queued, of bursts of 128 bytes.
  CHECK(state_of(0, cookie).residue == 65536 - (32768 - 16 * 128));
  CHECK(last_status == DMA_PAUSED);
  CHECK(dmaengine_resume(channels[0]) == -38);
  start_copy(0);
  CHECK(commands.size() == 2);  // Nothing starts.
  dmaengine_terminate_sync(channels[0]);
  CHECK(results.empty());
  CHECK(controller.descriptors_in_use() == 0);
  start_copy(0);
  CHECK(commands.back() == "go 0");
}

TEST_CASE_METHOD(FakePl330,
                 "a fault ends the transfer with its kind and residue, and the next runs",
                 "[sw][pl330]") {
  begin(1);
  const dma_cookie_t first = start_copy(0, 4096);
  start_copy(0, 64);
  threads[0] = {.state = 15,
                .pc = threads[0].pc + kPrologue,
                .source = 0,
                .destination = kTo + 128,
                .fault = 1U << 18};
  interrupt();
  REQUIRE(results.size() == 1);
  CHECK(results[0].result == DMA_TRANS_READ_FAILED);
  CHECK(results[0].residue == 4096 - 128);
  CHECK(commands == Log{"go 0", "kill 0", "go 0"});
  state_of(0, first);
  CHECK(last_status == DMA_ERROR);
  threads[0].fault = 1U << 17;
  interrupt();
  CHECK(results[1].result == DMA_TRANS_WRITE_FAILED);
}

TEST_CASE_METHOD(FakePl330, "a manager that faults is killed, and what it did not start has failed",
                 "[sw][pl330]") {
  begin(2);
  start_copy(0);
  start_copy(1);
  threads[1].state = 0;
  manager_faulted = true;
  interrupt();
  CHECK(commands == Log{"go 0", "go 1", "kill manager"});
  REQUIRE(results.size() == 1);
  CHECK(results[0].result == DMA_TRANS_ABORTED);
}

TEST_CASE_METHOD(FakePl330, "a manager that faults ends no transfer whose event is pending",
                 "[sw][pl330]") {
  begin(1);
  const dma_cookie_t first = start_copy(0);
  const dma_cookie_t second = start_copy(0);
  manager_faulted = true;
  end_program(0);
  REQUIRE(results.size() == 1);
  CHECK(results[0].result == DMA_TRANS_NOERROR);
  state_of(0, first);
  CHECK(last_status == DMA_COMPLETE);
  state_of(0, second);
  CHECK(last_status == DMA_IN_PROGRESS);
}

TEST_CASE_METHOD(FakePl330, "a controller that stays busy aborts the transfer and hangs nobody",
                 "[sw][pl330]") {
  begin(1);
  debug_busy = true;
  const dma_cookie_t cookie = start_copy(0);
  run_tasklets();
  REQUIRE(results.size() == 1);
  CHECK(results[0].result == DMA_TRANS_ABORTED);
  state_of(0, cookie);
  CHECK(last_status == DMA_ERROR);
}

TEST_CASE_METHOD(FakePl330, "an event nobody waits for is cleared", "[sw][pl330]") {
  begin(1);
  end_program(3);
  CHECK(pending_events == 0);
  CHECK(results.empty());
  CHECK(controller.on_interrupt() == IRQ_NONE);
}
