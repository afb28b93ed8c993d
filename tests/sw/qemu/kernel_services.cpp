// SPDX-License-Identifier: Apache-2.0
// What of the kernel library needs a machine: string functions in assembly, the MMU, memory with
// two addresses, time, timers, tasklets, completions.
#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/dma/mapping.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/tasklet.hpp"
#include "sw/kernel/time.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/page.hpp"
#include "sw/mm/remap.hpp"

using namespace guest;

namespace {

unsigned failures = 0;

void check(bool good, const char* what) {
  if (good) return;
  printk("failed: ", what, "\n");
  ++failures;
}

constexpr std::size_t kArena = 256;
unsigned char expected[kArena];
unsigned char actual[kArena];

void fill_both() {
  for (std::size_t i = 0; i < kArena; ++i)
    expected[i] = actual[i] = static_cast<unsigned char>(i * 11 + 3);
}

bool same() {
  for (std::size_t i = 0; i < kArena; ++i) {
    if (expected[i] != actual[i]) return false;
  }
  return true;
}

/// Against byte loops, for all alignments of both ends and sizes through every path.
void check_memory_functions() {
  bool copies = true;
  bool moves = true;
  bool sets = true;
  for (std::size_t to = 0; to < 5; ++to) {
    for (std::size_t from = 0; from < 5; ++from) {
      for (std::size_t size = 0; size < 100; ++size) {
        fill_both();
        for (std::size_t i = 0; i < size; ++i) expected[to + i] = expected[128 + from + i];
        copies &= memcpy(actual + to, actual + 128 + from, size) == actual + to && same();
        fill_both();
        for (std::size_t i = size; i != 0; --i) expected[from + 9 + i - 1] = expected[from + i - 1];
        memmove(actual + from + 9, actual + from, size);
        moves &= same();
      }
      fill_both();
      for (std::size_t i = 0; i < from * 17; ++i) expected[to + i] = 0xA5;
      sets &= memset(actual + to, 0x1A5, from * 17) == actual + to && same();
    }
  }
  check(copies, "memcpy equals a byte loop");
  check(moves, "memmove upward equals a backward byte loop");
  check(sets, "memset equals a byte loop");
  fill_both();
  check(memcmp(expected, actual, kArena) == 0, "equal bytes compare equal");
  actual[101] = static_cast<unsigned char>(actual[101] + 1);
  check(memcmp(expected, actual, kArena) < 0, "the first different byte decides");
  check(memcmp(expected + 1, actual + 1, 100) == 0, "bytes beyond the size do not count");
}

void check_memory_types() {
  const std::span<std::byte> pages = alloc_bytes(3 * kPageBytes);
  check(translate(pages.data()).value_or(0) == virt_to_phys(pages.data()),
        "DRAM is mapped one to one");
  check(!translate(reinterpret_cast<const void*>(0x5000'0000)), "what nobody mapped is not mapped");

  void* window = remap_pages(virt_to_phys(pages.data()), pages.size(), MemoryType::kBufferable);
  check(window != nullptr && is_remapped(window), "pages can be remapped");
  auto* alias = static_cast<volatile std::uint32_t*>(window);
  auto* word = reinterpret_cast<volatile std::uint32_t*>(pages.data());
  dmac_flush_range(pages.data(), pages.data() + pages.size());
  outer_flush_range(virt_to_phys(pages.data()), virt_to_phys(pages.data()) + pages.size());
  alias[1024] = 0x1234'5678;
  mb();
  // A line may have been fetched, unasked, between the flush and the store.
  outer_inv_range(virt_to_phys(pages.data()), virt_to_phys(pages.data()) + pages.size());
  dmac_unmap_area(pages.data(), pages.size(), DMA_FROM_DEVICE);
  check(word[1024] == 0x1234'5678, "a remapped page is the same memory");
  unremap_pages(window, pages.size());
  check(!translate(window), "an unmapped page is gone");
}

void check_coherent_memory() {
  device dev;
  dev.name = "test";
  const std::size_t before = free_page_count();
  {
    Result<CoherentMemory> memory = CoherentMemory::allocate(dev, 10000);
    check(bool{memory}, "coherent memory can be allocated");
    if (!memory) return;
    bool zero = true;
    for (const std::byte b : memory->bytes()) zero &= b == std::byte{0};
    check(zero, "coherent memory is zeroed");
    check(is_remapped(memory->bytes().data()), "coherent memory is not in the linear map");
    check(translate(memory->bytes().data()).value_or(0) == raw(memory->address()),
          "its handle is its address");
  }
  check(free_page_count() == before, "coherent memory is given back");
}

void check_time() {
  const std::uint64_t start = ktime_us();
  msleep(5);
  const std::uint64_t slept = ktime_us() - start;
  check(slept >= 5000 && slept < 500'000, "msleep sleeps about as long as asked");

  completion never{};
  check(wait_for_completion_timeout(&never, 2000) == 0, "waiting ends at the timeout");

  static completion done;
  Timer timer{[](void*) { complete(&done); }, nullptr};
  timer.start(ktime_ns() + 2 * kNsPerMs);
  check(wait_for_completion_timeout(&done, 1'000'000) > 0, "a timer completes before the timeout");
}

struct Work : tasklet_struct {
  unsigned runs = 0;
  bool interrupts_were_on = false;
};

void check_tasklets() {
  static Work work;
  static completion done;
  tasklet_setup(&work, [](tasklet_struct* tasklet) {
    auto& self = *static_cast<Work*>(tasklet);
    ++self.runs;
    self.interrupts_were_on = !irqs_disabled() && !in_interrupt();
    complete(&done);
  });
  Timer timer{[](void*) {
                tasklet_schedule(&work);
                tasklet_schedule(&work);
              },
              nullptr};
  timer.start(ktime_ns() + kNsPerMs);
  check(wait_for_completion_timeout(&done, 1'000'000) > 0, "a tasklet runs after the interrupt");
  check(work.runs == 1, "a tasklet scheduled twice runs once");
  check(work.interrupts_were_on, "a tasklet runs with interrupts on");
}

/// Code copied to fresh memory runs once the instruction side knows of it.
void check_written_code() {
  const std::span<std::byte> memory = alloc_bytes(kPageBytes);
  auto* code = reinterpret_cast<std::uint32_t*>(memory.data());
  for (const std::uint32_t value : {7U, 42U}) {
    code[0] = 0xE3A0'0000 | value;  // mov r0, #value
    code[1] = 0xE12F'FF1E;          // bx lr
    flush_icache_range(code, code + 2);
    const auto run = reinterpret_cast<std::uint32_t (*)()>(code);
    check(run() == value, "written code runs");
    dsb();  // So that the next one's flush has all to do.
    isb();
    check(run() == value, "written code runs again");
  }
}

int run() {
  check_memory_functions();
  check_memory_types();
  check_coherent_memory();
  check_time();
  check_tasklets();
  check_written_code();
  printk(failures, " failures\n");
  return failures == 0 ? 0 : 1;
}

}  // namespace

int guest_main() { return without_leaks(run()); }
