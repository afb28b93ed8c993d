// SPDX-License-Identifier: Apache-2.0
// Measures memory as the guest sees it, for scripts/bench. Option `what`: chase-l1, chase-l2,
// chase-dram, copy or dma (default: all); option `rounds`. Prints lines `result NAME VALUE UNIT`.
#include <algorithm>
#include <cstdint>
#include <span>

#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/kernel/time.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/page.hpp"

using namespace guest;

namespace {

constexpr std::size_t kLineBytes = 32;
constexpr std::size_t kCopyBytes = 2U << 20;
constexpr std::uint64_t kPsPerNs = 1000;

/// A line that points to the next one of the chase.
struct alignas(kLineBytes) Link {
  Link* next;
};

bool wanted(std::string_view name) {
  const auto what = option("what");
  return !what || what->empty() || *what == name;
}

std::uint32_t random_number() {
  static std::uint32_t state = 0x2545'F491;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/// Links all of `links` into one cycle in random order (Sattolo's shuffle).
void link_up(std::span<Link> links) {
  for (Link& link : links) link.next = &link;
  for (std::size_t i = links.size() - 1; i > 0; --i)
    std::swap(links[i].next, links[random_number() % i].next);
}

Link* follow(Link* at, std::uint32_t steps) {
  for (std::uint32_t i = 0; i < steps; i += 16) {
#pragma GCC unroll 16
    for (unsigned j = 0; j < 16; ++j) at = static_cast<Link* volatile&>(at->next);
  }
  return at;
}

int chase(const char* name, std::size_t size, std::uint32_t steps) {
  if (!wanted(name)) return 0;
  const auto bytes = alloc_bytes(size);
  if (bytes.empty()) return 1;
  const std::span links{reinterpret_cast<Link*>(bytes.data()), size / kLineBytes};
  link_up(links);
  Link* at = follow(links.data(), static_cast<std::uint32_t>(links.size()));
  steps *= option_number("rounds", 1);
  const std::uint64_t start = ktime_ns();
  at = follow(at, steps);
  const std::uint64_t time = ktime_ns() - start;
  free_bytes(bytes);
  printk("result ", name, " ", time * kPsPerNs / steps, " ps a load\n");
  return at == nullptr ? 1 : 0;
}

/// Megabytes a second.
std::uint64_t rate(std::uint64_t bytes, std::uint64_t ns) {
  return ns == 0 ? 0 : bytes * 1000 / ns;
}

int copies() {
  const auto from = alloc_bytes(kCopyBytes);
  const auto to = alloc_bytes(kCopyBytes);
  if (from.empty() || to.empty()) return 1;
  const std::uint32_t rounds = 4 * option_number("rounds", 1);
  memset(from.data(), 0x5A, from.size());
  if (wanted("copy")) {
    memcpy(to.data(), from.data(), from.size());
    const std::uint64_t start = ktime_ns();
    for (std::uint32_t i = 0; i < rounds; ++i) memcpy(to.data(), from.data(), from.size());
    printk("result copy ", rate(std::uint64_t{rounds} * kCopyBytes, ktime_ns() - start), " MB/s\n");
  }
  if (!wanted("dma")) return 0;
  auto channel = DmaChannel::request_memcpy();
  if (!channel) {
    printk("result dma absent\n");
    return 0;
  }
  auto source = Mapping::map(channel->mapping_device(), from, DMA_TO_DEVICE);
  auto target = Mapping::map(channel->mapping_device(), to, DMA_FROM_DEVICE);
  if (!source || !target) return 1;
  const std::uint64_t start = ktime_ns();
  for (std::uint32_t i = 0; i < rounds; ++i) {
    if (!channel->copy(target->address(), source->address(), kCopyBytes)) return 1;
  }
  printk("result dma ", rate(std::uint64_t{rounds} * kCopyBytes, ktime_ns() - start), " MB/s\n");
  return 0;
}

int run() {
  constexpr std::uint32_t kMillion = 1U << 20;
  int failures = chase("chase-l1", 8U << 10, 16 * kMillion);
  failures += chase("chase-l2", 128U << 10, 2 * kMillion);
  failures += chase("chase-dram", 16U << 20, kMillion / 2);
  failures += copies();
  return failures;
}

}  // namespace

int guest_main() { return without_leaks(run()); }
