// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sw/apps/stress/memory.hpp"
#include "sw/apps/stress/run.hpp"
#include "sw/dmaengine/dmaengine.hpp"
#include "sw/drivers/mmci/mmci_host.hpp"
#include "sw/drivers/mmci/mmci_registers.hpp"
#include "sw/drivers/mmci/sd_card.hpp"

namespace guest {

class Card;

/// Blocks that go between the card and memory by a request line: a row of a table.
struct CardTransfer {
  std::string_view name;
  bool by_driver;  ///< The MMCI's driver has the channels, and makes the transfer.
  bool (*make)(Card&, Run&);
};
std::span<const CardTransfer> card_transfers();

/// The card in the MMCI, and what is on it. At first the driver moves blocks; later its receive
/// channel is taken from it, and used in other ways.
class Card {
 public:
  static constexpr std::size_t kBlockBytes = 512;
  static constexpr unsigned kRegions = 8;
  static constexpr unsigned kRegionBlocks = 8;
  static constexpr std::size_t kRegionBytes = kRegionBlocks * kBlockBytes;

  /// `arena`: cacheable memory of its own, two regions.
  explicit Card(std::span<std::byte> arena);
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  ~Card();

  bool present() const { return present_; }
  /// Makes one transfer and verifies it; other channels go on meanwhile. False: nothing was done.
  bool step(Run& run);

  // For the rows.
  bool write(Run& run);
  bool read(Run& run);
  enum class Shape : std::uint8_t { kOnce, kRows, kRing };
  /// By the receive channel itself.
  bool take(Run& run, Shape shape);

 private:
  /// What is read by the channel, and where to.
  struct Reading {
    Shape shape;
    unsigned region;
    unsigned blocks;
    std::size_t bytes() const { return blocks * kBlockBytes; }
    std::size_t memory_bytes() const;
  };

  bool take_channel();
  dma_async_tx_descriptor* prepare(const Reading& reading, dma_addr_t to) const;
  bool receive(const Reading& reading, dma_async_tx_descriptor* tx);
  bool start_reading(const Reading& reading) const;
  bool holds(const Reading& reading, std::span<const std::byte> bytes) const;
  std::span<const std::span<std::byte>> cut(std::span<std::byte> bytes, Random& random);
  static void on_period(void* self);

  std::span<std::byte> arena_;
  std::optional<SdCard> card_;
  bool present_ = false;
  unsigned steps_by_driver_ = 0;
  unsigned written_ = 0;  ///< The first regions have content.
  std::array<std::uint32_t, kRegions> seeds_{};
  std::array<std::span<std::byte>, 4> cuts_{};
  Memory memory_{{}, 0};
  Mmio<MmciRegisters> registers_;
  dma_chan* channel_ = nullptr;
  dma_cookie_t cookie_ = 0;
  std::uint32_t left_at_end_ = 0;
  completion done_;
};

}  // namespace guest
