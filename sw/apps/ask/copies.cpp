// SPDX-License-Identifier: Apache-2.0
// Three questions about copies from memory to memory: why DMA at all, whether channels are serial,
// what the burst buffer buys.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sw/apps/ask/answer.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/time.hpp"
#include "sw/lib/string.hpp"
#include "sw/measure/bare_dma.hpp"
#include "sw/measure/content.hpp"
#include "sw/measure/table.hpp"

namespace guest {
namespace {

std::uint64_t megabytes_a_second(std::uint64_t bytes, std::uint64_t cycles) {
  return cycles == 0 ? 0 : bytes * kCyclesPerUs / cycles;
}

/// Two buffers for the CPU, given back at the end.
struct Buffers {
  explicit Buffers(std::size_t size) : from{alloc_bytes(size)}, to{alloc_bytes(size)} {}
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;
  ~Buffers() {
    free_bytes(from);
    free_bytes(to);
  }
  bool valid() const { return !from.empty() && !to.empty(); }
  std::span<std::byte> from;
  std::span<std::byte> to;
};

struct Cost {
  std::uint64_t elapsed;
  std::uint64_t asleep;
  std::uint64_t busy() const { return elapsed - asleep; }
};

template <class Work>
Cost cost_of(const Counters& counters, Work&& work) {
  counters.start();
  work();
  counters.stop();
  return {counters["cycles"], counters["idle-cycles"]};
}

/// A copy on a channel of its own.
struct OneOfMany {
  void ended() {
    ended_ns = ktime_ns();
    complete(&done);
  }
  std::optional<DmaChannel> channel;
  completion done;
  std::uint64_t ended_ns = 0;
};

struct Together {
  std::uint64_t cycles = 0;         ///< 0: it failed.
  std::uint64_t first_percent = 0;  ///< When the first copy ended, of the time all took.
};

/// Copies `each` bytes on each of `count` channels at the same time.
Together copy_on(Answer& answer, std::size_t count, std::size_t each, const CoherentMemory& from,
                 const CoherentMemory& to) {
  constexpr std::size_t kMost = 8;
  std::array<OneOfMany, kMost> all;
  const std::span copies = std::span{all}.first(count);
  std::uint32_t offset = 0;
  for (OneOfMany& copy : copies) {
    Result<DmaChannel> channel = DmaChannel::request_memcpy();
    if (!answer.require(static_cast<bool>(channel), "as many channels")) return {};
    copy.channel.emplace(std::move(*channel));
    dma_async_tx_descriptor* transfer = dmaengine_prep_dma_memcpy(
        copy.channel->handle(), raw(to.address() + offset), raw(from.address() + offset), each,
        DMA_PREP_INTERRUPT | DMA_CTRL_ACK);
    if (!answer.require(transfer != nullptr, "a descriptor")) return {};
    transfer->callback = [](void* x) { static_cast<OneOfMany*>(x)->ended(); };
    transfer->callback_param = &copy;
    dmaengine_submit(transfer);
    offset += static_cast<std::uint32_t>(each);
  }
  const std::uint64_t begin = ktime_ns();
  const Cost cost = cost_of(answer.counters(), [&] {
    for (OneOfMany& copy : copies) dma_async_issue_pending(copy.channel->handle());
    constexpr unsigned long kPatienceUs = 100'000;
    for (OneOfMany& copy : copies)
      answer.expect(wait_for_completion_timeout(&copy.done, kPatienceUs) != 0, "each to end");
  });
  const auto by_end = [](const OneOfMany& a, const OneOfMany& b) {
    return a.ended_ns < b.ended_ns;
  };
  const auto [first, last] = std::minmax_element(copies.begin(), copies.end(), by_end);
  return {cost.elapsed, (first->ended_ns - begin) * 100 / (last->ended_ns - begin)};
}

}  // namespace

void answer_why(Answer& answer) {
  constexpr std::size_t kBytes = 1U << 20;
  const Buffers buffers{kBytes};
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(buffers.valid() && channel, "memory and a channel")) return;
  Table table{22, "1 MiB copied by", "elapsed us", "MB/s", "CPU busy us", "CPU asleep us"};
  const auto row = [&](std::string_view name, const Cost& cost) {
    table.row(name, cost.elapsed / kCyclesPerUs, megabytes_a_second(kBytes, cost.elapsed),
              cost.busy() / kCyclesPerUs, cost.asleep / kCyclesPerUs);
    answer.expect(wrong_content(buffers.to, 1) == 0, "the right bytes");
  };
  fill_content(buffers.from, 1);
  const Cost cpu =
      cost_of(answer.counters(), [&] { memcpy(buffers.to.data(), buffers.from.data(), kBytes); });
  row("CPU", cpu);
  std::fill(buffers.to.begin(), buffers.to.end(), std::byte{0});
  fill_content(buffers.from, 1);
  const Cost whole = cost_of(answer.counters(), [&] {
    answer.expect(static_cast<bool>(copy(*channel, buffers.to, buffers.from)), "a copy");
  });
  row("DMA, with mapping", whole);
  Cost transfer{};
  {
    std::fill(buffers.to.begin(), buffers.to.end(), std::byte{0});
    device& dev = channel->mapping_device();
    const Result<Mapping> from =
        Mapping::map(dev, std::span<const std::byte>{buffers.from}, DMA_TO_DEVICE);
    const Result<Mapping> to = Mapping::map(dev, buffers.to, DMA_FROM_DEVICE);
    if (!answer.require(from && to, "mappings")) return;
    transfer = cost_of(answer.counters(), [&] {
      answer.expect(static_cast<bool>(channel->copy(to->address(), from->address(), kBytes)),
                    "a copy");
    });
  }
  row("DMA, transfer alone", transfer);
  answer.expect(cpu.asleep == 0, "the CPU to be busy all the time when it copies");
  answer.expect(transfer.asleep * 10 > transfer.elapsed * 9, "it to sleep while DMA copies");
  answer.expect(transfer.elapsed < cpu.elapsed, "DMA to be faster");
  answer.expect(whole.busy() > cpu.busy(), "mapping to cost the CPU more than copying would");
}

