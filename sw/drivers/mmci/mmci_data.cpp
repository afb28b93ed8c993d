// SPDX-License-Identifier: Apache-2.0
// Data of an MMCI: from the FIFO interrupt, or by DMA.
#include <algorithm>
#include <bit>
#include <cstring>

#include "sw/drivers/mmci/mmci_host.hpp"

namespace guest {

using namespace mmci;

namespace {

using R = MmciRegisters;

constexpr std::uint32_t kAccessTimeoutUs =
    250'000;  // SD specification 4.6.2.1: 100 ms is the slowest access.
constexpr std::uint32_t kUsPerSecond = 1'000'000;

/// How long `bytes` take on the bus, checksums and gaps included, at most.
std::uint32_t transfer_us(std::size_t bytes, std::uint32_t clock_hz, bool wide) {
  const std::uint64_t clocks = std::uint64_t{bytes} * (wide ? 2 : 8) * 2;
  return static_cast<std::uint32_t>(clocks * kUsPerSecond / std::max<std::uint32_t>(clock_hz, 1));
}

}  // namespace

Result<void> MmciHost::start_data(const MmcData& data) {
  const std::size_t bytes = data.bytes();
  // Linux, mmci_dma_prep_data: what fits the FIFO is not worth a transfer.
  if (channel_of(data) != nullptr && dma_allowed_ && bytes > variant_->fifo_bytes) {
    if (const Result<void> started = start_dma(data); !started) return started;
  } else {
    segments_ = data.segments;
    segment_ = 0;
    position_ = 0;
    bytes_left_ = bytes;
  }
  const auto timer = static_cast<std::uint64_t>(clock_hz_) * kAccessTimeoutUs / kUsPerSecond;
  registers_.write(&R::data_timer, static_cast<std::uint32_t>(timer));
  registers_.write(&R::data_length, static_cast<std::uint32_t>(bytes));
  const auto size = static_cast<std::uint32_t>(std::countr_zero(data.block_bytes))
                    << kDataBlockSizeShift;
  registers_.write(&R::data_control, size | kDataEnable | (data.to_card() ? 0 : kDataFromCard) |
                                         (by_dma_ ? kDataDma : 0));
  if (by_dma_) return {};
  if (data.to_card()) {
    registers_.write(&R::mask1, kTransmitHalfEmpty);
  } else {
    const bool tail = bytes < variant_->fifo_bytes / 2;
    registers_.write(&R::mask1, tail ? kReceiveDataAvailable : kReceiveHalfFull);
  }
  return {};
}

Result<void> MmciHost::wait_for_data(const MmcData& data) {
  if (by_dma_ && !data.to_card() && hook_ != nullptr) hook_(hook_data_);
  // Each block may take the card's access time; all of them take at most a few of it.
  const std::uint32_t timeout_us =
      2 * kAccessTimeoutUs + transfer_us(data.bytes(), clock_hz_, wide_);
  const std::uint32_t events = wait_for(kDataEnd | kDataErrors, timeout_us);
  if ((events & (kDataCrcFail | kStartBitError)) != 0) return Error::kBadData;
  if ((events & (kReceiveOverrun | kTransmitUnderrun)) != 0) return Error::kIo;
  if ((events & kDataEnd) == 0) return Error::kTimeout;
  if (by_dma_) return wait_for_dma(timeout_us);
  // The last words may still be in the FIFO, whose interrupt is under way.
  std::uint32_t left = timeout_us;
  while (bytes_left_ != 0 && left != 0) {
    left = static_cast<std::uint32_t>(wait_for_completion_timeout(&changed_, left));
  }
  return bytes_left_ == 0 ? Result<void>{} : Result<void>{Error::kTimeout};
}

void MmciHost::end_data(const MmcData& data, bool succeeded) {
  registers_.write(&R::mask1, 0);
  if (!succeeded) {
    registers_.write(&R::data_control, 0);
    if (by_dma_) dmaengine_terminate_sync(channel_of(data));
  }
  if (by_dma_) {
    dma_unmap_sg_attrs(dmaengine_dma_dev(channel_of(data)), list_.data(),
                       static_cast<int>(entries_), data.to_card() ? DMA_TO_DEVICE : DMA_FROM_DEVICE,
                       unmap_attributes_);
  }
  by_dma_ = false;
  bytes_left_ = 0;
}

irqreturn_t MmciHost::on_interrupt(int /*irq*/, void* self) {
  static_cast<MmciHost*>(self)->serve_interrupt();
  return IRQ_HANDLED;
}

// Both lines come here: commands, ends and errors on one, the FIFO's level on the other.
void MmciHost::serve_interrupt() {
  const std::uint32_t status = registers_.read(&R::status);
  const std::uint32_t wanted = status & registers_.read_relaxed(&R::mask1);
  if ((wanted & kTransmitHalfEmpty) != 0) {
    transmit_words();
  } else if (wanted != 0) {
    receive_words();
  }
  const std::uint32_t news = status & registers_.read_relaxed(&R::mask0) & kStatic;
  if (news == 0) return;
  registers_.write(&R::clear, news);
  events_ = events_ | news;
  complete(&changed_);
}

std::byte* MmciHost::next_word() {
  const std::span<std::byte> segment = segments_[segment_];
  std::byte* const word = segment.data() + position_;
  position_ += sizeof(std::uint32_t);
  bytes_left_ = bytes_left_ - sizeof(std::uint32_t);
  if (position_ == segment.size()) {
    position_ = 0;
    ++segment_;
  }
  return word;
}

void MmciHost::transmit_words() {
  while (bytes_left_ != 0) {
    const std::uint32_t status = registers_.read_relaxed(&R::status);
    std::size_t words = (status & kTransmitHalfEmpty) != 0 ? variant_->fifo_bytes / 2 / 4
                        : (status & kTransmitFull) == 0    ? 1
                                                           : 0;
    if (words == 0) break;
    for (words = std::min(words, bytes_left_ / 4); words != 0; --words) {
      std::uint32_t word = 0;
      std::memcpy(&word, next_word(), sizeof word);
      registers_.write_relaxed(&R::fifo, 0, word);
    }
  }
  if (bytes_left_ == 0) {
    registers_.write(&R::mask1, 0);
    complete(&changed_);
  }
}

void MmciHost::receive_words() {
  const std::uint32_t half = variant_->fifo_bytes / 2;
  while (bytes_left_ != 0) {
    const std::uint32_t status = registers_.read_relaxed(&R::status);
    std::size_t words = (status & kReceiveHalfFull) != 0        ? half / 4
                        : (status & kReceiveDataAvailable) != 0 ? 1
                                                                : 0;
    if (words == 0) break;
    for (words = std::min(words, bytes_left_ / 4); words != 0; --words) {
      const std::uint32_t word = registers_.read_relaxed(&R::fifo, 0);
      std::memcpy(next_word(), &word, sizeof word);
    }
  }
  // Less than half a FIFO never makes it half full.
  if (bytes_left_ == 0) {
    registers_.write(&R::mask1, 0);
    complete(&changed_);
  } else if (bytes_left_ < half) {
    registers_.write(&R::mask1, kReceiveDataAvailable);
  }
}

device* MmciHost::dma_device_of_reads() const {
  return receive_channel_ == nullptr ? nullptr : dmaengine_dma_dev(receive_channel_);
}

Result<void> MmciHost::start_dma(const MmcData& data) {
  dma_chan* const channel = channel_of(data);
  const dma_transfer_direction direction = data.to_card() ? DMA_MEM_TO_DEV : DMA_DEV_TO_MEM;
  dma_slave_config config;
  config.direction = direction;
  config.src_addr = config.dst_addr = fifo_address_;
  config.src_addr_width = config.dst_addr_width = DMA_SLAVE_BUSWIDTH_4_BYTES;
  config.src_maxburst = config.dst_maxburst = variant_->fifo_bytes / 2 / 4;
  if (dmaengine_slave_config(channel, &config) != 0) return Error::kUnsupported;

  entries_ = static_cast<unsigned>(data.segments.size());
  sg_init_table(list_.data(), entries_);
  for (unsigned i = 0; i < entries_; ++i) {
    sg_set_buf(&list_[i], data.segments[i].data(), static_cast<unsigned>(data.segments[i].size()));
  }
  const unsigned mapped =
      dma_map_sg_attrs(dmaengine_dma_dev(channel), list_.data(), static_cast<int>(entries_),
                       data.to_card() ? DMA_TO_DEVICE : DMA_FROM_DEVICE, map_attributes_);
  if (mapped == 0) return Error::kOutOfMemory;
  by_dma_ = true;  // From here on `end_data` unmaps.
  dma_async_tx_descriptor* const descriptor = dmaengine_prep_slave_sg(
      channel, list_.data(), mapped, direction, DMA_PREP_INTERRUPT | DMA_CTRL_ACK);
  if (descriptor == nullptr) return Error::kBusy;
  reinit_completion(&dma_done_);
  dma_failed_ = false;
  descriptor->callback_result = on_dma_done;
  descriptor->callback_param = this;
  if (dmaengine_submit(descriptor) < 0) return Error::kBusy;
  dma_async_issue_pending(channel);
  return {};
}

void MmciHost::on_dma_done(void* self, const dmaengine_result* result) {
  auto& host = *static_cast<MmciHost*>(self);
  host.dma_failed_ = result != nullptr && result->result != DMA_TRANS_NOERROR;
  complete(&host.dma_done_);
}

Result<void> MmciHost::wait_for_dma(std::uint32_t timeout_us) {
  if (wait_for_completion_timeout(&dma_done_, timeout_us) == 0) return Error::kTimeout;
  return dma_failed_ ? Result<void>{Error::kIo} : Result<void>{};
}

}  // namespace guest
