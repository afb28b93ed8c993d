// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include "sw/arch/host/machine.hpp"
#include "sw/drivers/mmci/sd_card.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/drivers/mmci_board.hpp"

namespace guest::test {

using linefill::SdFault;
using linefill::test::MemoryDevice;

/// A board whose driver is up, with a card of 4096 sectors.
class CardBench {
 public:
  explicit CardBench(
      bool with_dma = true, bool with_card = true,
      const linefill::MmciBlock::Configuration& configuration = MmciBoard::Model::extended()) {
    board.start(configuration, with_card, with_dma);
    REQUIRE(host.probe(board.mmci()));
  }
  ~CardBench() { board.finish(); }
  CardBench(const CardBench&) = delete;
  CardBench& operator=(const CardBench&) = delete;

  /// Memory in DRAM, full of ones.
  static std::span<std::byte> memory(std::size_t size) {
    const std::span<std::byte> bytes = alloc_bytes(size);
    REQUIRE(bytes.size() == size);
    std::fill(bytes.begin(), bytes.end(), std::byte{0xFF});
    return bytes;
  }
  static bool holds(std::span<const std::byte> bytes, std::uint64_t sector) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] != std::byte{MemoryDevice::pattern(sector + i / 512, i % 512)}) return false;
    }
    return true;
  }
  void inject(SdFault fault) { board.model().block.card()->inject(fault); }
  static std::size_t logged(const std::string& what) {
    const auto& log = HostMachine::instance().log;
    return static_cast<std::size_t>(std::count_if(
        log.begin(), log.end(), [&](const std::string& line) { return line.find(what) == 0; }));
  }

  MmciBoard& board = MmciBoard::instance();
  MmciHost host;
  SdCard card{host};
};

struct CardBenchWithoutDma : CardBench {
  CardBenchWithoutDma() : CardBench{false} {}
};
struct EmptySlot : CardBench {
  EmptySlot() : CardBench{true, false} {}
};
struct PlainController : CardBench {
  PlainController() : CardBench{true, true, MmciBoard::Model::plain()} {}
};

}  // namespace guest::test