void answer_channels(Answer& answer) {
  constexpr std::size_t kEach = 256U << 10;
  constexpr std::size_t kMost = 8;
  device* const dev = find_device("arm,pl330");
  if (!answer.require(dev != nullptr, "a PL330")) return;
  const Result<CoherentMemory> from = CoherentMemory::allocate(*dev, kMost * kEach);
  const Result<CoherentMemory> to = CoherentMemory::allocate(*dev, kMost * kEach);
  if (!answer.require(from && to, "memory")) return;
  Table table{12,          "channels",         "elapsed us",      "MB/s in all",
              "MB/s each", "of one's rate, %", "first ends at, %"};
  std::uint64_t alone = 0;
  for (const std::size_t count : {1U, 2U, 4U, 8U}) {
    fill_content(from->bytes(), static_cast<std::uint32_t>(count));
    const auto [cycles, first] = copy_on(answer, count, kEach, *from, *to);
    if (cycles == 0) return;
    const std::uint64_t all = megabytes_a_second(count * kEach, cycles);
    if (count == 1) alone = all;
    table.row(count, cycles / kCyclesPerUs, all, all / count, all * 100 / count / alone, first);
    answer.expect(
        wrong_content(to->bytes().first(count * kEach), static_cast<std::uint32_t>(count)) == 0,
        "the right bytes");
    answer.expect(within(all, alone, 5), "the same rate in all: never two channels at a time");
    answer.expect(first >= 90, "all to end together: they take turns by the burst");
  }
}

void answer_mfifo(Answer& answer) {
  constexpr std::size_t kBytes = 256U << 10;
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(static_cast<bool>(channel), "a channel")) return;
  device& dev = channel->mapping_device();
  const Result<CoherentMemory> from = CoherentMemory::allocate(dev, kBytes);
  const Result<CoherentMemory> to = CoherentMemory::allocate(dev, kBytes);
  const Result<IoPointer> registers = device_iomap(dev);
  if (!answer.require(from && to && registers, "memory")) return;
  // CRD: the lines of the data buffer less one, and the width of the bus.
  const std::uint32_t crd = Mmio<pl330::Registers>{*registers}.read(&pl330::Registers::crd);
  const std::uint32_t lines = (crd >> 20 & 0x3FF) + 1;
  const Cost cost = cost_of(answer.counters(), [&] {
    answer.expect(static_cast<bool>(channel->copy(to->address(), from->address(), kBytes)),
                  "a copy");
  });
  const Counters& counters = answer.counters();
  Table table{12, "MFIFO lines", "bytes a burst", "memory transactions", "MB/s"};
  const std::uint64_t rate = megabytes_a_second(kBytes, cost.elapsed);
  const std::uint64_t transactions = counters["dma-transactions"];
  table.row(lines, (2 * kBytes + transactions / 2) / transactions, transactions, rate);
  answer.expect(lines < 16 ? rate < 300 : rate > 350, "fewer than 16 lines cost throughput");
  answer.expect(lines < 32 || within(rate, 377, 1), "more than 32 lines gain nothing");
}

void answer_burst(Answer& answer) {
  constexpr std::uint32_t kBytes = 256U << 10;
  Result<BareDma> dma = BareDma::find();
  if (!answer.require(static_cast<bool>(dma), "a PL330")) return;
  const Result<CoherentMemory> from = CoherentMemory::allocate(dma->dev(), kBytes);
  const Result<CoherentMemory> to = CoherentMemory::allocate(dma->dev(), kBytes);
  if (!answer.require(from && to, "memory")) return;
  Table table{12, "burst beats", "burst bytes", "memory transactions", "MB/s", "executed a KiB"};
  std::uint64_t before = 0;
  for (const unsigned beats : {1U, 2U, 4U, 8U, 16U}) {
    pl330::Shape shape;
    shape.width_shift = 3;  // The bus is 64 bits wide.
    shape.burst_beats = beats;
    answer.counters().start();
    const bool done{dma->run(shape, {raw(from->address()), raw(to->address()), kBytes})};
    answer.counters().stop();
    if (!answer.require(done, "a transfer")) return;
    const Counters& counters = answer.counters();
    const std::uint64_t rate = megabytes_a_second(kBytes, counters["cycles"]);
    const std::uint64_t executed = counters["dma-instructions"];
    table.row(beats, shape.burst_bytes(), counters["dma-transactions"], rate,
              executed * 1024 / kBytes);
    answer.expect(within(counters["dma-transactions"], 2 * kBytes / shape.burst_bytes(), 5),
                  "a transaction for each burst read and written");
    answer.expect(counters["dma-read-bytes"] >= kBytes && counters["dma-written-bytes"] == kBytes,
                  "every byte once");
    answer.expect(within(executed, kBytes / shape.burst_bytes() * 3, 5),
                  "a load, a store and the loop's end executed for each burst");
    answer.expect(rate * 100 >= before * 99, "longer bursts to be no slower");
    before = rate;
  }
}

}  // namespace guest
