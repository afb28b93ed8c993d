// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/successors.hpp"

#include <array>

namespace guest {
namespace {

constexpr std::uint64_t kEvery = 16;
constexpr std::size_t kPart = Successors::kArenaBytes / 3;

constexpr std::array kKinds{&kSingle, &kPage, &kList, &kTable, &kChained};

}  // namespace

Successors::Successors(std::span<std::byte> arena)
    : first_{arena.first(kPart), 0},
      second_{arena.subspan(kPart, kPart), 0},
      other_{arena.subspan(2 * kPart), 0} {}

bool Successors::step(Run& run) {
  if (run.transfers < next_) return false;
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!channel) return false;
  next_ = run.transfers + kEvery;
  to_device_ = run.random.below(2) == 0;
  size_ = 1 + run.random.below(kMostBytes);
  const MemoryKind& kind = *kKinds[run.random.below(kKinds.size())];
  const dma_data_direction direction = to_device_ ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
  const dma_data_direction opposite = to_device_ ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
  for (Memory* memory : {&first_, &second_})
    memory->take(kind, run.supplies, size_, direction, run.random);
  other_.take(kSingle, run.supplies, 2 * size_, opposite, run.random);
  const std::uint32_t seed = run.random.next();
  fill(seed);
  const bool mapped = other_.map(run.random);
  const bool done = mapped && transfer(run, *channel);
  if (mapped) other_.unmap(run.random);
  if (done) verify(run, seed);
  return done;
}

void Successors::fill(std::uint32_t seed) {
  fill_content(to_device_ ? first_.bytes : half(0), seed);
  fill_content(to_device_ ? second_.bytes : half(1), ~seed);
  fill_content(to_device_ ? half(0) : first_.bytes, seed + 1);
  fill_content(to_device_ ? half(1) : second_.bytes, seed + 1);
}

/// Nothing is done between the end of the first mapping and the use of the second but to make it.
bool Successors::transfer(Run& run, DmaChannel& channel) {
  std::uint32_t page = 0;  // Never mapped.
  for (Memory* memory : {&first_, &second_}) {
    if (!memory->map(run.random)) {
      ++run.not_now;
      if (!run.may_refuse) ++run.failed;
      return false;
    }
    const bool moved = move(channel, *memory, memory == &first_ ? 0 : size_);
    if (!moved) run.say("FAILED: ", size_, " bytes: a successor's transfer");
    run.failed += moved ? 0 : 1;
    const std::uint32_t here = memory->all_pieces().front().address >> kPageShift;
    run.same_page += here == page ? 1 : 0;
    page = here;
    memory->unmap(run.random);
    if (!moved) return false;
  }
  ++run.successors;
  return true;
}

bool Successors::move(DmaChannel& channel, const Memory& mapped, std::size_t at) const {
  std::uint32_t there = other_.all_pieces().front().address + static_cast<std::uint32_t>(at);
  for (const Memory::Piece& piece : mapped.all_pieces()) {
    const std::uint32_t from = to_device_ ? piece.address : there;
    const std::uint32_t to = to_device_ ? there : piece.address;
    if (!channel.copy(DmaAddress{to}, DmaAddress{from}, piece.size)) return false;
    there += piece.size;
  }
  return true;
}

void Successors::verify(Run& run, std::uint32_t seed) const {
  const bool first = wrong_content(to_device_ ? half(0) : first_.bytes, seed) == 0;
  const bool second = wrong_content(to_device_ ? half(1) : second_.bytes, ~seed) == 0;
  run.note_transfer(size_, first, "a mapping that has a successor");
  run.note_transfer(size_, second, "its successor");
}

}  // namespace guest
