// SPDX-License-Identifier: Apache-2.0
#include "sw/dmaengine/software/software_dma.hpp"

#include <algorithm>

#include "sw/arch/irqflags.hpp"
#include "sw/dmaengine/dmaengine.hpp"

namespace guest {
namespace {

/// The CPU's address of memory, or null.
std::uint8_t* reach(dma_addr_t address, std::size_t size) {
  if (address + size > 0xFFFF'FFFF) return nullptr;
  auto* const first = static_cast<std::uint8_t*>(phys_to_virt(static_cast<phys_addr_t>(address)));
  return virt_addr_valid(first) && virt_addr_valid(first + size - 1) ? first : nullptr;
}

}  // namespace

void SoftwareDma::start() {
  if (dev != nullptr) return;
  device_.name = "software_dma";
  device_.dma_coherent = true;
  device_.dma_ops = &arm_coherent_dma_ops;
  dev = &device_;
  for (const dma_transaction_type type : {DMA_XOR, DMA_XOR_VAL, DMA_PQ, DMA_PQ_VAL, DMA_INTERRUPT})
    dma_cap_set(type, cap_mask);
  max_xor = kMostSources;
  dma_set_maxpq(this, kMostSources, 1);
  for (Channel& channel : lanes_) {
    channel.name = dev->name;
    channel.free_desc = [](virt_dma_desc* desc) { static_cast<Job*>(desc)->used = false; };
    channel.work.channel = &channel;
    tasklet_setup(&channel.work, work);
    vchan_init(&channel, this);
  }
  dma_async_device_register(this);
}

SoftwareDma& software_dma() {
  static constinit SoftwareDma engine;
  engine.start();
  return engine;
}

void SoftwareDma::device_free_chan_resources(dma_chan& chan) {
  device_terminate_all(chan);
  device_synchronize(chan);
  vchan_free_chan_resources(static_cast<Channel*>(&chan));
}

unsigned SoftwareDma::descriptors_in_use() const {
  return static_cast<unsigned>(
      std::count_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.used; }));
}

/// Null if there is none left, or a source is no memory.
SoftwareDma::Job* SoftwareDma::take_job(std::size_t size, std::span<const dma_addr_t> sources) {
  if (sources.size() > kMostSources) return nullptr;
  const InterruptGuard guard;
  auto* const job = std::find_if(jobs_.begin(), jobs_.end(),
                                 [](const Job& candidate) { return !candidate.used; });
  if (job == jobs_.end()) return nullptr;
  job->count = static_cast<unsigned>(sources.size());
  job->size = size;
  job->p = job->q = nullptr;
  job->adds = job->xor_only = false;
  job->result = nullptr;
  for (unsigned i = 0; i < sources.size(); ++i) {
    job->sources[i] = reach(sources[i], size);
    if (job->sources[i] == nullptr) return nullptr;
  }
  job->used = true;
  return job;
}

dma_async_tx_descriptor* SoftwareDma::device_prep_dma_xor(dma_chan& chan, dma_addr_t to,
                                                          const dma_addr_t* from, unsigned count,
                                                          std::size_t size, unsigned long flags) {
  std::uint8_t* const target = size == 0 ? nullptr : reach(to, size);
  Job* const job = target == nullptr ? nullptr : take_job(size, {from, count});
  if (job == nullptr) return nullptr;
  job->xor_only = true;
  job->p = target;
  return vchan_tx_prep(static_cast<Channel*>(&chan), job, flags);
}

dma_async_tx_descriptor* SoftwareDma::device_prep_dma_xor_val(dma_chan& chan,
                                                              const dma_addr_t* from,
                                                              unsigned count, std::size_t size,
                                                              sum_check_flags* result,
                                                              unsigned long flags) {
  Job* const job = size == 0 ? nullptr : take_job(size, {from, count});
  if (job == nullptr) return nullptr;
  job->xor_only = true;
  job->result = result;
  return vchan_tx_prep(static_cast<Channel*>(&chan), job, flags);
}

