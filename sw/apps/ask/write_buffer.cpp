// SPDX-License-Identifier: Apache-2.0
// What is the write buffer, and how do write-combining and coherent memory differ? On ARMv7 not at
// all; strongly ordered memory, which is what coherent means on ARMv5, is another matter.
#include <algorithm>
#include <array>

#include "sw/apps/ask/answer.hpp"
#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/io_pointer.hpp"
#include "sw/measure/bare_dma.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

constexpr std::size_t kWords = 4096;
constexpr std::size_t kBytes = kWords * sizeof(std::uint32_t);

struct Memory {
  std::string_view name;
  std::span<std::uint32_t> words;
  std::uint32_t address;  ///< For the PL330.
};

struct Outcome {
  std::uint64_t transactions;
  std::uint64_t cycles;
  bool seen;               ///< By the PL330: a descriptor stored right before the doorbell.
  bool seen_with_barrier;  ///< The same, with a barrier between them.
};

void store_all(const Memory& memory) {
  for (std::size_t i = 0; i < kWords; ++i) {
    volatile std::uint32_t& word = memory.words[i];
    word = static_cast<std::uint32_t>(i);
  }
}

/// Stores a word and rings: whether the PL330, which copies it, read the new one.
bool seen(const BareDma& dma, const Memory& memory, const CoherentMemory& copy, bool with_barrier) {
  constexpr std::uint32_t kOld = 0x0BAD'0BAD;
  constexpr std::uint32_t kNew = 0x600D'600D;
  volatile std::uint32_t& word = memory.words[0];
  word = kOld;
  wmb();
  pl330::Assembler code = dma.code();
  pl330::Shape one_word;
  one_word.width_shift = 2;
  code.move(pl330::Assembler::Register::kControl, one_word.control(1));
  code.move(pl330::Assembler::Register::kSource, memory.address);
  code.move(pl330::Assembler::Register::kDestination, raw(copy.address()));
  code.load(pl330::Condition::kAlways);
  code.store(pl330::Condition::kAlways);
  code.write_barrier();
  code.end();
  if (!dma.prepare()) return false;
  word = kNew;
  if (with_barrier) wmb();
  dma.ring();
  if (!dma.wait()) return false;
  return *reinterpret_cast<const volatile std::uint32_t*>(copy.bytes().data()) == kNew;
}

Outcome try_out(const Counters& counters, const BareDma& dma, const Memory& memory,
                const CoherentMemory& copy) {
  // The best of several: the DRAM's refreshes come when they come.
  constexpr unsigned kRounds = 16;
  Outcome best{~0ULL, ~0ULL, false, false};
  for (unsigned i = 0; i < kRounds; ++i) {
    counters.start();
    store_all(memory);
    counters.stop();
    best.transactions = std::min(best.transactions, counters["cpu-transactions"]);
    best.cycles = std::min(best.cycles, counters["cycles"]);
  }
  best.seen = seen(dma, memory, copy, false);
  best.seen_with_barrier = seen(dma, memory, copy, true);
  return best;
}

}  // namespace

void answer_write_buffer(Answer& answer) {
  Result<BareDma> dma = BareDma::find();
  if (!answer.require(static_cast<bool>(dma), "a PL330")) return;
  device& dev = dma->dev();
  const Result<CoherentMemory> wc = CoherentMemory::allocate(dev, kBytes, DMA_ATTR_WRITE_COMBINE);
  const Result<CoherentMemory> coherent = CoherentMemory::allocate(dev, kBytes);
  const Result<CoherentMemory> copy = CoherentMemory::allocate(dev, kPageBytes);
  const std::span<std::byte> pages = alloc_bytes(kBytes);
  if (!answer.require(wc && coherent && copy && !pages.empty(), "memory")) return;
  // What ARMv5 calls coherent; its cacheable alias is flushed as alloc does.
  const dma_addr_t ordered = dma_map_single_attrs(&dev, pages.data(), kBytes, DMA_BIDIRECTIONAL, 0);
  if (!answer.require(dma_mapping_error(&dev, ordered) == 0, "a mapping")) return;
  void* const strongly_ordered =
      remap_pages(virt_to_phys(pages.data()), kBytes, MemoryType::kUncached);
  const auto words = [](void* at) { return std::span{static_cast<std::uint32_t*>(at), kWords}; };
  const std::array<Memory, 3> memories{
      Memory{"write-combining", words(wc->bytes().data()), raw(wc->address())},
      Memory{"coherent", words(coherent->bytes().data()), raw(coherent->address())},
      Memory{"strongly ordered", words(strongly_ordered), static_cast<std::uint32_t>(ordered)}};

  Table table{18,
              "4096 words to",
              "core ",
              "bus writes",
              "cycles",
              "cycles/word",
              "doorbell, no barrier",
              "with barrier"};
  std::array<Outcome, 3> outcomes{};
  for (std::size_t i = 0; i < memories.size(); ++i) {
    outcomes[i] = try_out(answer.counters(), *dma, memories[i], *copy);
    const Outcome& o = outcomes[i];
    table.row(memories[i].name, cpu_cache.dma_mem_bufferable ? "ARMv7" : "ARMv5", o.transactions,
              o.cycles, Tenths{o.cycles * 10 / kWords}, o.seen ? "new" : "old",
              o.seen_with_barrier ? "new" : "old");
  }
  unremap_pages(strongly_ordered, kBytes);
  dma_unmap_single_attrs(&dev, ordered, kBytes, DMA_BIDIRECTIONAL, 0);
  free_bytes(pages);

  const auto& [combining, same, strict] = outcomes;
  // ARMv5: strongly ordered; and no outer cache merges what leaves the core by 64 bits.
  const bool bufferable = cpu_cache.dma_mem_bufferable;
  const Outcome& like = bufferable ? combining : strict;
  answer.expect(like.cycles == same.cycles,
                bufferable ? "write-combining and coherent equal to the cycle"
                           : "strongly ordered and coherent equal to the cycle");
  answer.expect(like.transactions == same.transactions, "and to the bus write");
  answer.expect(within(combining.transactions, kBytes / (bufferable ? 32 : 8), 2),
                "write-combining stores merged");
  answer.expect(within(strict.transactions, kWords, 2),
                "a bus write for each strongly ordered word");
  answer.expect(strict.cycles > 4 * combining.cycles, "strongly ordered stores to take far longer");
  answer.expect(strict.seen, "a strongly ordered store to be complete before the doorbell");
  // On ARMv5 all leave by one write buffer, in order; on ARMv7 only Device accesses are in order.
  answer.expect(combining.seen == !bufferable && same.seen == !bufferable,
                bufferable ? "a doorbell to overtake stores to non-cacheable memory"
                           : "stores and the doorbell in order");
  for (const Outcome& o : outcomes)
    answer.expect(o.seen_with_barrier, "the new word with a barrier, in any memory");
}

}  // namespace guest
