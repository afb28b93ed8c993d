// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "models/core/time.hpp"
#include "models/storage/block_device.hpp"
#include "models/storage/sd_geometry.hpp"
#include "models/storage/sd_password.hpp"
#include "models/storage/sd_registers.hpp"
#include "models/storage/sd_write_protection.hpp"

namespace linefill {

/// A command as it goes over the CMD line: 48 bits, the last seven before the end bit a CRC.
using SdCommandFrame = std::array<std::uint8_t, 6>;
SdCommandFrame sd_command_frame(unsigned index, std::uint32_t argument);

/// A response as it goes over the CMD line. What is not driven reads as ones.
struct SdResponse {
  unsigned bits = 0;          ///< 48, 136, or 0: no response.
  unsigned delay_clocks = 0;  ///< From the command's end bit (NCR, NID).
  std::array<std::uint8_t, 17> frame{};
};

/// A data block on its way to the host.
struct SdBlock {
  std::span<const std::uint8_t> data;
  std::uint64_t crc = 0;
  bool wide = false;          ///< Sent on four lines.
  bool skewed_start = false;  ///< The start bits do not come together.
};

/// What the card says to a written block: the CRC status token, 4.3.4 of the specification.
enum class SdWriteToken : std::uint8_t { kAccepted, kCrcError, kNone };

/// For tests: what goes wrong with the next response or block.
enum class SdFault : std::uint8_t {
  kNone,
  kNoResponse,
  kResponseCrc,
  kNoData,
  kDataCrc,
  kSkewedStart,
  kWriteCrc
};

/// Where a card spends time by itself. Within the limits of the specification, and typical of
/// cards.
struct SdTiming {
  Time power_up = 1ms;         ///< ACMD41 answers busy for so long after the first.
  Time read_access = 100us;    ///< From a read command's response to the first block.
  Time register_access = 5us;  ///< The same for SCR, status and switch data.
  Time write_busy = 250us;     ///< Programming a block, or the CSD, or a lock.
  Time erase_unit = 1ms;       ///< Erasing each 4 MiB begun.
};

/// An SD memory card, SD Physical Layer Simplified Specification 3.01: SD bus, one or four lines.
/// Of standard capacity (SDSC) up to 2 GiB, of high capacity (SDHC, SDXC) beyond, or as told. Its
/// size is that of its storage rounded up to what a CSD can say; what lies between reads as zeros.
/// Time is absolute; a period is one bit on the bus.
class SdCard {
 public:
  enum class State : std::uint8_t {
    kIdle,
    kReady,
    kIdent,
    kStandby,
    kTransfer,
    kData,
    kReceive,
    kProgram,
    kDisconnect,
    kInactive
  };

  explicit SdCard(std::unique_ptr<BlockDevice> storage, std::optional<SdCapacity> capacity = {},
                  const SdTiming& timing = {});

  void power_cycle();
  State state() const { return state_; }
  bool wide() const { return wide_; }
  bool high_speed() const { return high_speed_; }
  bool locked() const { return password_.locked(); }
  std::uint64_t sectors() const { return geometry_.sectors; }
  BlockDevice& storage() { return *storage_; }

  /// Executes a command whose end bit came at `now`.
  SdResponse command(const SdCommandFrame& frame, Time now, Time period);

  /// When the start bit of the next block to the host comes that is not before `from`; blocks that
  /// began earlier are gone. Nothing if the card will send none without another command.
  std::optional<Time> next_block(Time from, Time period);
  /// The block whose time `next_block` told: from now on it is on its way.
  SdBlock send_block();
  /// Its last bit came at `now`. False if a command has stopped it meanwhile.
  bool block_sent(Time now, Time period);

  /// A block from the host; `crc` as it came, `wide` if on four lines.
  SdWriteToken receive_block(std::span<const std::uint8_t> data, std::uint64_t crc, bool wide,
                             Time now);
  /// DAT0 is low until then.
  Time busy_until() const { return busy_until_; }

  /// The next response or block it applies to fails so.
  void inject(SdFault fault) { fault_ = fault; }

 private:
  struct Command;
  /// What the next block from the host is.
  enum class Reception : std::uint8_t { kMemory, kCsd, kLock };
  using Handler = SdResponse (SdCard::*)(std::uint32_t argument);
  static const Command* find(unsigned index, bool application);
  void settle(Time now, Time period);
  bool take_fault(SdFault fault);

  SdResponse r1(unsigned index);
  SdResponse refuse(unsigned index, std::uint32_t error);
  SdResponse short_response(unsigned index, std::uint32_t content) const;
  SdResponse long_response(const sd::LongRegister& content) const;
  sd::LongRegister csd() const;

  /// Whether an argument is the address of something on the card.
  bool on_card(std::uint32_t argument) const {
    return argument / (512 / geometry_.address_unit()) < geometry_.sectors;
  }
  std::uint64_t byte_of(std::uint32_t argument) const {
    return std::uint64_t{argument} * geometry_.address_unit();
  }
  std::size_t memory_block() const { return geometry_.high() ? kSectorBytes : block_length_; }
  bool crosses_sector() const { return position_ % kSectorBytes + memory_block() > kSectorBytes; }
  bool write_protected() const {
    return programmable_.permanent_protection || programmable_.temporary_protection;
  }
  std::uint64_t blocks_of(bool multiple) const;

