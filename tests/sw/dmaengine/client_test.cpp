// SPDX-License-Identifier: Apache-2.0
// Which operation each name of the client's interface reaches, and with what; and what bad use
// gets.
#include <functional>

#include "tests/support/catch.hpp"
#include "tests/sw/dmaengine/fake_dma.hpp"

using namespace guest;
using namespace guest::test;

namespace {

/// A controller that can do everything, and a channel of it.
struct Client {
  Client() { fake.log.clear(); }
  FakeDma fake{DMA_MEMCPY,    DMA_XOR,   DMA_XOR_VAL, DMA_PQ,         DMA_PQ_VAL,
               DMA_INTERRUPT, DMA_SLAVE, DMA_CYCLIC,  DMA_INTERLEAVE, DMA_PRIVATE};
  dma_chan* channel = dma_request_channel(mask_of({DMA_MEMCPY}), nullptr, nullptr);
};

constexpr dma_addr_t kFrom[] = {0x100, 0x200, 0x300};
constexpr dma_addr_t kPq[] = {0x400, 0x500};
constexpr std::uint8_t kCoefficients[] = {1, 2, 4};

struct Row {
  const char* name;
  std::function<void(dma_chan*)> call;
  Log expected;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Client client;
    REQUIRE(client.channel != nullptr);
    client.fake.log.clear();
    row.call(client.channel);
    CHECK(client.fake.log == row.expected);
  }
}

}  // namespace

TEST_CASE("every prep of the client's interface reaches its operation with its arguments",
          "[sw][dmaengine]") {
  static sum_check_flags result = SUM_CHECK_Q_RESULT;
  static scatterlist list[2];
  sg_init_table(list, 2);
  list[0].dma_address = 0x1000;
  list[0].dma_length = 64;
  static std::uint32_t words[3] = {7, 8, 9};
  static const data_chunk chunk{48, 16, 0, 0};
  check_rows({
      {"dmaengine_prep_slave_sg",
       [](dma_chan* c) { dmaengine_prep_slave_sg(c, list, 2, DMA_DEV_TO_MEM, 1); },
       {"slave_sg 4096 64 2 2 1"}},
      {"dmaengine_prep_slave_single",
       [](dma_chan* c) { dmaengine_prep_slave_single(c, 0x2000, 32, DMA_MEM_TO_DEV, 3); },
       {"slave_sg 8192 32 1 1 3"}},
      {"DMA_TRANS_NONE",
       [](dma_chan* c) {
         dmaengine_prep_slave_sg(c, reinterpret_cast<scatterlist*>(words), 3, DMA_TRANS_NONE, 0);
       },
       {"words 7 9 3 0"}},
      {"dmaengine_prep_dma_cyclic",
       [](dma_chan* c) { dmaengine_prep_dma_cyclic(c, 0x3000, 4096, 512, DMA_DEV_TO_MEM, 1); },
       {"cyclic 12288 4096 512 2 1"}},
      {"dmaengine_prep_dma_memcpy",
       [](dma_chan* c) { dmaengine_prep_dma_memcpy(c, 0x1'0000'0010, 0x20, 5, DMA_PREP_FENCE); },
       {"memcpy 4294967312 32 5 32"}},
      {"dmaengine_prep_interleaved_dma",
       [](dma_chan* c) {
         dma_interleaved_template xt;
         xt.src_start = 1;
         xt.dst_start = 2;
         xt.numf = 3;
         xt.frame_size = 1;
         xt.sgl = {&chunk, 1};
         dmaengine_prep_interleaved_dma(c, &xt, 1);
       },
       {"interleaved 1 2 3 1 48 1"}},
      {"dmaengine_prep_dma_interrupt",
       [](dma_chan* c) { dmaengine_prep_dma_interrupt(c, 1); },
       {"interrupt 1"}},
      {"dmaengine_prep_dma_xor",
       [](dma_chan* c) { dmaengine_prep_dma_xor(c, 16, kFrom, 3, 99, 0); },
       {"xor 16 256 3 99 0"}},
      {"dmaengine_prep_dma_xor_val",
       [](dma_chan* c) { dmaengine_prep_dma_xor_val(c, kFrom, 3, 99, &result, 0); },
       {"xor_val 256 3 99 2 0"}},
      {"dmaengine_prep_dma_pq",
       [](dma_chan* c) {
         dmaengine_prep_dma_pq(c, kPq, kFrom, 3, kCoefficients, 99, DMA_PREP_PQ_DISABLE_Q);
       },
       {"pq 1024 1280 256 3 1 99 8"}},
      {"dmaengine_prep_dma_pq_val",
       [](dma_chan* c) {
         dmaengine_prep_dma_pq_val(c, kPq, kFrom, 3, kCoefficients, 99, &result, DMA_PREP_CONTINUE);
       },
       {"pq_val 1024 1280 256 3 1 99 2 16"}},
  });
}

