// SPDX-License-Identifier: Apache-2.0
// What DMA costs, step by step, by each implementation of the mapping layer that the board has, and
// from which size on it is cheaper than copying by CPU. README.md beside it tells more.
#include <algorithm>
#include <array>

#include "sw/apps/dma_lab/specimen.hpp"
#include "sw/drivers/counters/counters.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

namespace {

constexpr std::size_t kSmallest = 4;
constexpr std::size_t kLargest = Specimen::kMostBytes;
constexpr std::size_t kUnaligned = 4;  ///< How far off a line.

struct Cost {
  std::uint64_t elapsed = 0;  ///< Cycles.
  std::uint64_t busy = 0;     ///< Those in which the CPU did not sleep.
};

struct Costs {
  Cost map;
  Cost transfer;
  Cost unmap;
  Cost verify;
  Cost copy;  ///< The same by CPU.
  bool right = false;
  bool refused = false;  ///< By the mapping.

  std::uint64_t by_dma() const { return map.elapsed + transfer.elapsed + unmap.elapsed; }
  std::uint64_t busy() const { return map.busy + transfer.busy + unmap.busy; }
};

struct Direction {
  dma_data_direction value;
  std::string_view name;
};
constexpr std::array<Direction, 3> kDirections{Direction{DMA_TO_DEVICE, "to_device"},
                                               Direction{DMA_FROM_DEVICE, "from_device"},
                                               Direction{DMA_BIDIRECTIONAL, "bidirectional"}};

class Lab {
 public:
  Lab(Counters counters, DmaChannel& channel, const CoherentMemory& peer,
      std::span<std::byte> memory)
      : counters_{counters}, channel_{channel}, peer_{peer}, memory_{memory} {
    for (unsigned i = 0; i < 3; ++i) nothing_ = cost_of([] {}, {}).elapsed;
  }

  Costs measure(Form form, dma_data_direction direction, bool aligned, std::size_t size) {
    const std::size_t start = aligned ? 0 : kUnaligned;
    Specimen specimen{channel_, peer_, form, direction, memory_.subspan(start, size)};
    Costs costs;
    for (unsigned round = 0; round < 2; ++round) {  // The first warms code and translations up.
      const std::uint32_t seed = ++seed_;
      specimen.fill(seed);
      bool good = true;
      costs.map = cost_of([&] { good = specimen.map(); }, nothing_);
      costs.refused = !good;
      if (!good) return costs;
      costs.transfer = cost_of([&] { good = specimen.transfer(); }, nothing_);
      costs.unmap = cost_of([&] { specimen.unmap(); }, nothing_);
      costs.verify = cost_of([&] { good = specimen.verify(seed) && good; }, nothing_);
      costs.right = good;
      specimen.soil();
      costs.copy = cost_of([&] { specimen.copy_by_cpu(); }, nothing_);
      if (size > kPageBytes) break;
    }
    return costs;
  }

 private:
  template <class Work>
  Cost cost_of(Work&& work, std::uint64_t nothing) {
    counters_.start();
    work();
    counters_.stop();
    const std::uint64_t elapsed = counters_["cycles"];
    const std::uint64_t idle = counters_["idle-cycles"];
    const std::uint64_t net = elapsed > nothing ? elapsed - nothing : 0;
    return {net, net > idle ? net - idle : 0};
  }

  Counters counters_;
  DmaChannel& channel_;
  const CoherentMemory& peer_;
  std::span<std::byte> memory_;
  std::uint64_t nothing_ = 0;  ///< What measuring nothing costs.
  std::uint32_t seed_ = 0;
};

struct Choice {
  bool all;  ///< All forms, aligned and not; else one form, aligned.
  std::size_t largest;
};

/// The smallest size from which on DMA is cheaper, as text for the table.
class BreakEven {
 public:
  void note(std::size_t size, bool cheaper) {
    if (cheaper && from_ == 0) from_ = size;
    if (!cheaper) from_ = 0;
  }
  std::size_t from() const { return from_; }

