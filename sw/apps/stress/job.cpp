// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/job.hpp"

#include <algorithm>

#include "sw/apps/stress/moves.hpp"
#include "sw/apps/stress/parity.hpp"

namespace guest {
namespace {

constexpr std::uint64_t kPatienceNs = kNsPerSecond;
constexpr unsigned kMostRounds = 3;

/// Of each power of two as many, but fewer of the large ones: 1 to `most`.
std::size_t random_size(Random& random, std::size_t most) {
  const unsigned shift = random.below(random.below(4) == 0 ? 14 : 10);
  const std::size_t size = (std::size_t{1} << shift) + random.below(1U << shift);
  const std::size_t whole = std::max<std::size_t>(size & ~std::size_t{31}, 32);
  return std::min(random.below(4) == 0 ? whole : size, most);
}

const MemoryKind& random_kind(Run& run) {
  const std::span<const MemoryKind> kinds = memory_kinds();
  for (;;) {
    const auto count = static_cast<std::uint32_t>(kinds.size());
    const MemoryKind& kind = kinds[run.random.below(count)];
    if (kind.here(run.supplies)) return kind;
  }
}

dma_data_direction either(Random& random, dma_data_direction one) {
  return random.below(4) == 0 ? DMA_BIDIRECTIONAL : one;
}

}  // namespace

bool Job::step(Run& run, bool last) {
  switch (stage_) {
    case Stage::kIdle:
      return !last && begin(run);
    case Stage::kMapped:
      return submit(run);
    case Stage::kMoving:
      return watch(run);
    default:
      return false;
  }
}

// --- Memory and mappings

bool Job::begin(Run& run) {
  if (!channel_) {
    Result<DmaChannel> channel = DmaChannel::request_memcpy();
    if (!channel) return false;  // Others have them all.
    channel_.emplace(std::move(*channel));
  }
  if (!take(run)) {
    ++run.not_now;
    return false;
  }
  const std::uint32_t seed = run.random.next();
  fill_content(source_->bytes, seed);
  hash_ = hash_of(source_->bytes);
  fill_content(target_->bytes, ~seed);
  again_ = run.random.below(kMostRounds);
  if (!map(run)) {
    give_back();
    ++run.not_now;
    if (!run.may_refuse) fail(run, "no mapping");
    return false;
  }
  start_leg(run);
  return true;
}

bool Job::take(Run& run) {
  source_ = &first_;
  target_ = &second_;
  const MemoryKind& source = random_kind(run);
  const MemoryKind& target = random_kind(run);
  size_ = random_size(run.random, std::min(source.most_bytes, target.most_bytes));
  through_hidden_ = run.random.below(16) == 0;
  if (!source_->take(source, run.supplies, size_, either(run.random, DMA_TO_DEVICE), run.random))
    return false;
  if (target_->take(target, run.supplies, size_, either(run.random, DMA_FROM_DEVICE), run.random)) {
    if (!through_hidden_ ||
        hidden_.take(kDeviceOnlyMemory, run.supplies, size_, DMA_BIDIRECTIONAL, run.random))
      return true;
    target_->give_back();
  }
  source_->give_back();
  return false;
}

bool Job::map(Run& run) {
  if (!source_->map(run.random)) return false;
  if (target_->map(run.random)) {
    if (through_hidden_) hidden_.map(run.random);
    return true;
  }
  source_->unmap(run.random);
  return false;
}

void Job::unmap_all(Random& random) {
  target_->unmap(random);
  source_->unmap(random);
}

void Job::give_back() {
  source_->give_back();
  target_->give_back();
  if (through_hidden_) hidden_.give_back();
  if (reused != nullptr) dmaengine_desc_free(reused);
  reused = nullptr;
  stage_ = Stage::kIdle;
}

// --- Transfers

/// From the source to the target, or to the hidden memory, or from there.
void Job::start_leg(Run& run) {
  moved = 0;
  part = 0;
  row = 0;
  ready = false;
  if (reused == nullptr) {
    const std::span<const Move> all = moves();
    move_ = &all[run.random.below(static_cast<std::uint32_t>(all.size()))];
    if (!move_->suits(*this) || (through_hidden_ && move_->prepare == all[2].prepare))
      move_ = all.data();
  }
  doomed_ = run.random.below(32) == 0;
  stage_ = Stage::kMapped;
}

/// Prepares and submits what there are descriptors for. False: others have all of them.
bool Job::submit(Run& run) {
  const unsigned long fence = run.random.below(4) == 0 ? DMA_PREP_FENCE : 0;
  bool any = false;
  while (!ready) {
    dma_async_tx_descriptor* const tx =
        move_->prepare(*this, DMA_PREP_INTERRUPT | DMA_CTRL_ACK | fence);
    if (tx == nullptr) break;
    tx->callback_result = on_done;
    tx->callback_param = this;
    pending_ = pending_ + 1;
    cookie_ = dmaengine_submit(tx);
    any = true;
  }
  if (!any) return false;
  stage_ = Stage::kMoving;
  deadline_ns_ = ktime_ns() + kPatienceNs;
  if (doomed_ && run.random.below(4) == 0) {
    end_early(run);
    return true;
  }
  dma_async_issue_pending(channel());
  if (run.random.below(4) == 0) poll(run);
  if (doomed_ && run.random.below(2) == 0) end_early(run);
  return true;
}

// From the tasklet; `pending_` is changed by the program only before the copies are issued.
void Job::on_done(void* self, const dmaengine_result* result) {
  auto& job = *static_cast<Job*>(self);
  if (result->result != DMA_TRANS_NOERROR) job.faulted_ = true;
  job.pending_ = job.pending_ - 1;
}

bool Job::watch(Run& run) {
  if (pending_ != 0 && ktime_ns() < deadline_ns_) {
    if (doomed_) {
      end_early(run);
      return true;
    }
    if (run.random.below(8) == 0) poll(run);
    return false;
  }
  if (pending_ != 0 || faulted_) {
    fail(run, faulted_ ? "fault" : "no end");
  } else if (!ready) {
    stage_ = Stage::kMapped;
  } else if (through_hidden_ && leg_ == 0) {
    leg_ = 1;
    start_leg(run);
  } else {
    finish_round(run);
  }
  return true;
}

void Job::poll(Run& run) {
  ++run.polls;
  if (!status_is_possible(channel(), cookie_, size_)) fail(run, "an impossible status");
}

void Job::end_early(Run& run) {
  const std::span<const Ending> all = endings();
  const Ending& ending = all[run.random.below(static_cast<std::uint32_t>(all.size()))];
  if (!ending.end(channel(), cookie_, size_)) return fail(run, ending.name);
  run.endings.note(all, ending);
  ++run.terminated;
  pending_ = 0;
  leg_ = 0;
  unmap_all(run.random);
  give_back();
  if (run.random.below(2) == 0) channel_.reset();
}

// --- What came of it

void Job::finish_round(Run& run) {
  leg_ = 0;
  const bool more = again_ != 0;
  if (more) {
    target_->for_cpu(run.random);
  } else {
    target_->unmap(run.random);
  }
  verify(run);
  if (more) return next_round(run);
  source_->unmap(run.random);
  calculate(run);
  give_back();
  if (run.random.below(16) == 0) channel_.reset();
}

void Job::verify(Run& run) {
  run.sources.note(memory_kinds(), *source_->kind);
  run.targets.note(memory_kinds(), *target_->kind);
  run.moves.note(moves(), *move_);
  run.hidden += through_hidden_ ? 1 : 0;
  const bool right = hash_of(target_->bytes) == hash_;
  if (!right) run.say(source_->kind->name, " to ", target_->kind->name, " by ", move_->name);
  run.note_transfer(size_, right, "another hash");
}

/// The engine is in front of the caches; both sides are the CPU's again.
void Job::calculate(Run& run) {
  const bool cached = source_->is_in_arena() && target_->is_in_arena();
  if (!cached || size_ > Twins::kMostBytes || run.random.below(2) == 0) return;
  const std::span<const Calculation> all = calculations();
  const Calculation& chosen = all[run.random.below(static_cast<std::uint32_t>(all.size()))];
  run.calculations.note(all, chosen);
  run.note_transfer(size_, chosen.is_right({source_->bytes, target_->bytes, hash_}), chosen.name);
}

/// The CPU has the target already. What may go both ways it changes, or sends back.
void Job::next_round(Run& run) {
  --again_;
  const bool both_ways =
      source_->direction == DMA_BIDIRECTIONAL && target_->direction == DMA_BIDIRECTIONAL;
  source_->for_cpu(run.random);
  if (both_ways && reused == nullptr && run.random.below(2) == 0) {
    std::swap(source_, target_);
    ++run.backwards;
  }
  const std::uint32_t seed = run.random.next();
  fill_content(source_->bytes, seed);
  hash_ = hash_of(source_->bytes);
  if (target_->direction == DMA_BIDIRECTIONAL) fill_content(target_->bytes, ~seed);
  source_->for_device(run.random);
  target_->for_device(run.random);
  start_leg(run);
}

void Job::fail(Run& run, std::string_view why) {
  ++run.failed;
  run.say("FAILED: ", size_, " bytes: ", why);
  stage_ = Stage::kEnded;
}

}  // namespace guest
