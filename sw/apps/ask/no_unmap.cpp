// SPDX-License-Identifier: Apache-2.0
// s3cmci maps and never unmaps: a leak? The same driver, and what comes of it where it runs.
#include <algorithm>
#include <array>

#include "sw/apps/ask/answer.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/swiotlb.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/content.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/level.hpp"

namespace guest {
namespace {

constexpr std::size_t kBytes = 4096;
constexpr std::size_t kRequests = 64;
constexpr std::byte kDirt{0xEE};

struct Outcome {
  std::size_t requests = 0;
  std::size_t wrong_bytes = 0;
  std::size_t live = 0;  ///< Mappings made, and not ended.
  std::array<dma_addr_t, kRequests> mapped{};
};

/// Takes the I/O address space but for so many pages: with all of it, failure is as certain, and
/// only later.
class IoAddressesOfOthers {
 public:
  static constexpr std::size_t kLeft = 32;  ///< Pages.

  explicit IoAddressesOfOthers(device& dev) : mapping_{dev.iommu_mapping} {
    if (mapping_ == nullptr) return;
    for (std::size_t pages = dma_iommu_mapping::kBitmapPages; pages != 0; pages /= 2) {
      for (; count_ != taken_.size(); ++count_) {
        taken_[count_] = {iova_alloc(*mapping_, pages * kPageBytes), pages * kPageBytes};
        if (taken_[count_].address == DMA_MAPPING_ERROR) break;
      }
    }
    for (std::size_t i = 0; i < count_; ++i) {
      if (taken_[i].size != kLeft * kPageBytes) continue;
      iova_free(*mapping_, taken_[i].address, taken_[i].size);
      taken_[i].size = 0;
      break;
    }
  }
  IoAddressesOfOthers(const IoAddressesOfOthers&) = delete;
  IoAddressesOfOthers& operator=(const IoAddressesOfOthers&) = delete;
  ~IoAddressesOfOthers() {
    for (const Stretch& each : std::span{taken_}.first(count_)) {
      if (each.size != 0) iova_free(*mapping_, each.address, each.size);
    }
  }

 private:
  struct Stretch {
    dma_addr_t address;
    std::size_t size;
  };
  dma_iommu_mapping* mapping_;
  std::array<Stretch, 256> taken_{};
  std::size_t count_ = 0;
};

/// One request as s3cmci makes it: mapped, transferred, never unmapped.
Result<void> request(DmaChannel& channel, DmaAddress card, std::span<std::byte> buffer,
                     dma_addr_t& handle) {
  device& dev = channel.mapping_device();
  handle = dma_map_single_attrs(&dev, buffer.data(), buffer.size(), DMA_FROM_DEVICE, 0);
  if (dma_mapping_error(&dev, handle) != 0) return Error::kOutOfIova;
  return channel.copy(DmaAddress{static_cast<std::uint32_t>(handle)}, card, buffer.size());
}

Outcome make_requests(DmaChannel& channel, const CoherentMemory& card,
                      std::span<std::byte> memory) {
  Outcome outcome;
  for (std::uint32_t i = 0; i < kRequests; ++i) {
    const std::span<std::byte> buffer = memory.subspan(i % 4 * kBytes, kBytes);
    std::fill(buffer.begin(), buffer.end(), kDirt);
    fill_content(card.bytes(), i);
    if (!request(channel, card.address(), buffer, outcome.mapped[i])) break;
    ++outcome.live;
    outcome.wrong_bytes += wrong_content(buffer, i);
    ++outcome.requests;
  }
  return outcome;
}

}  // namespace

void answer_no_unmap(Answer& answer) {
  const std::string_view name = option("ops").value_or("arm_dma_ops");
  const std::string_view world = option("world").value_or("calm");
  Result<Implementation> implementation = Implementation::use(name);
  if (!answer.require(static_cast<bool>(implementation), "operations that this board has")) return;
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(static_cast<bool>(channel), "a channel")) return;
  const Result<CoherentMemory> card = CoherentMemory::allocate(channel->mapping_device(), kBytes);
  const std::span<std::byte> memory = alloc_bytes(4 * kBytes);
  if (!answer.require(card && !memory.empty(), "memory")) return;
  const IoAddressesOfOthers others{channel->mapping_device()};
  const std::size_t before = level_of("I/O pages");
  const Outcome outcome = make_requests(*channel, *card, memory);
  const bool armv5 = !cpu_cache.dma_mem_bufferable;
  Table table{20,
              "64 requests, 4 KiB",
              "core ",
              "world  ",
              "until failure",
              "wrong bytes",
              "live mappings",
              "I/O pages",
              "slots"};
  const bool all = outcome.requests == kRequests;
  const std::size_t io_pages = level_of("I/O pages") - before;
  const std::size_t slots = level_of("bounce slots");
  const std::string_view core = armv5 ? "ARMv5" : "ARMv7";
  const auto row = [&](const auto& failure) {
    table.row(name, core, world, failure, outcome.wrong_bytes, outcome.live, io_pages, slots);
  };
  if (all) {
    row("none");
  } else {
    row(outcome.requests);
  }
  answer.expect(outcome.live == outcome.requests, "a mapping left of each request");
  if (name == "arm_dma_ops") {
    answer.expect(all, "no failure: the operations allocate nothing");
    answer.expect(io_pages == 0 && slots == 0, "nothing held");
    const bool stale = world == "adverse" && !armv5;
    answer.expect((outcome.wrong_bytes > 0) == stale,
                  stale ? "stale bytes, without the invalidate of unmap"
                        : "right bytes: nothing fetched lines meanwhile");
  }
  if (implementation->traits().bounces) {
    answer.expect(outcome.wrong_bytes >= outcome.requests * kBytes * 9 / 10,
                  "wrong bytes from the first request on: they are copied at unmap");
    answer.expect(all && slots == outcome.requests * kBytes / IO_TLB_SIZE, "slots held");
  }
  if (implementation->traits().translated) {
    answer.expect(outcome.wrong_bytes == 0, "right bytes until then");
    answer.expect(outcome.requests == IoAddressesOfOthers::kLeft && io_pages == outcome.requests,
                  "failure as soon as the I/O addresses are used up, one page a request");
  }
  for (std::size_t i = 0; i < outcome.requests; ++i)
    dma_unmap_single(&channel->mapping_device(), outcome.mapped[i], kBytes, DMA_FROM_DEVICE);
  free_bytes(memory);
}

}  // namespace guest
