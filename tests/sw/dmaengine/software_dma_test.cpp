// SPDX-License-Identifier: Apache-2.0
// XOR and RAID-6's P and Q, against values that Debian's libisal 2.30 calculated: pq_gen (its
// coefficients are 1, 2, 4 ...) and gf_mul.
#include "sw/dmaengine/software/software_dma.hpp"

#include <algorithm>
#include <array>

#include "sw/dmaengine/dmaengine.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;

namespace {

constexpr std::size_t kBytes = 64;
constexpr unsigned kSources = 5;
constexpr std::array<std::uint8_t, kSources> kRaid{1, 2, 4, 8, 16};
constexpr std::array<std::uint8_t, kSources> kOthers{0x8E, 0x03, 0xFF, 0x57, 0x1D};
using Block = std::array<std::uint8_t, kBytes>;

constexpr Block kP{0x1F, 0xF6, 0x0D, 0x1C, 0x1B, 0x32, 0xA9, 0xD8, 0xA8, 0xDF, 0x26, 0x0D, 0x04,
                   0x3B, 0x32, 0x29, 0x61, 0x28, 0x37, 0xC6, 0xCD, 0xE4, 0x33, 0xB2, 0x5A, 0x71,
                   0x10, 0xD7, 0x16, 0xCD, 0x0C, 0x33, 0x43, 0x5A, 0x61, 0x70, 0x7F, 0x86, 0x8D,
                   0x8C, 0xCC, 0x83, 0xBA, 0x01, 0xE8, 0xFF, 0x16, 0x4D, 0x15, 0x4C, 0x8B, 0x9A,
                   0x11, 0x28, 0x67, 0x96, 0xAE, 0x95, 0xE4, 0xEB, 0x3A, 0x61, 0xA0, 0xE7};
constexpr Block kQ{0x19, 0xB3, 0x59, 0xB3, 0xEC, 0x76, 0xE7, 0x60, 0xE1, 0x16, 0x51, 0xC8, 0x5C,
                   0xC9, 0xC0, 0x1E, 0x38, 0x9F, 0xAF, 0xC1, 0x6D, 0x4D, 0x06, 0xAA, 0x8F, 0xEB,
                   0xFF, 0x9F, 0xA8, 0x4F, 0x63, 0x0B, 0x8D, 0x27, 0x3C, 0x76, 0x6B, 0xF3, 0x02,
                   0xEF, 0xBE, 0x1C, 0xAB, 0x19, 0xC0, 0xCA, 0xB7, 0x40, 0xB8, 0x6F, 0x0C, 0xD6,
                   0x63, 0xD9, 0x9A, 0x27, 0x7C, 0xA5, 0xF8, 0x5D, 0x94, 0x9E, 0x99, 0xC3};
constexpr Block kOtherQ{
    0xDE, 0x57, 0x38, 0x19, 0xA3, 0x18, 0x44, 0xFA, 0x2E, 0xD5, 0x35, 0x2C, 0x9A, 0x81, 0xC4, 0x38,
    0xCD, 0xE5, 0x6B, 0x68, 0x0E, 0x0B, 0xCA, 0xC9, 0x9F, 0x59, 0x9F, 0x97, 0xED, 0x40, 0x83, 0xEE,
    0x6A, 0xC9, 0x8F, 0xD5, 0xAE, 0xCD, 0x44, 0xE0, 0x5F, 0x7B, 0xEA, 0xA6, 0xF9, 0x9A, 0xDD, 0x60,
    0x23, 0x6E, 0x6C, 0x75, 0xDD, 0x04, 0x1C, 0xC0, 0x53, 0x01, 0x28, 0x5D, 0xBA, 0xD8, 0xE1, 0xC1};

/// What libisal was given.
std::uint8_t source_byte(unsigned source, std::size_t i) {
  return static_cast<std::uint8_t>(source * 59 + i * (2 * source + 7) + (i >> 3) * 29 + 3);
}

/// Five sources and two targets in DRAM, and a channel.
struct Bench : DmaFixture {
  Bench() {
    for (unsigned s = 0; s < kSources; ++s) {
      sources[s] = address(s);
      for (std::size_t i = 0; i < kBytes; ++i) block(s)[i] = source_byte(s, i);
    }
    std::fill_n(block(5), kBytes, kFiller);
    std::fill_n(block(6), kBytes, kFiller);
  }
  ~Bench() { dma_release_channel(channel); }
  static dma_addr_t address(unsigned n) { return HostMachine::kDramStart + 0x1000 + n * 0x100; }
  std::uint8_t* block(unsigned n) {
    return reinterpret_cast<std::uint8_t*>(at(0x1000 + n * std::size_t{0x100}));
  }
  Block content(unsigned n) {
    Block result;
    std::copy_n(block(n), kBytes, result.begin());
    return result;
  }
  /// Submits and waits; false if it could not be prepared.
  bool run(dma_async_tx_descriptor* tx) {
    if (tx == nullptr) return false;
    const dma_cookie_t cookie = dmaengine_submit(tx);
    dma_async_issue_pending(channel);
    return dmaengine_tx_status(channel, cookie, nullptr) == DMA_COMPLETE;
  }
  bool pq(unsigned first, unsigned count, const std::uint8_t* coefficients, unsigned long flags) {
    return run(dmaengine_prep_dma_pq(channel, targets.data(), sources.data() + first, count,
                                     coefficients, kBytes, flags));
  }
  unsigned check(unsigned long flags) {
    sum_check_flags result{};
    CHECK(run(dmaengine_prep_dma_pq_val(channel, targets.data(), sources.data(), kSources,
                                        kRaid.data(), kBytes, &result, flags)));
    return result;
  }

