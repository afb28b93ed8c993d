// SPDX-License-Identifier: Apache-2.0
// XOR and RAID-6 sums of what a transfer has left twice: 2a ^ 3a = a in Galois' field, and a ^ a =
// 0.
#include "sw/apps/stress/parity.hpp"

#include <algorithm>
#include <array>

#include "sw/dmaengine/dmaengine.hpp"
#include "sw/dmaengine/software/software_dma.hpp"

namespace guest {
namespace {

alignas(64) std::array<std::array<std::byte, Twins::kMostBytes>, 2> scratch;

/// A channel of the engine, and the twins and two sums mapped for it.
class Bench {
 public:
  explicit Bench(const Twins& twins)
      : size_{twins.one.size()},
        channel_{dma_request_channel(software_dma().cap_mask, nullptr, nullptr)} {
    if (channel_ == nullptr) return;
    map(twins.one, DMA_TO_DEVICE, sources[0]);
    map(twins.other, DMA_TO_DEVICE, sources[1]);
    map(p(), DMA_BIDIRECTIONAL, sums[0]);
    map(q(), DMA_BIDIRECTIONAL, sums[1]);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() {
    if (channel_ == nullptr) return;
    for (const dma_addr_t source : sources) unmap(source, DMA_TO_DEVICE);
    for (const dma_addr_t sum : sums) unmap(sum, DMA_BIDIRECTIONAL);
    dma_release_channel(channel_);
  }

  std::span<std::byte> p() const { return std::span{scratch[0]}.first(size_); }
  std::span<std::byte> q() const { return std::span{scratch[1]}.first(size_); }

  bool pq(unsigned first, unsigned count, unsigned long flags) const {
    return mapped_ && run(dmaengine_prep_dma_pq(channel_, sums.data(), sources.data() + first,
                                                count, kCoefficients.data() + first, size_, flags));
  }
  bool pq_is_valid() const {
    auto result = static_cast<sum_check_flags>(SUM_CHECK_P_RESULT | SUM_CHECK_Q_RESULT);
    return mapped_ && result_of(dmaengine_prep_dma_pq_val(channel_, sums.data(), sources.data(), 2,
                                                          kCoefficients.data(), size_, &result, 0),
                                result);
  }
  bool sum(const dma_addr_t* from, unsigned count) const {
    return mapped_ && run(dmaengine_prep_dma_xor(channel_, sums[0], from, count, size_, 0));
  }
  bool is_zero(const dma_addr_t* from, unsigned count) const {
    auto result = SUM_CHECK_P_RESULT;
    return mapped_ &&
           result_of(dmaengine_prep_dma_xor_val(channel_, from, count, size_, &result, 0), result);
  }

  std::array<dma_addr_t, 2> sources{};
  std::array<dma_addr_t, 2> sums{};

 private:
  static constexpr std::array<std::uint8_t, 2> kCoefficients{2, 3};

  void map(std::span<std::byte> bytes, dma_data_direction direction, dma_addr_t& handle) {
    device* const dev = dmaengine_dma_dev(channel_);
    handle = dma_map_single(dev, bytes.data(), bytes.size(), direction);
    mapped_ = dma_mapping_error(dev, handle) == 0 && mapped_;
  }
  void unmap(dma_addr_t handle, dma_data_direction direction) const {
    dma_unmap_single(dmaengine_dma_dev(channel_), handle, size_, direction);
  }
  bool run(dma_async_tx_descriptor* tx) const {
    return tx != nullptr && dma_sync_wait(channel_, dmaengine_submit(tx)) == DMA_COMPLETE;
  }
  bool result_of(dma_async_tx_descriptor* tx, const sum_check_flags& result) const {
    return run(tx) && result == 0;
  }

  std::size_t size_;
  dma_chan* channel_;
  bool mapped_ = true;
};

bool are_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

bool sum_of_three(const Twins& twins) {
  const Bench bench{twins};
  const std::array<dma_addr_t, 3> from{bench.sources[0], bench.sources[1], bench.sources[0]};
  return bench.sum(from.data(), from.size()) && hash_of(bench.p()) == twins.hash;
}

bool no_difference(const Twins& twins) {
  const Bench bench{twins};
  return bench.is_zero(bench.sources.data(), 2);
}

bool sums_at_once(const Twins& twins) {
  const Bench bench{twins};
  return bench.pq(0, 2, 0) && are_zero(bench.p()) && hash_of(bench.q()) == twins.hash;
}

bool sums_in_two(const Twins& twins) {
  const Bench bench{twins};
  return bench.pq(0, 1, 0) && bench.pq(1, 1, DMA_PREP_CONTINUE) && are_zero(bench.p()) &&
         hash_of(bench.q()) == twins.hash;
}

bool without_p(const Twins& twins) {
  const Bench bench{twins};
  return bench.pq(0, 2, DMA_PREP_PQ_DISABLE_P) && hash_of(bench.q()) == twins.hash;
}

bool sums_are_valid(const Twins& twins) {
  const Bench bench{twins};
  return bench.pq(0, 2, 0) && bench.pq_is_valid();
}

constexpr std::array kCalculations{
    Calculation{"xor", sum_of_three},       Calculation{"xor_val", no_difference},
    Calculation{"pq", sums_at_once},        Calculation{"pq continued", sums_in_two},
    Calculation{"pq without p", without_p}, Calculation{"pq_val", sums_are_valid}};

}  // namespace

std::span<const Calculation> calculations() { return kCalculations; }

}  // namespace guest
