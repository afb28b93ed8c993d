// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/dmaengine/software/galois.hpp"
#include "sw/dmaengine/virt_dma.hpp"

namespace guest {

/// A dma_device without hardware: the CPU calculates XOR and RAID-6's P and Q, in a tasklet of the
/// channel. It sees memory as the CPU does: a device that is `dma_coherent`, whose addresses are
/// physical.
class SoftwareDma final : public dma_device {
 public:
  static constexpr unsigned kMostSources = 16;
  static constexpr unsigned kChannels = 4;
  static constexpr unsigned kDescriptors = 16;

  /// Announces it. Once.
  void start();

  void device_free_chan_resources(dma_chan& chan) override;
  dma_async_tx_descriptor* device_prep_dma_xor(dma_chan& chan, dma_addr_t to,
                                               const dma_addr_t* from, unsigned count,
                                               std::size_t size, unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_dma_xor_val(dma_chan& chan, const dma_addr_t* from,
                                                   unsigned count, std::size_t size,
                                                   sum_check_flags* result,
                                                   unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_dma_pq(dma_chan& chan, const dma_addr_t* to,
                                              const dma_addr_t* from, unsigned count,
                                              const std::uint8_t* coefficients, std::size_t size,
                                              unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_dma_pq_val(dma_chan& chan, const dma_addr_t* pq,
                                                  const dma_addr_t* from, unsigned count,
                                                  const std::uint8_t* coefficients,
                                                  std::size_t size, sum_check_flags* result,
                                                  unsigned long flags) override;
  dma_async_tx_descriptor* device_prep_dma_interrupt(dma_chan& chan, unsigned long flags) override;
  void device_issue_pending(dma_chan& chan) override;
  dma_status device_tx_status(dma_chan& chan, dma_cookie_t cookie, dma_tx_state* state) override;
  int device_terminate_all(dma_chan& chan) override;
  void device_synchronize(dma_chan& chan) override;
  unsigned descriptors_in_use() const override;

 private:
  struct Job;
  struct Channel;

  Job* take_job(std::size_t size, std::span<const dma_addr_t> sources);
  dma_async_tx_descriptor* prepare_pq(dma_chan& chan, const dma_addr_t* pq,
                                      std::span<const dma_addr_t> sources,
                                      const std::uint8_t* coefficients, std::size_t size,
                                      sum_check_flags* result, unsigned long flags);
  static void work(tasklet_struct* tasklet);

  /// What is calculated. P and Q are null where they are not wanted.
  struct Job : virt_dma_desc {
    std::array<std::uint8_t*, kMostSources> sources{};
    std::array<std::uint8_t, kMostSources> coefficients{};
    unsigned count = 0;
    std::size_t size = 0;
    std::uint8_t* p = nullptr;
    std::uint8_t* q = nullptr;
    bool adds = false;      ///< To what P and Q hold.
    bool xor_only = false;  ///< With `result`: the sum is to be zero.
    sum_check_flags* result = nullptr;
    bool used = false;

    void calculate() const;
    void check() const;

   private:
    using Multipliers = std::array<GfMultiplier, kMostSources>;
    /// P and Q of one place in all sources.
    struct Sums {
      std::uint8_t p = 0;
      std::uint8_t q = 0;
    };
    Multipliers multipliers() const;
    Sums sums(const Multipliers& multiply, std::size_t i) const;
  };

  struct Channel : virt_dma_chan {
    struct Work : tasklet_struct {
      Channel* channel = nullptr;
    } work;
    Job* active = nullptr;
    bool aborted = false;  ///< Terminated by an interrupt handler while it calculates.
  };

  device device_;
  std::array<Channel, kChannels> lanes_;
  std::array<Job, kDescriptors> jobs_;
};

/// The engine, announced at the first call.
SoftwareDma& software_dma();

}  // namespace guest