  void schedule_data(Time access);
  SdResponse send_register(unsigned index, std::span<const std::uint8_t> bytes);
  SdResponse start_read(unsigned index, std::uint32_t argument, bool multiple);
  SdResponse start_write(unsigned index, std::uint32_t argument, bool multiple);
  SdResponse start_reception(unsigned index, std::size_t bytes, Reception what);
  std::uint32_t write_sector(std::span<const std::uint8_t> data);
  std::uint32_t program_csd_block(std::span<const std::uint8_t> data);
  std::uint32_t lock_block(std::span<const std::uint8_t> data);
  void program(Time duration);
  SdResponse protect(unsigned index, std::uint32_t argument, bool on);
  bool erase_sectors(std::uint64_t first, std::uint64_t end);

  SdResponse go_idle_state(std::uint32_t);
  SdResponse all_send_cid(std::uint32_t);
  SdResponse send_relative_address(std::uint32_t);
  SdResponse switch_function(std::uint32_t);
  SdResponse select_card(std::uint32_t);
  SdResponse send_interface_condition(std::uint32_t);
  SdResponse send_csd(std::uint32_t);
  SdResponse send_cid(std::uint32_t);
  SdResponse stop_transmission(std::uint32_t);
  SdResponse send_status(std::uint32_t);
  SdResponse go_inactive_state(std::uint32_t);
  SdResponse set_block_length(std::uint32_t);
  SdResponse read_single_block(std::uint32_t argument) { return start_read(17, argument, false); }
  SdResponse read_multiple_block(std::uint32_t argument) { return start_read(18, argument, true); }
  SdResponse set_block_count(std::uint32_t);
  SdResponse write_block(std::uint32_t argument) { return start_write(24, argument, false); }
  SdResponse write_multiple_block(std::uint32_t argument) {
    return start_write(25, argument, true);
  }
  SdResponse program_csd(std::uint32_t) { return start_reception(27, 16, Reception::kCsd); }
  SdResponse set_write_protection(std::uint32_t argument) { return protect(28, argument, true); }
  SdResponse clear_write_protection(std::uint32_t argument) { return protect(29, argument, false); }
  SdResponse send_write_protection(std::uint32_t);
  SdResponse erase_start(std::uint32_t);
  SdResponse erase_end(std::uint32_t);
  SdResponse erase(std::uint32_t);
  SdResponse lock_unlock(std::uint32_t) {
    return start_reception(42, block_length_, Reception::kLock);
  }
  SdResponse application_command(std::uint32_t);
  SdResponse set_bus_width(std::uint32_t);
  SdResponse send_sd_status(std::uint32_t);
  SdResponse send_written_blocks(std::uint32_t);
  SdResponse set_erase_count(std::uint32_t);
  SdResponse send_operation_condition(std::uint32_t);
  SdResponse set_card_detect(std::uint32_t);
  SdResponse send_scr(std::uint32_t);

  std::unique_ptr<BlockDevice> storage_;
  SdTiming timing_;
  SdGeometry geometry_;
  sd::ProgrammableBits programmable_{};
  SdWriteProtection protection_{geometry_};
  SdPassword password_;

  State state_ = State::kIdle;
  std::uint16_t address_ = 0;         ///< RCA.
  std::uint32_t errors_ = 0;          ///< Card status bits that wait to be reported.
  bool application_ = false;          ///< The last command was CMD55.
  bool application_in_hand_ = false;  ///< The present one is an application command.
  bool interface_checked_ = false;    ///< CMD8 was seen.
  bool wide_ = false;
  bool high_speed_ = false;
  std::optional<Time> powering_since_;
  std::uint32_t block_count_ = 0;  ///< Of CMD23; 0 for none.
  std::uint32_t written_ = 0;
  SdFault fault_ = SdFault::kNone;

  Time now_{0};  ///< Of the command in hand, with the bus period.
  Time period_{0};

  std::size_t block_length_ = kSectorBytes;  ///< Of CMD16.
  bool memory_data_ = false;                 ///< What is sent is memory, not a register.
  Reception reception_ = Reception::kMemory;
  std::size_t expected_bytes_ = 0;  ///< Of the next block from the host.
  bool ignoring_ = false;           ///< Further blocks, after one that failed, until CMD12.
  std::uint64_t position_ = 0;      ///< In bytes.
  std::uint64_t remaining_ = 0;     ///< Blocks to go; `kEndless` until CMD12.
  std::optional<std::uint64_t> erase_first_;
  std::optional<std::uint64_t> erase_last_;
  Time data_start_{0};
  bool in_flight_ = false;
  std::array<std::uint8_t, kSectorBytes> buffer_{};
  std::size_t buffer_bytes_ = 0;
  Time busy_until_{0};
};

}  // namespace linefill
