// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sw/apps/stress/side.hpp"
#include "sw/arch/shared.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/time.hpp"

namespace guest {

/// What all jobs came to.
struct Totals {
  std::uint64_t transfers = 0;
  std::uint64_t bytes = 0;
  std::uint64_t wrong = 0;       ///< Transfers whose target has another hash than their source.
  std::uint64_t failed = 0;      ///< Refused, faulted, or not ended in time.
  std::uint64_t terminated = 0;  ///< On purpose; what the target holds then nobody knows.
  std::uint64_t kinds[Side::kKinds][Side::kKinds] = {};
};

/// A channel with a source and a target of its own, and the transfers it makes one after another.
/// `step` is called over and over; it never waits.
class Job {
 public:
  static constexpr std::size_t kMostBytes = 16U << 10;
  static constexpr std::size_t kArenaBytes = kMostBytes + kPageBytes;

  Job(std::span<std::byte> source, std::span<std::byte> target)
      : source_{source}, target_{target} {}

  /// Does the next thing. False if it could only wait. Starts nothing new once `last` is set.
  bool step(Random& random, Totals& totals, bool last);
  bool idle() const { return stage_ == Stage::kIdle; }

 private:
  enum class Stage : std::uint8_t { kIdle, kMapped, kMoving, kEnded };

  bool begin(Random& random, Totals& totals);
  bool submit_more();
  void verify(Random& random, Totals& totals);
  void change_source(Random& random);
  void terminate(Random& random);
  void give_back();
  void fail(Totals& totals, const char* why);
  static void on_done(void* self, const dmaengine_result* result);

  Side source_;
  Side target_;
  std::optional<DmaChannel> channel_;
  Stage stage_ = Stage::kIdle;
  std::size_t size_ = 0;
  std::size_t moved_ = 0;  ///< What has been submitted.
  std::uint32_t hash_ = 0;
  unsigned again_ = 0;  ///< How often the mappings are used once more.
  Shared<unsigned> pending_{0};
  Shared<bool> faulted_{false};
  std::uint64_t deadline_ns_ = 0;
};

}  // namespace guest
