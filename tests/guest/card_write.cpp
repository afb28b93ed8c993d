// SPDX-License-Identifier: Apache-2.0
// Blocks go from memory to the card: by DMA, with and without the clean, and by the CPU. The card
// holds the words 0x5D000000, 0x5D000001, ... until then, or a FAT32 file system for `file`. What
// the card then holds is read back here, and by card_write.py from its image.
#include <array>

#include "sw/arch/mmio.hpp"
#include "sw/drivers/fat32/directory.hpp"
#include "sw/drivers/fat32/fat32_volume.hpp"
#include "sw/drivers/mmci/mmci_host.hpp"
#include "sw/drivers/mmci/sd_card.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kBlock = 16;  // The first one written.
constexpr std::size_t kBlocks = 8;
constexpr std::size_t kBytes = kBlocks * SdCard::kBlockBytes;
constexpr std::size_t kWords = kBytes / 4;
constexpr std::uint32_t kOnCard = 0x5D00'0000;
constexpr std::uint32_t kOld = 0xC0DE'0000;
constexpr std::uint32_t kNew = 0xF00D'0000;

/// A card that is ready, and two pieces of cacheable memory.
class Bench {
 public:
  Bench() {
    if (host == nullptr || !card.initialise()) panic("no card");
  }

  std::byte* word(std::size_t i) const { return out.data() + 4 * i; }
  void store(std::uint32_t first) const {
    for (std::size_t i = 0; i < kWords; ++i) poke(word(i), first + static_cast<std::uint32_t>(i));
  }
  /// Memory holds it, and no cache does.
  void put_in_memory(std::uint32_t first) const {
    store(first);
    device* const dev = host->dma_device_of_reads();
    const dma_addr_t handle = mapped(*dev, out.data(), kBytes, DMA_BIDIRECTIONAL);
    dma_unmap_single(dev, handle, kBytes, DMA_BIDIRECTIONAL);
  }
  void write() {
    const std::array<std::span<std::byte>, 2> pieces{out.first(kBytes / 2), out.last(kBytes / 2)};
    check(static_cast<bool>(card.write(kBlock, pieces)), "the card takes the blocks");
  }
  /// By the CPU: the caches have no part in it.
  void read_back(std::uint32_t block = kBlock) {
    host->set_dma_allowed(false);
    check(static_cast<bool>(card.read(block, in)), "the card gives the blocks back");
    host->set_dma_allowed(true);
  }
  std::size_t words_from(std::uint32_t first) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < kWords; ++i)
      count += peek(in.data() + 4 * i) == first + i ? 1U : 0U;
    return count;
  }
  void expect(std::uint32_t first, std::string_view what) const {
    check_equal(static_cast<std::uint32_t>(words_from(first)), kWords, what);
  }
  void expect_neighbours() {
    read_back(kBlock - kBlocks);
    expect(kOnCard + (kBlock - kBlocks) * 128, "words before, as they were");
    read_back(kBlock + kBlocks);
    expect(kOnCard + (kBlock + kBlocks) * 128, "words behind, as they were");
  }

  MmciHost* host = mmci_host();
  SdCard card{*host};
  std::span<std::byte> out = alloc_bytes(kBytes);
  std::span<std::byte> in = alloc_bytes(kBytes);
};

void written(bool by_dma) {
  Bench bench;
  bench.put_in_memory(kOld);
  bench.store(kNew);
  bench.host->set_dma_allowed(by_dma);
  bench.write();
  bench.read_back();
  bench.expect(kNew, "words on the card");
  bench.expect_neighbours();
  // With 16 words and no flow control a CPU whose caches are cold may come too late, once.
  check(bench.card.retries() <= (by_dma ? 0U : 1U), "writes are not tried again");
}

void by_dma_case() { written(true); }
void by_cpu_case() { written(false); }

/// What is stored is still in the caches when the PL330 reads memory: the card gets the old words.
void not_cleaned_case() {
  Bench bench;
  bench.put_in_memory(kOld);
  bench.store(kNew);
  bench.host->set_dma_attributes(DMA_ATTR_SKIP_CPU_SYNC, 0);
  bench.write();
  bench.read_back();
  const std::size_t old = bench.words_from(kOld);
  // A cache that replaces at random may have written some of it back by itself.
  check(old > kWords / 2, "most words on the card are the old ones");
  check_equal(static_cast<std::uint32_t>(old + bench.words_from(kNew)), kWords,
              "words that are either");
}

