// SPDX-License-Identifier: Apache-2.0
// Transfers at random, on many channels, through the whole of the API in every legal order; each is
// verified. Options: `seed`, `transfers`, `channels`. README.md beside it tells more.
#include <algorithm>
#include <array>
#include <new>

#include "sw/apps/stress/job.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

namespace {

constexpr std::size_t kMostJobs = 12;

/// The jobs, and what they copy in.
class Jobs {
 public:
  explicit Jobs(std::size_t count) : memory_{alloc_bytes(2 * count * Job::kArenaBytes)} {
    for (count_ = 0; count_ < count && !memory_.empty(); ++count_) {
      const auto arena = memory_.subspan(2 * count_ * Job::kArenaBytes, 2 * Job::kArenaBytes);
      ::new (static_cast<void*>(storage_.data() + count_ * sizeof(Job)))
          Job{arena.first(Job::kArenaBytes), arena.subspan(Job::kArenaBytes)};
    }
  }
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs() {
    for (Job& job : all()) job.~Job();
    free_bytes(memory_);
  }
  std::span<Job> all() { return {std::launder(reinterpret_cast<Job*>(storage_.data())), count_}; }

 private:
  std::span<std::byte> memory_;
  std::size_t count_ = 0;
  alignas(Job) std::array<std::byte, kMostJobs * sizeof(Job)> storage_;
};

/// Uses the caches for something else, so that lines come and go.
void disturb(std::span<std::byte> memory, Random& random) {
  for (unsigned i = 0; i < 4; ++i) {
    std::byte& byte = memory[random.below(static_cast<std::uint32_t>(memory.size()))];
    byte ^= std::byte{1};
  }
}

void run_all(Jobs& jobs, std::uint64_t transfers, Random& random, Totals& totals) {
  const std::span<std::byte> other = alloc_bytes(1U << 20);
  for (bool busy = true; busy && totals.failed == 0;) {
    const bool last = totals.transfers >= transfers;
    busy = !last;
    bool moved = false;
    for (Job& job : jobs.all()) {
      moved = job.step(random, totals, last) || moved;
      busy = busy || !job.idle();
    }
    if (!moved) disturb(other, random);
  }
  free_bytes(other);
}

void print_totals(const Totals& totals) {
  Table table{10,         "from \\ to", "  single", "    page",
              "      sg", " sgtable",   "coherent", "      wc"};
  for (std::size_t from = 0; from < Side::kKinds; ++from) {
    const auto& row = totals.kinds[from];
    table.row(Side::kNames[from], row[0], row[1], row[2], row[3], row[4], row[5]);
  }
}

int run() {
  const std::uint32_t seed = option_number("seed", 1);
  const std::uint32_t transfers = option_number("transfers", 10'000);
  const std::size_t channels =
      std::clamp<std::size_t>(option_number("channels", kMostJobs), 1, kMostJobs);
  const std::string_view ops = option("ops").value_or("");
  Result<Implementation> implementation = Error::kNoDevice;
  if (!ops.empty()) {
    ::new (static_cast<void*>(&implementation)) Result<Implementation>{Implementation::use(ops)};
    if (!implementation) {
      printk("stress: ops=", ops, ": not on this board\n");
      return 1;
    }
  }
  Random random{seed};
  Totals totals;
  Jobs jobs{channels};
  run_all(jobs, transfers, random, totals);
  print_totals(totals);
  printk("stress: seed ", seed, ": ", totals.transfers, " transfers, ", totals.bytes, " bytes, ",
         totals.terminated, " terminated; ", totals.wrong, " wrong, ", totals.failed, " failed\n");
  return totals.wrong == 0 && totals.failed == 0 ? 0 : 1;
}

}  // namespace

int guest_main() { return without_leaks(run()); }