TEST_CASE("every command of the client's interface reaches its operation", "[sw][dmaengine]") {
  check_rows({
      {"dmaengine_slave_config",
       [](dma_chan* c) {
         dma_slave_config config;
         config.src_addr = 77;
         CHECK(dmaengine_slave_config(c, &config) == 0);
       },
       {"config 0 77"}},
      {"dmaengine_submit",
       [](dma_chan* c) {
         CHECK(dmaengine_submit(dmaengine_prep_dma_interrupt(c, 0)) == DMA_MIN_COOKIE + 1);
       },
       {"interrupt 0"}},
      {"dma_async_issue_pending", [](dma_chan* c) { dma_async_issue_pending(c); }, {"issue 0"}},
      {"dmaengine_tx_status",
       [](dma_chan* c) { dmaengine_tx_status(c, 5, nullptr); },
       {"status 0 5"}},
      {"dma_async_is_tx_complete",
       [](dma_chan* c) {
         dma_cookie_t last = 0;
         dma_cookie_t used = 0;
         dmaengine_submit(dmaengine_prep_dma_interrupt(c, 0));
         CHECK(dma_async_is_tx_complete(c, 2, &last, &used) == DMA_IN_PROGRESS);
         CHECK(last == 1);
         CHECK(used == 2);
       },
       {"interrupt 0", "status 0 2"}},
      {"dmaengine_terminate_async",
       [](dma_chan* c) { dmaengine_terminate_async(c); },
       {"terminate 0"}},
      {"dmaengine_terminate_sync",
       [](dma_chan* c) { dmaengine_terminate_sync(c); },
       {"terminate 0", "synchronize 0"}},
      {"dmaengine_synchronize", [](dma_chan* c) { dmaengine_synchronize(c); }, {"synchronize 0"}},
      {"dma_release_channel",
       [](dma_chan* c) { dma_release_channel(c); },
       {"synchronize 0", "free 0"}},
  });
}

TEST_CASE("pause and resume reach a controller that can, and are -ENOSYS where it cannot",
          "[sw][dmaengine]") {
  Client client;
  CHECK(dmaengine_pause(client.channel) == -38);
  CHECK(dmaengine_resume(client.channel) == -38);
  CHECK(client.fake.log.empty());
  client.fake.can_pause = client.fake.can_resume = true;
  CHECK(dmaengine_pause(client.channel) == 0);
  CHECK(dmaengine_resume(client.channel) == 0);
  CHECK(client.fake.log == Log{"pause 0", "resume 0"});
}

TEST_CASE("null is answered, not followed", "[sw][dmaengine]") {
  Client client;
  dma_chan* const none = nullptr;
  const dma_slave_config config;
  scatterlist list{};
  CHECK(dmaengine_prep_slave_sg(none, &list, 1, DMA_DEV_TO_MEM, 0) == nullptr);
  CHECK(dmaengine_prep_slave_sg(client.channel, nullptr, 1, DMA_DEV_TO_MEM, 0) == nullptr);
  CHECK(dmaengine_prep_slave_sg(client.channel, &list, 0, DMA_DEV_TO_MEM, 0) == nullptr);
  CHECK(dmaengine_prep_slave_single(none, 0, 4, DMA_DEV_TO_MEM, 0) == nullptr);
  CHECK(dmaengine_prep_dma_cyclic(none, 0, 4, 4, DMA_DEV_TO_MEM, 0) == nullptr);
  CHECK(dmaengine_prep_dma_memcpy(none, 0, 0, 4, 0) == nullptr);
  CHECK(dmaengine_prep_interleaved_dma(client.channel, nullptr, 0) == nullptr);
  CHECK(dmaengine_prep_dma_interrupt(none, 0) == nullptr);
  CHECK(dmaengine_prep_dma_xor(client.channel, 0, nullptr, 1, 4, 0) == nullptr);
  CHECK(dmaengine_prep_dma_xor_val(client.channel, kFrom, 1, 4, nullptr, 0) == nullptr);
  CHECK(dmaengine_prep_dma_pq(client.channel, nullptr, kFrom, 1, kCoefficients, 4, 0) == nullptr);
  CHECK(dmaengine_prep_dma_pq_val(client.channel, kPq, kFrom, 1, nullptr, 4, nullptr, 0) ==
        nullptr);
  CHECK(dmaengine_slave_config(none, &config) == -22);
  CHECK(dmaengine_slave_config(client.channel, nullptr) == -22);
  CHECK(dmaengine_submit(nullptr) == -22);
  CHECK(dma_submit_error(dmaengine_submit(nullptr)));
  CHECK(dmaengine_tx_status(none, 1, nullptr) == DMA_ERROR);
  CHECK(dmaengine_pause(none) == -22);
  CHECK(dmaengine_terminate_sync(none) == -22);
  dma_async_issue_pending(none);
  dmaengine_synchronize(none);
  dma_release_channel(none);
  CHECK(client.fake.log.empty());
}