/// A FIFO that its DMA channel fills too late: without flow control the block is spoilt, and the
/// card refuses it.
void late_case() {
  const Bench bench;
  const BarePl330 dma;
  const device* const dev = find_device("arm,pl18x");
  const Mmio<MmciRegisters> registers{device_iomap(*dev).value_or(nullptr)};
  constexpr std::uint32_t kTransmit = 1;
  constexpr unsigned kBurstWords = 8;
  pl330::Shape shape;
  shape.kind = pl330::Shape::Kind::kMemoryToPeripheral;
  shape.width_shift = 2;
  shape.burst_beats = kBurstWords;
  using Register = BarePl330::Assembler::Register;
  BarePl330::Assembler code = dma.code();
  code.move(Register::kControl, shape.control(kBurstWords));
  code.move(Register::kSource, virt_to_phys(bench.out.data()));
  code.move(Register::kDestination,
            reinterpret_cast<std::uintptr_t>(registers.base()) + offsetof(MmciRegisters, fifo));
  code.flush_peripheral(kTransmit);
  code.wait_for_peripheral(pl330::Condition::kBurst, kTransmit);
  code.load(pl330::Condition::kAlways);
  code.store_peripheral(pl330::Condition::kBurst, kTransmit);
  code.write_barrier();
  code.end();
  bench.put_in_memory(kOld);
  dma.start();

  MmcCommand command{.index = 24, .argument = kBlock * SdCard::kBlockBytes};
  check(static_cast<bool>(bench.host->execute(command)), "the card takes the command");
  registers.write(&MmciRegisters::data_timer, 0x00FF'FFFF);
  registers.write(&MmciRegisters::data_length, SdCard::kBlockBytes);
  registers.write(&MmciRegisters::data_control,
                  9U << mmci::kDataBlockSizeShift | mmci::kDataDma | mmci::kDataEnable);
  check(dma.stops(), "the thread ends after one burst");
  for (const Deadline deadline = Deadline::in_ms(10);
       (registers.read(&MmciRegisters::status) & mmci::kTransmitUnderrun) == 0;) {
    if (deadline.passed()) break;
  }
  const std::uint32_t status = registers.read(&MmciRegisters::status);
  check_equal(status & mmci::kDataErrors, mmci::kTransmitUnderrun, "what went wrong");
  check_equal(registers.read(&MmciRegisters::data_count), SdCard::kBlockBytes - kBurstWords * 4,
              "bytes not sent");
}

void erased_case() {
  Bench bench;
  check(static_cast<bool>(bench.card.erase(kBlock, kBlocks)), "the card erases");
  bench.read_back();
  std::uint32_t ones = 0;
  for (std::size_t i = 0; i < kWords; ++i) ones |= peek(bench.in.data() + 4 * i);
  check_equal(ones, 0, "bits that are not erased");
  bench.expect_neighbours();
}

/// Writes over the clusters of FILE.BIN; the file system stays as it is.
void file_case() {
  Bench bench;
  static Fat32Volume volume{bench.card};
  check(volume.mount() == FatError::kNone, "there is a file system");
  static DirectoryReader reader{volume, volume.root_cluster()};
  static DirectoryEntry entry;
  while (reader.next(entry) && entry.name() != "FILE.BIN") {
  }
  check(entry.name() == "FILE.BIN", "there is FILE.BIN");
  FileExtents extents{volume, entry.first_cluster, entry.size};
  BlockExtent extent;
  std::uint32_t next = kNew;
  while (extents.next(extent) == FatError::kNone && extent.blocks != 0) {
    for (std::uint32_t done = 0; done < extent.blocks; done += kBlocks) {
      const std::size_t blocks = std::min<std::size_t>(kBlocks, extent.blocks - done);
      bench.store(next);
      const std::span<std::byte> part = bench.out.first(blocks * SdCard::kBlockBytes);
      check(static_cast<bool>(bench.card.write(extent.first_block + done, {&part, 1})),
            "a part of the file is written");
      next += static_cast<std::uint32_t>(part.size() / 4);
    }
  }
  check(next != kNew, "something was written");
}

constexpr Case kCases[] = {
    {"by_dma", by_dma_case}, {"by_cpu", by_cpu_case}, {"not_cleaned", not_cleaned_case},
    {"late", late_case},     {"erased", erased_case}, {"file", file_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
