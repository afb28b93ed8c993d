// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/job.hpp"

#include <algorithm>

#include "sw/kernel/console.hpp"

namespace guest {
namespace {

constexpr std::uint64_t kPatienceNs = kNsPerSecond;
constexpr unsigned kMostRounds = 3;

/// Small sizes as often as large ones: 1 to kMostBytes.
std::size_t random_size(Random& random) {
  const unsigned shift = random.below(14);
  const std::size_t size = (std::size_t{1} << shift) + random.below(1U << shift);
  return random.below(4) == 0 ? std::max<std::size_t>(size & ~std::size_t{31}, 32) : size;
}

}  // namespace

bool Job::step(Random& random, Totals& totals, bool last) {
  switch (stage_) {
    case Stage::kIdle:
      return !last && begin(random, totals);
    case Stage::kMapped:
      if (!submit_more()) fail(totals, "less mapped than asked for");
      return stage_ != Stage::kMapped;  // Others have all descriptors.
    case Stage::kMoving:
      if (pending_ != 0 && ktime_ns() < deadline_ns_) {
        if (random.below(20) != 0) return false;
        ++totals.terminated;
        terminate(random);
        return true;
      }
      if (pending_ != 0 || faulted_) {
        fail(totals, faulted_ ? "fault" : "no end");
      } else if (moved_ != size_) {
        stage_ = Stage::kMapped;
      } else {
        verify(random, totals);
      }
      return true;
    default:
      return false;
  }
}

bool Job::begin(Random& random, Totals& totals) {
  if (!channel_) {
    Result<DmaChannel> channel = DmaChannel::request_memcpy();
    if (!channel) return false;  // Others have them all.
    channel_.emplace(std::move(*channel));
  }
  device& dev = channel_->mapping_device();
  size_ = random_size(random);
  if (!source_.take(dev, random, size_)) return false;
  if (!target_.take(dev, random, size_)) {
    source_.give_back();
    return false;
  }
  const std::uint32_t seed = random.next();
  fill_content(source_.bytes(), seed);
  hash_ = hash_of(source_.bytes());
  fill_content(target_.bytes(), ~seed);
  again_ = random.below(kMostRounds);
  const auto either = [&](dma_data_direction one) {
    return random.below(4) == 0 ? DMA_BIDIRECTIONAL : one;
  };
  const bool source_mapped = source_.map(either(DMA_TO_DEVICE), random);
  if (source_mapped && target_.map(either(DMA_FROM_DEVICE), random)) {
    moved_ = 0;
    stage_ = Stage::kMapped;
    return true;
  }
  if (source_mapped) source_.unmap();
  source_.give_back();
  target_.give_back();
  fail(totals, "no mapping");
  return true;
}

/// Prepares a copy for each stretch that is one piece on both sides, as far as there are
/// descriptors.
bool Job::submit_more() {
  std::size_t at = moved_;
  unsigned prepared = 0;
  const auto piece_at = [](const Side& side, std::size_t offset) {
    for (const Side::Piece& piece : side.pieces()) {
      if (offset < piece.size)
        return Side::Piece{piece.address + static_cast<std::uint32_t>(offset),
                           piece.size - static_cast<std::uint32_t>(offset)};
      offset -= piece.size;
    }
    return Side::Piece{0, 0};
  };
  while (at < size_) {
    const Side::Piece from = piece_at(source_, at);
    const Side::Piece to = piece_at(target_, at);
    const std::uint32_t size = std::min(from.size, to.size);
    if (size == 0) return false;  // The lists are shorter than what was mapped.
    dma_async_tx_descriptor* copy = dmaengine_prep_dma_memcpy(
        channel_->handle(), to.address, from.address, size, DMA_PREP_INTERRUPT | DMA_CTRL_ACK);
    if (copy == nullptr) break;
    copy->callback_result = on_done;
    copy->callback_param = this;
    pending_ = pending_ + 1;
    ++prepared;
    dmaengine_submit(copy);
    at += size;
  }
  moved_ = at;
  stage_ = prepared == 0 ? Stage::kMapped : Stage::kMoving;
  deadline_ns_ = ktime_ns() + kPatienceNs;
  dma_async_issue_pending(channel_->handle());
  return true;
}

// From the tasklet; `pending_` is changed by the program only before the copies are issued.
void Job::on_done(void* self, const dmaengine_result* result) {
  auto& job = *static_cast<Job*>(self);
  if (result->result != DMA_TRANS_NOERROR) job.faulted_ = true;
  job.pending_ = job.pending_ - 1;
}

void Job::verify(Random& random, Totals& totals) {
  const bool more = again_ != 0;
  if (more) {
    target_.for_cpu(random);
  } else {
    target_.unmap();
  }
  ++totals.transfers;
  totals.bytes += size_;
  ++totals
        .kinds[static_cast<std::size_t>(source_.kind())][static_cast<std::size_t>(target_.kind())];
  if (hash_of(target_.bytes()) != hash_) {
    ++totals.wrong;
    printk("stress: ", Side::kNames[static_cast<std::size_t>(source_.kind())], " to ",
           Side::kNames[static_cast<std::size_t>(target_.kind())], ", ", size_,
           " bytes: wrong hash\n");
  }
  if (!more) {
    give_back();
    if (random.below(16) == 0) channel_.reset();
    return;
  }
  --again_;
  change_source(random);
  target_.for_device();
  moved_ = 0;
  stage_ = Stage::kMapped;
}

void Job::change_source(Random& random) {
  source_.for_cpu(random);
  fill_content(source_.bytes(), random.next());
  hash_ = hash_of(source_.bytes());
  source_.for_device();
}

void Job::terminate(Random& random) {
  dmaengine_terminate_sync(channel_->handle());  // No callback comes any more.
  pending_ = 0;
  target_.unmap();
  give_back();
  if (random.below(2) == 0) channel_.reset();
}

void Job::give_back() {
  source_.unmap();
  source_.give_back();
  target_.give_back();
  stage_ = Stage::kIdle;
}

void Job::fail(Totals& totals, const char* why) {
  ++totals.failed;
  printk("stress: ", size_, " bytes: ", why, "\n");
  stage_ = Stage::kEnded;
}

}  // namespace guest
