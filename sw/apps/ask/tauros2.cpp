// SPDX-License-Identifier: Apache-2.0
// Before ARMv7, who maintains an L2? The same mappings by a core in its ARMv5 and one in its ARMv7
// personality, with outer_cache's functions and (callbacks=0) without.
#include <algorithm>

#include "sw/apps/ask/answer.hpp"
#include "sw/arch/cpu.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/content.hpp"
#include "sw/measure/table.hpp"

namespace guest {
namespace {

constexpr std::size_t kBytes = 16U << 10;
constexpr std::uint64_t kLines = kBytes / 32;
constexpr std::byte kOld{0xEE};

struct Outcome {
  bool copied = false;
  std::size_t wrong_bytes = 0;
  std::uint64_t l1 = 0;
  std::uint64_t l2 = 0;
};

/// A mapping of `buffer` for a copy from or to a device's memory, and its end.
class Mapped {
 public:
  Mapped(const Counters& counters, DmaChannel& channel, const CoherentMemory& card,
         std::span<std::byte> buffer)
      : counters_{counters}, channel_{channel}, card_{card}, buffer_{buffer} {}

  Outcome to_device() {
    std::fill(card_.bytes().begin(), card_.bytes().end(), kOld);
    fill_content(buffer_, 1);
    Outcome outcome = copy(DMA_TO_DEVICE);
    outcome.wrong_bytes = wrong_content(card_.bytes(), 1);
    return outcome;
  }
  Outcome from_device() {
    fill_content(card_.bytes(), 2);
    std::fill(buffer_.begin(), buffer_.end(), kOld);
    Outcome outcome = copy(DMA_FROM_DEVICE);
    outcome.wrong_bytes = wrong_content(buffer_, 2);
    return outcome;
  }

 private:
  Outcome copy(dma_data_direction direction) {
    Outcome outcome;
    device& dev = channel_.mapping_device();
    counters_.start();
    const dma_addr_t handle =
        dma_map_single_attrs(&dev, buffer_.data(), buffer_.size(), direction, 0);
    if (dma_mapping_error(&dev, handle) != 0) return outcome;
    const DmaAddress buffer{static_cast<std::uint32_t>(handle)};
    const Result<void> done = direction == DMA_TO_DEVICE
                                  ? channel_.copy(card_.address(), buffer, kBytes)
                                  : channel_.copy(buffer, card_.address(), kBytes);
    dma_unmap_single_attrs(&dev, handle, buffer_.size(), direction, 0);
    counters_.stop();
    outcome.copied = static_cast<bool>(done);
    outcome.l1 = counters_["l1-operations"];
    outcome.l2 = counters_["l2-operations"];
    return outcome;
  }

  const Counters& counters_;
  DmaChannel& channel_;
  const CoherentMemory& card_;
  std::span<std::byte> buffer_;
};

bool armv5_personality() { return (read_cpuid_id() & 0xFF0F'0000) == 0x5605'0000; }

void forget_callbacks() {
  outer_cache.inv_range = nullptr;
  outer_cache.clean_range = nullptr;
  outer_cache.flush_range = nullptr;
}

/// `at_unmap`: the lines of a level that the end of a mapping FROM_DEVICE maintains, too.
void check(Answer& answer, const Outcome& to, const Outcome& from, bool stale,
           std::uint64_t l1_at_unmap, std::uint64_t l2) {
  answer.expect(to.copied && from.copied, "copies that end");
  answer.expect(to.l1 == kLines && from.l1 == kLines + l1_at_unmap, "L1 operations");
  answer.expect(to.l2 == l2 && from.l2 == 2 * l2, "L2 operations");
  answer.expect((to.wrong_bytes != 0) == stale, "what the device reads");
  answer.expect((from.wrong_bytes != 0) == stale, "what the CPU reads");
}

}  // namespace

void answer_tauros2(Answer& answer) {
  const bool armv5 = armv5_personality();
  const bool callbacks = option("callbacks").value_or("1") != "0";
  answer.expect((outer_cache.clean_range != nullptr) == armv5,
                "outer_cache's functions in the ARMv5 personality, and only there");
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(static_cast<bool>(channel), "a channel")) return;
  const Result<CoherentMemory> card = CoherentMemory::allocate(channel->mapping_device(), kBytes);
  const std::span<std::byte> buffer = alloc_bytes(kBytes);
  if (!answer.require(card && !buffer.empty(), "memory")) return;
  const outer_cache_fns installed = outer_cache;
  if (!callbacks) forget_callbacks();
  Mapped mapped{answer.counters(), *channel, *card, buffer};
  const Outcome to = mapped.to_device();
  const Outcome from = mapped.from_device();
  outer_cache = installed;

  Table table{12, "16 KiB by", "callbacks", "direction  ", "L1 ops", "L2 ops", "wrong bytes"};
  const std::string_view core = armv5 ? "ARMv5" : "ARMv7";
  const std::string_view with = !callbacks ? "left out" : armv5 ? "by PA" : "none";
  table.row(core, with, "TO_DEVICE", to.l1, to.l2, to.wrong_bytes);
  table.row(core, with, "FROM_DEVICE", from.l1, from.l2, from.wrong_bytes);
  // The ARMv5 core fetches nothing by itself: the end of a mapping leaves its L1 alone.
  const bool reaches_l2 = !armv5 || callbacks;
  check(answer, to, from, !reaches_l2, armv5 ? 0 : kLines, reaches_l2 ? kLines : 0);
  free_bytes(buffer);
}

}  // namespace guest
