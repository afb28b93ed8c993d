// SPDX-License-Identifier: Apache-2.0
// A PL330 thread moves blocks from the MMCI's FIFO as its requests come: single, burst, LAST,
// FLUSHP. The card holds the words 0x5D000000, 0x5D000001, ...
#include <array>

#include "sw/arch/mmio.hpp"
#include "sw/drivers/mmci/mmci_host.hpp"
#include "sw/drivers/mmci/sd_card.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

using Register = BarePl330::Assembler::Register;
using pl330::Condition;

constexpr std::uint32_t kReceive = 0;  // `dmas` of the MMCI: its first request.
constexpr unsigned kBurstWords = 16;   // Of the variant with 128 words.
constexpr std::size_t kBlockBytes = 512;
constexpr std::size_t kBlockWords = kBlockBytes / 4;
constexpr std::uint32_t kFirstWord = 0x5D00'0000;
constexpr std::uint32_t kUntouched = 0xAAAA'AAAA;
constexpr std::uint32_t kWaitingForPeripheral = 7;  // CSRn
constexpr std::uint32_t kWaitingForEvent = 4;

/// A card that is ready, and a thread that will write where `to` is.
class Bench {
 public:
  Bench() {
    if (host == nullptr || !card.initialise()) panic("no card");
    device* dev = find_device("arm,pl18x");
    registers_ = Mmio<MmciRegisters>{device_iomap(*dev).value_or(nullptr)};
    for (std::size_t i = 0; i < 2 * kBlockWords; ++i) poke(word(i), kUntouched);
  }

  std::byte* word(std::size_t i) const { return to.at + 4 * i; }

  /// The thread's registers, for bursts of `beats`; then its code begins.
  BarePl330::Assembler code(unsigned beats) const {
    pl330::Shape shape;
    shape.kind = pl330::Shape::Kind::kPeripheralToMemory;
    shape.width_shift = 2;
    shape.burst_beats = beats;
    const auto fifo =
        reinterpret_cast<std::uintptr_t>(registers_.base()) + offsetof(MmciRegisters, fifo);
    BarePl330::Assembler result = dma.code();
    result.move(Register::kControl, shape.control(beats));
    result.move(Register::kSource, fifo);
    result.move(Register::kDestination, to.address);
    return result;
  }

  /// CMD17 of the first block, to be taken by DMA.
  void read_first_block() const {
    registers_.write(&MmciRegisters::data_timer, 0x00FF'FFFF);
    registers_.write(&MmciRegisters::data_length, kBlockBytes);
    registers_.write(&MmciRegisters::data_control, 9U << mmci::kDataBlockSizeShift |
                                                       mmci::kDataFromCard | mmci::kDataDma |
                                                       mmci::kDataEnable);
    MmcCommand command{.index = 17};
    check(static_cast<bool>(host->execute(command)), "the card takes the command");
  }

  void expect_block() const {
    bool all = true;
    for (std::size_t i = 0; i < kBlockWords; ++i) all = all && peek(word(i)) == kFirstWord + i;
    check(all, "the block is what the card holds");
    check_equal(peek(word(kBlockWords)), kUntouched, "the word behind it");
    check_equal(registers_.read(&MmciRegisters::fifo_count), 0, "words still to come");
  }

  MmciHost* host = mmci_host();
  SdCard card{*host};
  BarePl330 dma;
  Coherent to{dma.dev(), 4096};

 private:
  Mmio<MmciRegisters> registers_;
};

/// The whole block, request by request of one kind.
void move_block(BarePl330::Assembler& code, Condition condition, unsigned times) {
  const auto body = code.loop(0, times);
  code.wait_for_peripheral(condition, kReceive);
  code.load_peripheral(condition, kReceive);
  code.store(condition);
  code.end_loop(0, body);
  code.write_barrier();
  code.end();
}

void bursts_case() {
  const Bench bench;
  BarePl330::Assembler code = bench.code(kBurstWords);
  code.flush_peripheral(kReceive);
  move_block(code, Condition::kBurst, kBlockWords / kBurstWords);
  bench.dma.start();
  check(bench.dma.reaches(kWaitingForPeripheral), "the thread waits for the first request");
  bench.read_first_block();
  check(bench.dma.stops(), "the thread ends");
  bench.expect_block();
}

/// One word a request; what is asked for as a burst is taken one by one, too.
void singles_case() {
  const Bench bench;
  BarePl330::Assembler code = bench.code(1);
  code.flush_peripheral(kReceive);
  move_block(code, Condition::kSingle, kBlockWords);
  bench.dma.start();
  bench.read_first_block();
  check(bench.dma.stops(), "the thread ends");
  bench.expect_block();
}

/// The thread does not know how much there is: it goes on until a request is marked as the last
/// one.
void last_case() {
  const Bench bench;
  const std::size_t start = bench.code(kBurstWords).position();
  // DMAFLUSHP; DMAWFP periph; DMALDPB; DMASTB; DMALDPS; DMASTS; DMALPEND of DMALPFE; DMAWMB;
  // DMAEND.
  bench.dma.put_code(start, std::array<std::uint8_t, 14>{0x35, 0x00, 0x31, 0x00, 0x27, 0x00, 0x0B,
                                                         0x25, 0x00, 0x09, 0x28, 0x08, 0x13, 0x00});
  bench.dma.start();
  bench.read_first_block();
  check(bench.dma.stops(), "the thread ends by itself");
  bench.expect_block();
}

/// A thread that was killed has taken a request and never answered: only DMAFLUSHP makes it come
/// again.
void killed_with_request(bool flush) {
  const Bench bench;
  const std::size_t start = bench.code(kBurstWords).position();
  // DMAFLUSHP; DMAWFP burst; DMAWFE 15.
  bench.dma.put_code(start, std::array<std::uint8_t, 6>{0x35, 0x00, 0x32, 0x00, 0x36, 15 << 3});
  bench.dma.start();
  bench.read_first_block();
  check(bench.dma.reaches(kWaitingForEvent), "the thread has taken the request");
  bench.dma.kill();
  check(bench.dma.stops(), "it is killed");

  BarePl330::Assembler code = bench.code(kBurstWords);
  if (flush) code.flush_peripheral(kReceive);
  move_block(code, Condition::kBurst, kBlockWords / kBurstWords);
  bench.dma.start();
  if (flush) {
    check(bench.dma.stops(), "the thread ends");
    bench.expect_block();
  } else {
    check(!bench.dma.stops(), "the thread does not end");
    check_equal(bench.dma.state(), kWaitingForPeripheral,
                "it waits for a request that was taken before");
    check_equal(peek(bench.word(0)), kUntouched, "nothing was copied");
    bench.dma.kill();
  }
}

void flushed_case() { killed_with_request(true); }
void not_flushed_case() { killed_with_request(false); }

constexpr Case kCases[] = {
    {"bursts", bursts_case},   {"singles", singles_case},         {"last", last_case},
    {"flushed", flushed_case}, {"not_flushed", not_flushed_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