  static constexpr std::uint8_t kFiller = 0xEE;
  SoftwareDma& engine = software_dma();
  dma_chan* channel = dma_request_channel(engine.cap_mask, nullptr, nullptr);
  std::array<dma_addr_t, kSources> sources{};
  std::array<dma_addr_t, 2> targets{address(5), address(6)};
};

Block filler() {
  Block block;
  block.fill(Bench::kFiller);
  return block;
}

}  // namespace

// The products of all pairs, as libisal's gf_mul has them: 31 * hash + product, in order.
TEST_CASE("products in GF(256) are those of RAID-6's field", "[sw][dmaengine][software]") {
  std::uint32_t hash = 0;
  for (unsigned a = 0; a < 256; ++a) {
    const GfMultiplier multiply{static_cast<std::uint8_t>(a)};
    for (unsigned b = 0; b < 256; ++b) hash = hash * 31 + multiply(static_cast<std::uint8_t>(b));
  }
  CHECK(hash == 3642126208U);
  CHECK(gf_multiply(0x80, 2) == 0x1D);
}

TEST_CASE_METHOD(Bench, "P and Q are those of libisal", "[sw][dmaengine][software]") {
  REQUIRE(pq(0, kSources, kRaid.data(), 0));
  CHECK(content(5) == kP);
  CHECK(content(6) == kQ);
}

TEST_CASE_METHOD(Bench, "Q has any coefficients", "[sw][dmaengine][software]") {
  REQUIRE(pq(0, kSources, kOthers.data(), 0));
  CHECK(content(5) == kP);
  CHECK(content(6) == kOtherQ);
}

TEST_CASE_METHOD(Bench, "a disabled P or Q is not touched, nor needs an address",
                 "[sw][dmaengine][software]") {
  targets[0] = 0;
  REQUIRE(pq(0, kSources, kRaid.data(), DMA_PREP_PQ_DISABLE_P));
  CHECK(content(5) == filler());
  CHECK(content(6) == kQ);
  std::fill_n(block(6), kBytes, kFiller);
  targets = {address(5), 0};
  REQUIRE(pq(0, kSources, kRaid.data(), DMA_PREP_PQ_DISABLE_Q));
  CHECK(content(5) == kP);
  CHECK(content(6) == filler());
}

TEST_CASE_METHOD(Bench, "DMA_PREP_CONTINUE goes on with what P and Q hold",
                 "[sw][dmaengine][software]") {
  REQUIRE(pq(0, 2, kRaid.data(), 0));
  REQUIRE(pq(2, 3, kRaid.data() + 2, DMA_PREP_CONTINUE));
  CHECK(content(5) == kP);
  CHECK(content(6) == kQ);
}

TEST_CASE_METHOD(Bench, "DMA_PREP_CONTINUE with P disabled continues Q only",
                 "[sw][dmaengine][software]") {
  REQUIRE(pq(0, 2, kRaid.data(), DMA_PREP_PQ_DISABLE_P));
  REQUIRE(pq(2, 3, kRaid.data() + 2, DMA_PREP_CONTINUE | DMA_PREP_PQ_DISABLE_P));
  CHECK(content(5) == filler());
  CHECK(content(6) == kQ);
}

TEST_CASE_METHOD(Bench, "XOR is P, also over one of its sources", "[sw][dmaengine][software]") {
  REQUIRE(run(dmaengine_prep_dma_xor(channel, address(5), sources.data(), kSources, kBytes, 0)));
  CHECK(content(5) == kP);
  REQUIRE(run(dmaengine_prep_dma_xor(channel, address(2), sources.data(), kSources, kBytes, 0)));
  CHECK(content(2) == kP);
}

