// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sw/apps/stress/memory.hpp"
#include "sw/apps/stress/run.hpp"
#include "sw/arch/shared.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/time.hpp"

namespace guest {

struct Move;

/// A channel with a source and a target of its own, and the transfers it makes one after another.
/// `step` is called over and over; it never waits.
class Job {
 public:
  static constexpr std::size_t kMostBytes = 16U << 10;
  static constexpr std::size_t kArenaBytes = kMostBytes + kPageBytes;

  Job(std::span<std::byte> source, std::span<std::byte> target, unsigned number)
      : first_{source, 2 * number}, second_{target, 2 * number + 1}, hidden_{{}, 0} {}

  /// Does the next thing. False if it could only wait. Starts nothing new once `last` is set.
  bool step(Run& run, bool last);
  bool idle() const { return stage_ == Stage::kIdle; }

  // For moves: what is to be prepared next.
  dma_chan* channel() const { return channel_->handle(); }
  const Memory& from() const { return leg_ == 0 ? *source_ : hidden_; }
  const Memory& to() const { return leg_ == 0 && through_hidden_ ? hidden_ : *target_; }
  std::size_t size() const { return size_; }
  bool is_one_piece() const {
    return from().all_pieces().size() == 1 && to().all_pieces().size() == 1;
  }

  std::size_t moved = 0;  ///< What has been prepared.
  unsigned part = 0;      ///< Of a move of several: which one is next.
  bool ready = false;     ///< All of it is prepared.
  std::size_t row = 0;    ///< Of an interleaved one.
  unsigned rows = 0;
  dma_async_tx_descriptor* reused = nullptr;

 private:
  enum class Stage : std::uint8_t { kIdle, kMapped, kMoving, kEnded };

  bool begin(Run& run);
  bool take(Run& run);
  bool map(Run& run);
  void start_leg(Run& run);
  bool submit(Run& run);
  bool watch(Run& run);
  void poll(Run& run);
  void finish_round(Run& run);
  void verify(Run& run);
  void calculate(Run& run);
  void next_round(Run& run);
  void end_early(Run& run);
  void unmap_all(Random& random);
  void give_back();
  void fail(Run& run, std::string_view why);
  static void on_done(void* self, const dmaengine_result* result);

  Memory first_;
  Memory second_;
  Memory hidden_;
  Memory* source_ = &first_;
  Memory* target_ = &second_;
  std::optional<DmaChannel> channel_;
  Stage stage_ = Stage::kIdle;
  const Move* move_ = nullptr;
  std::size_t size_ = 0;
  std::uint32_t hash_ = 0;
  unsigned again_ = 0;  ///< How often the mappings are used once more.
  unsigned leg_ = 0;
  bool through_hidden_ = false;
  bool doomed_ = false;  ///< Ends before it is done.
  dma_cookie_t cookie_ = 0;
  Shared<unsigned> pending_{0};
  Shared<bool> faulted_{false};
  std::uint64_t deadline_ns_ = 0;
};

}  // namespace guest