TEST_CASE("a controller that says nothing about an operation cannot do it", "[sw][dmaengine]") {
  struct Poor final : dma_device {
    void device_issue_pending(dma_chan&) override {}
    dma_status device_tx_status(dma_chan&, dma_cookie_t, dma_tx_state*) override {
      return DMA_COMPLETE;
    }
  } poor;
  device dev;
  poor.dev = &dev;
  dma_chan channel;
  add_channel(poor, channel);
  const data_chunk chunk{4, 0, 0, 0};
  dma_interleaved_template xt;
  xt.sgl = {&chunk, 1};
  const dma_slave_config config;
  sum_check_flags result{};
  CHECK(dmaengine_prep_dma_memcpy(&channel, 0, 0, 4, 0) == nullptr);
  CHECK(dmaengine_prep_slave_single(&channel, 0, 4, DMA_DEV_TO_MEM, 0) == nullptr);
  CHECK(dmaengine_prep_dma_cyclic(&channel, 0, 4, 4, DMA_DEV_TO_MEM, 0) == nullptr);
  CHECK(dmaengine_prep_interleaved_dma(&channel, &xt, 0) == nullptr);
  CHECK(dmaengine_prep_dma_interrupt(&channel, 0) == nullptr);
  CHECK(dmaengine_prep_dma_xor(&channel, 0, kFrom, 1, 4, 0) == nullptr);
  CHECK(dmaengine_prep_dma_xor_val(&channel, kFrom, 1, 4, &result, 0) == nullptr);
  CHECK(dmaengine_prep_dma_pq(&channel, kPq, kFrom, 1, kCoefficients, 4, 0) == nullptr);
  CHECK(dmaengine_prep_dma_pq_val(&channel, kPq, kFrom, 1, kCoefficients, 4, &result, 0) ==
        nullptr);
  CHECK(dmaengine_slave_config(&channel, &config) == -38);
  CHECK(dmaengine_terminate_async(&channel) == -22);
}

TEST_CASE("a repeated interleaved transfer needs the capability", "[sw][dmaengine]") {
  Client client;
  const data_chunk chunk{4, 0, 0, 0};
  dma_interleaved_template xt;
  xt.sgl = {&chunk, 1};
  CHECK(dmaengine_prep_interleaved_dma(client.channel, &xt, DMA_PREP_REPEAT) == nullptr);
  dma_cap_set(DMA_REPEAT, client.fake.cap_mask);
  CHECK(dmaengine_prep_interleaved_dma(client.channel, &xt, DMA_PREP_REPEAT) != nullptr);
}

TEST_CASE("gaps are the side's own, else the common one where it applies", "[sw][dmaengine]") {
  dma_interleaved_template xt;
  const data_chunk own{8, 3, 5, 7};
  const data_chunk common{8, 3, 0, 0};
  CHECK(dmaengine_get_dst_icg(&xt, &own) == 0);
  xt.src_inc = xt.dst_inc = true;
  CHECK(dmaengine_get_dst_icg(&xt, &own) == 5);
  CHECK(dmaengine_get_src_icg(&xt, &own) == 7);
  CHECK(dmaengine_get_src_icg(&xt, &common) == 0);
  xt.src_sgl = true;
  CHECK(dmaengine_get_src_icg(&xt, &common) == 3);
  CHECK(dmaengine_get_dst_icg(&xt, &common) == 0);
}

// Linux 6.1, include/linux/dmaengine.h.
TEST_CASE("flags and capabilities have Linux's values", "[sw][dmaengine]") {
  CHECK(DMA_PREP_INTERRUPT == 1);
  CHECK(DMA_CTRL_ACK == 2);
  CHECK(DMA_PREP_PQ_DISABLE_P == 4);
  CHECK(DMA_PREP_PQ_DISABLE_Q == 8);
  CHECK(DMA_PREP_CONTINUE == 16);
  CHECK(DMA_PREP_FENCE == 32);
  CHECK(DMA_CTRL_REUSE == 64);
  CHECK(DMA_SLAVE == 10);
  CHECK(DMA_CYCLIC == 11);
  CHECK(DMA_INTERLEAVE == 12);
  CHECK(DMA_DEV_TO_DEV == 3);
  CHECK(DMA_TRANS_NONE == 4);
  dma_cap_mask_t mask = mask_of({DMA_MEMCPY, DMA_CYCLIC});
  CHECK(mask.bits == (1U | 1U << 11));
  CHECK(dma_has_cap(DMA_CYCLIC, mask));
  dma_cap_clear(DMA_CYCLIC, mask);
  CHECK_FALSE(dma_has_cap(DMA_CYCLIC, mask));
  dma_cap_zero(mask);
  CHECK(mask.bits == 0);
}

// Linux: dma_maxpq, "3 or 1 sources less where P and Q must be read back".
TEST_CASE("a controller that cannot continue has fewer sources for a continued PQ",
          "[sw][dmaengine]") {
  Client client;
  dma_set_maxpq(&client.fake, 8, 0);
  CHECK(dma_maxpq(&client.fake, 0) == 8);
  CHECK(dma_maxpq(&client.fake, DMA_PREP_PQ_DISABLE_P) == 8);
  CHECK(dma_maxpq(&client.fake, DMA_PREP_CONTINUE) == 5);
  CHECK(dma_maxpq(&client.fake, DMA_PREP_CONTINUE | DMA_PREP_PQ_DISABLE_P) == 7);
  dma_set_maxpq(&client.fake, 8, 1);
  CHECK(dma_maxpq(&client.fake, DMA_PREP_CONTINUE) == 8);
}