TEST_CASE_METHOD(Bench, "xor_val tells whether the sum is zero", "[sw][dmaengine][software]") {
  std::array<dma_addr_t, kSources + 1> all{};
  std::copy(sources.begin(), sources.end(), all.begin());
  all.back() = address(5);
  std::copy(kP.begin(), kP.end(), block(5));
  sum_check_flags result = SUM_CHECK_Q_RESULT;
  const auto check_sum = [&] {
    return run(dmaengine_prep_dma_xor_val(channel, all.data(), 6, kBytes, &result, 0));
  };
  REQUIRE(check_sum());
  CHECK(result == 0);
  block(3)[kBytes - 1] ^= 1;
  REQUIRE(check_sum());
  CHECK(result == SUM_CHECK_P_RESULT);
  CHECK(content(5) == kP);
}

TEST_CASE_METHOD(Bench, "pq_val tells which of P and Q is wrong, and changes neither",
                 "[sw][dmaengine][software]") {
  std::copy(kP.begin(), kP.end(), block(5));
  std::copy(kQ.begin(), kQ.end(), block(6));
  CHECK(check(0) == 0);
  block(6)[7] ^= 0x80;
  CHECK(check(0) == SUM_CHECK_Q_RESULT);
  block(5)[0] ^= 0x01;
  CHECK(check(0) == (SUM_CHECK_P_RESULT | SUM_CHECK_Q_RESULT));
  CHECK(check(DMA_PREP_PQ_DISABLE_Q) == SUM_CHECK_P_RESULT);
  CHECK(check(DMA_PREP_PQ_DISABLE_P) == SUM_CHECK_Q_RESULT);
  CHECK(block(5)[0] == (kP[0] ^ 1));
}

TEST_CASE_METHOD(Bench, "an interrupt descriptor calls back after what came before",
                 "[sw][dmaengine][software]") {
  static std::vector<int> order;
  order.clear();
  const auto with_callback = [&](dma_async_tx_descriptor* tx, int which) {
    tx->callback_param = reinterpret_cast<void*>(static_cast<std::intptr_t>(which));
    tx->callback = [](void* parameter) {
      order.push_back(static_cast<int>(reinterpret_cast<std::intptr_t>(parameter)));
    };
    dmaengine_submit(tx);
  };
  with_callback(dmaengine_prep_dma_xor(channel, address(5), sources.data(), 2, kBytes, 0), 1);
  with_callback(dmaengine_prep_dma_interrupt(channel, DMA_PREP_INTERRUPT), 2);
  CHECK(order.empty());
  dma_async_issue_pending(channel);
  CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE_METHOD(Bench, "what the engine cannot do is null, and nothing is lost",
                 "[sw][dmaengine][software]") {
  const unsigned before = engine.descriptors_in_use();
  std::array<dma_addr_t, 17> many{};
  many.fill(address(0));
  const auto prep = [&](dma_addr_t to, const dma_addr_t* from, unsigned count, std::size_t size) {
    return dmaengine_prep_dma_xor(channel, to, from, count, size, 0);
  };
  CHECK(prep(address(5), many.data(), 17, kBytes) == nullptr);
  CHECK(prep(address(5), many.data(), 2, 0) == nullptr);
  CHECK(prep(0x1000, many.data(), 2, kBytes) == nullptr);  // No memory there.
  many[1] = 0x1'0000'0000;
  CHECK(prep(address(5), many.data(), 2, kBytes) == nullptr);
  CHECK_FALSE(pq(0, 0, kRaid.data(), 0));
  CHECK_FALSE(pq(0, 2, kRaid.data(), DMA_PREP_PQ_DISABLE_P | DMA_PREP_PQ_DISABLE_Q));
  CHECK(dmaengine_prep_dma_memcpy(channel, address(5), address(0), 4, 0) == nullptr);
  CHECK(engine.descriptors_in_use() == before);
  CHECK(dma_maxpq(&engine, DMA_PREP_CONTINUE) == 16);
}

TEST_CASE_METHOD(Bench, "jobs run out, and come back when they are terminated",
                 "[sw][dmaengine][software]") {
  unsigned count = 0;
  while (dma_async_tx_descriptor* const tx =
             dmaengine_prep_dma_xor(channel, address(5), sources.data(), 2, kBytes, 0)) {
    dmaengine_submit(tx);
    ++count;
  }
  CHECK(count == SoftwareDma::kDescriptors);
  dma_tx_state state;
  CHECK(dmaengine_tx_status(channel, channel->cookie, &state) == DMA_IN_PROGRESS);
  CHECK(state.residue == kBytes);
  CHECK(dmaengine_terminate_sync(channel) == 0);
  CHECK(engine.descriptors_in_use() == 0);
  CHECK(content(5) == filler());
}