dma_async_tx_descriptor* SoftwareDma::prepare_pq(dma_chan& chan, const dma_addr_t* pq,
                                                 std::span<const dma_addr_t> sources,
                                                 const std::uint8_t* coefficients, std::size_t size,
                                                 sum_check_flags* result, unsigned long flags) {
  const bool with_p = (flags & DMA_PREP_PQ_DISABLE_P) == 0;
  const bool with_q = (flags & DMA_PREP_PQ_DISABLE_Q) == 0;
  if (size == 0 || sources.empty() || (!with_p && !with_q)) return nullptr;
  std::uint8_t* const p = with_p ? reach(pq[0], size) : nullptr;
  std::uint8_t* const q = with_q ? reach(pq[1], size) : nullptr;
  if ((with_p && p == nullptr) || (with_q && q == nullptr)) return nullptr;
  Job* const job = take_job(size, sources);
  if (job == nullptr) return nullptr;
  job->p = p;
  job->q = q;
  job->adds = dmaf_continue(flags);
  job->result = result;
  std::copy_n(coefficients, sources.size(), job->coefficients.begin());
  return vchan_tx_prep(static_cast<Channel*>(&chan), job, flags);
}

dma_async_tx_descriptor* SoftwareDma::device_prep_dma_pq(dma_chan& chan, const dma_addr_t* to,
                                                         const dma_addr_t* from, unsigned count,
                                                         const std::uint8_t* coefficients,
                                                         std::size_t size, unsigned long flags) {
  return prepare_pq(chan, to, {from, count}, coefficients, size, nullptr, flags);
}

dma_async_tx_descriptor* SoftwareDma::device_prep_dma_pq_val(dma_chan& chan, const dma_addr_t* pq,
                                                             const dma_addr_t* from, unsigned count,
                                                             const std::uint8_t* coefficients,
                                                             std::size_t size,
                                                             sum_check_flags* result,
                                                             unsigned long flags) {
  return prepare_pq(chan, pq, {from, count}, coefficients, size, result, flags);
}

dma_async_tx_descriptor* SoftwareDma::device_prep_dma_interrupt(dma_chan& chan,
                                                                unsigned long flags) {
  Job* const job = take_job(0, {});
  return job == nullptr ? nullptr : vchan_tx_prep(static_cast<Channel*>(&chan), job, flags);
}

void SoftwareDma::device_issue_pending(dma_chan& chan) {
  auto& channel = static_cast<Channel&>(chan);
  bool any = false;
  {
    const SpinGuard guard{channel.lock};
    any = vchan_issue_pending(&channel);
  }
  if (any) tasklet_schedule(&channel.work);
}

void SoftwareDma::work(tasklet_struct* tasklet) {
  Channel& channel = *static_cast<Channel::Work*>(tasklet)->channel;
  for (;;) {
    {
      const SpinGuard guard{channel.lock};
      virt_dma_desc* const first = vchan_next_desc(&channel);
      if (first == nullptr) return;
      first->unlink();
      channel.active = static_cast<Job*>(first);
      channel.aborted = false;
    }
    if (channel.active->result != nullptr) {
      channel.active->check();
    } else {
      channel.active->calculate();
    }
    const SpinGuard guard{channel.lock};
    if (channel.aborted) {
      vchan_terminate_vdesc(channel.active);
    } else {
      vchan_cookie_complete(channel.active);
    }
    channel.active = nullptr;
  }
}

dma_status SoftwareDma::device_tx_status(dma_chan& chan, dma_cookie_t cookie, dma_tx_state* state) {
  auto& channel = static_cast<Channel&>(chan);
  const SpinGuard guard{channel.lock};
  const dma_status status = dma_cookie_status(&channel, cookie, state);
  if (status == DMA_COMPLETE || state == nullptr) return status;
  const bool running = channel.active != nullptr && channel.active->cookie == cookie;
  const virt_dma_desc* const unfinished =
      running ? channel.active : vchan_find_desc(&channel, cookie);
  if (unfinished != nullptr)
    state->residue = static_cast<std::uint32_t>(static_cast<const Job*>(unfinished)->size);
  return status;
}

int SoftwareDma::device_terminate_all(dma_chan& chan) {
  auto& channel = static_cast<Channel&>(chan);
  virt_dma_list dropped;
  {
    const SpinGuard guard{channel.lock};
    channel.aborted = channel.active != nullptr;
    vchan_get_all_descriptors(&channel, dropped);
    channel.completed_cookie = channel.cookie;
  }
  vchan_dma_desc_free_list(dropped);
  return 0;
}

void SoftwareDma::device_synchronize(dma_chan& chan) {
  auto& channel = static_cast<Channel&>(chan);
  tasklet_kill(&channel.work);
  vchan_synchronize(&channel);
}

}  // namespace guest
