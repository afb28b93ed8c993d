// SPDX-License-Identifier: Apache-2.0
// A PL330 that sees the caches, or is only said to. What is copied is in the CPU's L1 cache, and so
// are older bytes of the target; the driver is one and the same.
#include <algorithm>
#include <optional>
#include <span>

#include "sw/dmaengine/channel.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = 8192;
constexpr std::byte kOld{0xA5};

std::byte content(std::size_t index, unsigned round) {
  return static_cast<std::byte>(index * 7 % 127 + index / 512 + round);
}

/// Copies by DMA, and counts the bytes that the CPU then reads wrong: all, if the copy failed.
std::size_t wrong_bytes(DmaChannel& channel, std::span<std::byte> to, std::span<std::byte> from,
                        unsigned round) {
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = content(i, round);
  std::fill(to.begin(), to.end(), kOld);
  if (!copy(channel, to, from)) return to.size();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < to.size(); ++i) wrong += to[i] == content(i, round) ? 0U : 1U;
  return wrong;
}

/// Rounds over the same buffers, whole and in parts of lines.
std::size_t wrong_bytes_of_all() {
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  check(bool{channel}, "a DMA channel");
  const std::span<std::byte> from = alloc_bytes(kBytes);
  const std::span<std::byte> to = alloc_bytes(kBytes);
  std::size_t wrong = 0;
  for (unsigned round = 0; round < 8; ++round) {
    const std::size_t start = round % 2 * 20;
    const std::size_t size = kBytes - 64 - round * 12;
    wrong += wrong_bytes(*channel, to.subspan(start, size), from.subspan(0, size), round);
  }
  return wrong;
}

void right_case() { check_equal(wrong_bytes_of_all(), 0, "wrong bytes"); }
void wrong_case() { check(wrong_bytes_of_all() != 0, "some bytes are wrong"); }

/// The controller is on the port, and its transactions do not say that they are cacheable.
void not_cacheable_case() {
  pl330_not_cacheable = true;
  wrong_case();
}

/// The controller sees the caches, and the driver maintains them as if it did not.
void undeclared_case() {
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  check(bool{channel}, "a DMA channel");
  channel->mapping_device().dma_ops = &arm_dma_ops;
  wrong_case();
}

constexpr Case kCases[] = {
    {"right", right_case},
    {"wrong", wrong_case},
    {"not_cacheable", not_cacheable_case},
    {"undeclared", undeclared_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
