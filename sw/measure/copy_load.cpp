// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/copy_load.hpp"

#include <utility>

namespace guest {

Result<void> CopyLoad::start() {
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!channel) return channel.error();
  Result<CoherentMemory> memory = CoherentMemory::allocate(channel->mapping_device(), 2 * kBytes);
  if (!memory) return memory.error();
  channel_.emplace(std::move(*channel));
  memory_.emplace(std::move(*memory));
  init_completion(&done_);
  return submit();
}

Result<unsigned> CopyLoad::stop() {
  constexpr unsigned long kPatienceUs = 2'000'000;
  stopping_ = true;
  const bool ended = wait_for_completion_timeout(&done_, kPatienceUs) != 0;
  if (!ended) dmaengine_terminate_sync(channel_->handle());
  channel_.reset();
  memory_.reset();
  if (!ended) return Error::kTimeout;
  if (failed_) return Error::kIo;
  return copies_;
}

Result<void> CopyLoad::submit() {
  dma_async_tx_descriptor* const copy =
      dmaengine_prep_dma_memcpy(channel_->handle(), raw(memory_->address() + kBytes),
                                raw(memory_->address()), kBytes, DMA_PREP_INTERRUPT);
  if (copy == nullptr) return Error::kOutOfMemory;
  copy->callback_result = on_done;
  copy->callback_param = this;
  dmaengine_submit(copy);
  dma_async_issue_pending(channel_->handle());
  return {};
}

void CopyLoad::on_done(void* self, const dmaengine_result* result) {
  auto& load = *static_cast<CopyLoad*>(self);
  load.failed_ = load.failed_ || result->result != DMA_TRANS_NOERROR;
  load.copies_ = load.copies_ + 1;
  const bool goes_on = !load.stopping_ && !load.failed_;
  if (goes_on && load.submit()) return;
  load.failed_ = load.failed_ || goes_on;
  complete(&load.done_);
}

}  // namespace guest
