// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/drivers/fat32/block_reader.hpp"
#include "sw/drivers/mmci/mmc_host.hpp"

namespace guest {

/// An SD memory card in a host: identification, reads and writes of 512-byte blocks.
/// SD Physical Layer Simplified Specification 3.01, chapter 4; the order of commands is Linux's.
class SdCard final : public BlockReader {
 public:
  explicit SdCard(MmcHost& host) : host_{host} {}

  /// Powers the card up and selects it, on the widest and fastest bus both sides have.
  /// kNoDevice if no card answers, kUnsupported if it is not an SD card for 3.3 V.
  Result<void> initialise();

  std::uint32_t block_count() const override { return blocks_; }
  /// Reads consecutive blocks into pieces of memory. What fails is tried again, three times in all.
  Result<void> read(std::uint32_t first_block, std::span<const std::span<std::byte>> segments);
  Result<void> read(std::uint32_t first_block, std::span<std::byte> to) override;
  /// Writes them, likewise. They are on the card when this returns.
  Result<void> write(std::uint32_t first_block, std::span<const std::span<std::byte>> segments);
  /// Makes consecutive blocks read as erased: zeros or ones, as the SCR says.
  Result<void> erase(std::uint32_t first_block, std::uint32_t count);
  /// The largest transfer that is one command.
  std::size_t max_read_bytes() const { return host_.max_data_bytes() / kBlockBytes * kBlockBytes; }

  bool high_capacity() const { return high_capacity_; }
  bool wide() const { return wide_; }
  std::uint32_t clock_hz() const { return clock_hz_; }
  /// How many transfers failed and were tried again.
  unsigned retries() const { return retries_; }

 private:
  Result<std::uint32_t> send(unsigned index, std::uint32_t argument,
                             MmcResponse response = MmcResponse::kR1);
  /// An application command: CMD55, then `index`.
  Result<std::uint32_t> send_application(unsigned index, std::uint32_t argument,
                                         MmcResponse response = MmcResponse::kR1);
  Result<void> power_up(bool version_2);
  Result<void> identify();
  Result<void> read_capacity();
  Result<void> widen_bus();
  /// Waits until the card is in the transfer state; errors it told of meanwhile.
  Result<std::uint32_t> wait_ready();
  Result<void> transfer(std::uint32_t first_block, const MmcData& data);
  Result<void> try_transfer(std::uint32_t first_block, const MmcData& data);
  std::uint32_t address_of(std::uint32_t block) const {
    return high_capacity_ ? block : block * std::uint32_t{kBlockBytes};
  }

  std::uint32_t address() const { return relative_address_ << 16; }

  MmcHost& host_;
  std::uint32_t relative_address_ = 0;
  std::uint32_t blocks_ = 0;
  std::uint32_t clock_hz_ = 0;
  bool high_capacity_ = false;
  bool wide_ = false;
  unsigned retries_ = 0;
  alignas(64) std::array<std::byte, 64> register_{};  ///< SCR.
};

}  // namespace guest
