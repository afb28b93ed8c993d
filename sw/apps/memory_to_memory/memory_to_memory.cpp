// SPDX-License-Identifier: Apache-2.0
// One copy from memory to memory by PL330, right or with one classic mistake, and what became of
// it. README.md beside it tells more.
#include <algorithm>

#include "sw/apps/memory_to_memory/transfer.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

namespace {

constexpr std::byte kOld{0xA5};   ///< In memory, before.
constexpr std::byte kDirt{0xEE};  ///< In the caches, of the target.

/// The source's content: never equal to `kOld` or `kDirt`.
std::byte content(std::size_t index) {
  return static_cast<std::byte>(index * 7 % 127 + index / 512);
}

/// Before the copy: old bytes in memory behind both buffers, put there by DMA, and newer ones of
/// the CPU's in the caches. So what is stale afterwards is never right by accident.
Result<void> prepare(DmaChannel& channel, const Buffers& buffers) {
  const std::span<std::byte> old = alloc_bytes(Buffers::kBytes);
  if (old.empty()) return Error::kOutOfMemory;
  std::fill(old.begin(), old.end(), kOld);
  for (const std::span<std::byte> buffer : {buffers.source, buffers.target}) {
    if (const Result<void> filled = copy(channel, buffer, old); !filled) return filled;
  }
  for (std::size_t i = 0; i < buffers.source.size(); ++i) buffers.source[i] = content(i);
  std::fill(buffers.target.begin(), buffers.target.end(), kDirt);
  return {};
}

/// Says what the CPU reads in the target. Returns the exit status.
int report(const Mistake& mistake, std::span<const std::byte> target) {
  std::size_t wrong = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] != content(i) && wrong++ == 0) first = i;
  }
  printk("memory_to_memory: ", mistake.name, ": ");
  if (wrong == 0) {
    printk("right bytes\n");
    return 0;
  }
  printk(wrong, " of ", target.size(), " bytes wrong, the first at ", first, "\n");
  return 1;
}

int run() {
  Mistake mistake{.name = "no mistake"};
  if (const std::optional<std::string_view> name = option("break"); name && !name->empty()) {
    const std::optional<Mistake> found = mistake_named(*name);
    if (!found) {
      printk("memory_to_memory: break=", *name, ": no such case\n");
      return 1;
    }
    mistake = *found;
  }
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!channel) {
    printk("memory_to_memory: no DMA channel: ", describe(channel.error()), "\n");
    return 1;
  }
  const Buffers buffers = Buffers::allocate(mistake);
  Result<void> result = prepare(*channel, buffers);
  if (result) result = transfer(*channel, buffers, mistake);
  if (!result) {
    printk("memory_to_memory: ", mistake.name, ": the copy failed: ", describe(result.error()),
           "\n");
    return 1;
  }
  return report(mistake, buffers.target);
}

}  // namespace

int guest_main() { return without_leaks(run()); }