 private:
  std::size_t from_ = 0;
};

void print_break_even(std::string_view what, const BreakEven& point) {
  if (point.from() == 0) {
    printk("  ", what, ": at no size");
  } else {
    printk("  ", what, ": from ", point.from(), " bytes");
  }
}

struct Outcome {
  unsigned rows = 0;
  bool right = true;  ///< Every byte was.
};

/// All sizes of one row of choices.
void sweep(Outcome& outcome, Lab& lab, Table& table, const Implementation& implementation,
           Form form, const Direction& direction, bool aligned, std::size_t largest) {
  const std::string_view name = implementation.name();
  const bool bounces = implementation.traits().bounces;
  BreakEven elapsed;
  BreakEven busy;
  for (std::size_t size = kSmallest; size <= largest; size *= 4) {
    const Costs c = lab.measure(form, direction.value, aligned, size);
    if (c.refused && bounces) break;  // It is larger than what can be bounced.
    outcome.right = outcome.right && c.right;
    ++outcome.rows;
    table.row(name, direction.name, kFormNames[static_cast<std::size_t>(form)],
              aligned ? "yes" : "no", size, c.map.elapsed, c.transfer.elapsed, c.unmap.elapsed,
              c.verify.elapsed, c.busy(), c.copy.elapsed, c.right ? "right" : "WRONG");
    elapsed.note(size, c.by_dma() < c.copy.elapsed);
    busy.note(size, c.busy() < c.copy.elapsed);
  }
  printk("# ", name, " ", direction.name, " ", kFormNames[static_cast<std::size_t>(form)],
         aligned ? " aligned" : " unaligned", ": DMA is cheaper than the CPU,");
  print_break_even("elapsed", elapsed);
  print_break_even("CPU busy", busy);
  printk("\n");
}

void all_of(Outcome& outcome, Lab& lab, const Implementation& implementation,
            const Choice& choice) {
  Table table{20,          "implementation", "    direction", "  form",    "aligned",
              "  bytes",   "      map",      " transfer",     "    unmap", "   verify",
              " CPU busy", " CPU copy",      "content"};
  for (const Direction& direction : kDirections) {
    for (const Form form : {Form::kSingle, Form::kPage, Form::kList}) {
      for (const bool aligned : {true, false}) {
        if (!choice.all && (form != Form::kSingle || !aligned)) continue;
        sweep(outcome, lab, table, implementation, form, direction, aligned, choice.largest);
      }
    }
  }
}

int run() {
  const Choice choice{has_option("all"), option_number("largest", kLargest)};
  const std::string_view wanted = option("ops").value_or("");
  const Result<Counters> counters = Counters::find();
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  const std::span<std::byte> memory = alloc_bytes(choice.largest + kPageBytes);
  if (!counters || !channel || memory.empty() || choice.largest < kSmallest ||
      choice.largest > kLargest) {
    printk("dma_lab: expected a board with counters and a PL330, and largest= of 4 to 4194304\n");
    return 1;
  }
  Outcome outcome;
  for (const std::string_view name : Implementation::names()) {
    if (!wanted.empty() && name != wanted) continue;
    const Result<Implementation> implementation = Implementation::use(name);
    if (!implementation || !implementation->right_here()) continue;
    const Result<CoherentMemory> peer =
        CoherentMemory::allocate(channel->mapping_device(), choice.largest);
    if (!peer) {
      printk("dma_lab: ", name, ": no memory\n");
      return 1;
    }
    Lab lab{*counters, *channel, *peer, memory};
    all_of(outcome, lab, *implementation, choice);
  }
  free_bytes(memory);
  if (outcome.rows == 0) {
    printk("dma_lab: ops=", wanted.empty() ? "any" : wanted, ": not on this board\n");
  }
  return outcome.right && outcome.rows != 0 ? 0 : 1;
}

}  // namespace

int guest_main() { return without_leaks(run()); }
