// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/support/copy_job.hpp"

#include "sw/kernel/console.hpp"
#include "sw/mm/page.hpp"

namespace guest::test {
namespace {

constexpr unsigned long kPatienceUs = 1'000'000;
constexpr std::byte kFiller{0xEE};

}  // namespace

dma_chan* memcpy_channel() {
  dma_cap_mask_t mask;
  dma_cap_set(DMA_MEMCPY, mask);
  dma_chan* const channel = dma_request_channel(mask, nullptr, nullptr);
  if (channel == nullptr) panic("no DMA channel");
  return channel;
}

void CopyJob::allocate(dma_chan* channel, std::size_t size, std::uint32_t seed,
                       dma_data_direction target_direction) {
  target_direction_ = target_direction;
  channel_ = channel;
  size_ = size;
  source_ = alloc_bytes(size);
  target_ = alloc_bytes(size);
  if (source_.empty() || target_.empty()) panic("no memory");
  fill_and_map(seed);
}

std::byte CopyJob::byte_at(std::size_t i) const {
  const auto value = static_cast<std::uint32_t>(i) * 7 + (static_cast<std::uint32_t>(i) >> 8) * 13;
  return static_cast<std::byte>(value + seed_ * 31 + 1);
}

void CopyJob::fill_and_map(std::uint32_t seed) {
  seed_ = seed;
  for (std::size_t i = 0; i < size_; ++i) {
    source_[i] = byte_at(i);
    target_[i] = kFiller;
  }
  device* const dev = dmaengine_dma_dev(channel_);
  source_handle_ = dma_map_single(dev, source_.data(), size_, DMA_TO_DEVICE);
  target_handle_ = dma_map_single(dev, target_.data(), size_, target_direction_);
  if (dma_mapping_error(dev, source_handle_) != 0 || dma_mapping_error(dev, target_handle_) != 0)
    panic("the buffers cannot be mapped");
}

dma_async_tx_descriptor* CopyJob::prepare(unsigned long flags) {
  dma_async_tx_descriptor* const tx =
      dmaengine_prep_dma_memcpy(channel_, target_handle_, source_handle_, size_, flags);
  if (tx != nullptr) attach(tx);
  return tx;
}

void CopyJob::attach(dma_async_tx_descriptor* tx) {
  tx_ = tx;
  tx->callback_result = on_done;
  tx->callback_param = this;
  init_completion(&done_);
  failed_ = false;
}

dma_cookie_t CopyJob::submit() { return dmaengine_submit(tx_); }

void CopyJob::on_done(void* self, const dmaengine_result* result) {
  auto& job = *static_cast<CopyJob*>(self);
  job.callbacks_ = job.callbacks_ + 1;
  job.failed_ = result->result != DMA_TRANS_NOERROR;
  complete(&job.done_);
}

bool CopyJob::wait() { return wait_for_completion_timeout(&done_, kPatienceUs) != 0 && !failed_; }

void CopyJob::unmap() {
  device* const dev = dmaengine_dma_dev(channel_);
  dma_unmap_single(dev, target_handle_, size_, target_direction_);
  dma_unmap_single(dev, source_handle_, size_, DMA_TO_DEVICE);
}

bool CopyJob::right(std::size_t size) const {
  for (std::size_t i = 0; i < size; ++i) {
    if (target_[i] == byte_at(i)) continue;
    printk("byte ", i, " of ", size_, ": ", hex(std::to_integer<std::uint8_t>(target_[i])), "\n");
    return false;
  }
  return true;
}

bool CopyJob::run() {
  if (prepare() == nullptr || submit() < 0) return false;
  issue();
  const bool done = wait();
  unmap();
  return done && right();
}

}  // namespace guest::test
