// SPDX-License-Identifier: Apache-2.0
// Transfers at random, on many channels, through the whole of the API in every legal order; each is
// verified. Options: `seed`, `transfers`, `channels`, `ops`. README.md beside it tells more.
#include <algorithm>
#include <array>
#include <new>

#include "sw/apps/stress/card.hpp"
#include "sw/apps/stress/job.hpp"
#include "sw/apps/stress/moves.hpp"
#include "sw/apps/stress/parity.hpp"
#include "sw/apps/stress/successors.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

namespace {

constexpr std::size_t kMostJobs = 12;
/// Nothing is done for so long only if it will never be done.
constexpr std::uint64_t kPatienceNs = 2 * kNsPerSecond;

/// Of the jobs: more than the stack holds.
alignas(Job) std::array<std::byte, kMostJobs * sizeof(Job)> storage;

/// The jobs, and what they copy in. There is one object.
class Jobs {
 public:
  explicit Jobs(std::size_t count) : memory_{alloc_bytes(2 * count * Job::kArenaBytes)} {
    for (count_ = 0; count_ < count && !memory_.empty(); ++count_) {
      const auto arena = memory_.subspan(2 * count_ * Job::kArenaBytes, 2 * Job::kArenaBytes);
      ::new (static_cast<void*>(storage.data() + count_ * sizeof(Job)))
          Job{arena.first(Job::kArenaBytes), arena.subspan(Job::kArenaBytes),
              static_cast<unsigned>(count_)};
    }
  }
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs() {
    for (Job& job : all()) job.~Job();
    free_bytes(memory_);
  }
  std::span<Job> all() { return {std::launder(reinterpret_cast<Job*>(storage.data())), count_}; }

 private:
  std::span<std::byte> memory_;
  std::size_t count_ = 0;
};

/// Uses the caches for something else, so that lines come and go.
void disturb(std::span<std::byte> memory, Random& random) {
  for (unsigned i = 0; i < 4; ++i) {
    std::byte& byte = memory[random.below(static_cast<std::uint32_t>(memory.size()))];
    byte ^= std::byte{1};
  }
}

void run_all(Jobs& jobs, Card& card, Successors& successors, std::uint64_t transfers, Run& run) {
  const std::span<std::byte> other = alloc_bytes(1U << 20);
  std::uint64_t deadline_ns = ktime_ns() + kPatienceNs;
  for (bool busy = true; busy && run.failed == 0;) {
    const bool last = run.transfers >= transfers;
    busy = !last;
    bool moved = false;
    for (Job& job : jobs.all()) {
      moved = job.step(run, last) || moved;
      busy = busy || !job.idle();
    }
    moved = (!last && card.step(run)) || moved;
    moved = (!last && successors.step(run)) || moved;
    run.supplies.change_device_memory(run.random);
    if (!moved) disturb(other, run.random);
    if (moved) deadline_ns = ktime_ns() + kPatienceNs;
    if (ktime_ns() >= deadline_ns) {
      ++run.failed;
      run.say("FAILED: nothing goes on");
    }
  }
  free_bytes(other);
}

/// One line a table: `memory to: single 12, page 9`. What this board does not have is left out.
template <class Row, class Here>
void print_counts(const Run& run, std::string_view what, std::span<const Row> table,
                  const Counts& counts, Here here) {
  printk("stress: seed ", run.seed, ": ", what, ":");
  std::string_view before = " ";
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (!here(table[i])) continue;
    printk(before, table[i].name, " ", counts.ran[i]);
    before = ", ";
  }
  printk("\n");
}

void print_totals(const Run& run, bool has_card) {
  const auto has = [&](const MemoryKind& kind) { return kind.here(run.supplies); };
  const auto always = [](const auto&) { return true; };
  print_counts(run, "from", memory_kinds(), run.sources, has);
  print_counts(run, "to", memory_kinds(), run.targets, has);
  print_counts(run, "moved by", moves(), run.moves, always);
  print_counts(run, "ended by", endings(), run.endings, always);
  print_counts(run, "calculated", calculations(), run.calculations, always);
  if (has_card) print_counts(run, "with the card", card_transfers(), run.card, always);
  printk("stress: seed ", run.seed, ": besides: through hidden memory ", run.hidden, ", backwards ",
         run.backwards, ", status ", run.polls, ", successors ", run.successors);
  if (run.supplies.dev().iommu_mapping != nullptr) printk(", at the same page ", run.same_page);
  if (run.supplies.can_declare()) printk(", device memory ", run.supplies.times_declared());
  printk("\n");
  run.say(run.transfers, " transfers, ", run.bytes, " bytes, ", run.terminated, " terminated, ",
          run.not_now, " not now; ", run.wrong, " wrong, ", run.failed, " failed");
}

int stress(device& dev, bool may_refuse) {
  const std::size_t channels =
      std::clamp<std::size_t>(option_number("channels", kMostJobs), 1, kMostJobs);
  const std::uint32_t seed = option_number("seed", 1);
  Supplies supplies{dev, may_refuse};
  Run run{.random = Random{seed}, .supplies = supplies, .seed = seed, .may_refuse = may_refuse};
  Jobs jobs{channels};
  const std::span<std::byte> card_memory = alloc_bytes(2 * Card::kRegionBytes);
  Card card{card_memory};
  const std::span<std::byte> successor_memory = alloc_bytes(Successors::kArenaBytes);
  Successors successors{successor_memory};
  run_all(jobs, card, successors, option_number("transfers", 10'000), run);
  print_totals(run, card.present());
  free_bytes(successor_memory);
  free_bytes(card_memory);
  return run.wrong == 0 && run.failed == 0 ? 0 : 1;
}

int start() {
  device* const dev = find_device("arm,pl330");
  const std::string_view ops = option("ops").value_or("");
  if (dev == nullptr) return 1;
  if (ops.empty()) return stress(*dev, has_option("swiotlb"));
  const Result<Implementation> implementation = Implementation::use(ops);
  if (implementation) return stress(*dev, implementation->traits().bounces);
  printk("stress: ops=", ops, ": not on this board\n");
  return 1;
}

}  // namespace

int guest_main() { return without_leaks(start()); }
