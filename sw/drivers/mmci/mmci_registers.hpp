// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace guest {

/// PrimeCell Multimedia Card Interface PL180 (DDI 0172), chapter 3.
struct MmciRegisters {
  std::uint32_t power;
  std::uint32_t clock;
  std::uint32_t argument;
  std::uint32_t command;
  std::uint32_t response_command;
  std::uint32_t response[4];
  std::uint32_t data_timer;
  std::uint32_t data_length;
  std::uint32_t data_control;
  std::uint32_t data_count;
  std::uint32_t status;
  std::uint32_t clear;
  std::uint32_t mask0;
  std::uint32_t mask1;
  std::uint32_t reserved0;
  std::uint32_t fifo_count;
  std::uint32_t reserved1[13];
  std::uint32_t fifo[16];
  std::uint32_t reserved2[968];
  std::uint32_t peripheral_id[4];
  std::uint32_t cell_id[4];
};
static_assert(sizeof(MmciRegisters) == 0x1000);
static_assert(offsetof(MmciRegisters, data_control) == 0x02C);
static_assert(offsetof(MmciRegisters, mask1) == 0x040);
static_assert(offsetof(MmciRegisters, fifo_count) == 0x048);
static_assert(offsetof(MmciRegisters, fifo) == 0x080);
static_assert(offsetof(MmciRegisters, peripheral_id) == 0xFE0);

namespace mmci {

// MCIPower.
inline constexpr std::uint32_t kPowerUp = 2;
inline constexpr std::uint32_t kPowerOn = 3;
// MCIClock.
inline constexpr std::uint32_t kClockDivider = 0xFF;
inline constexpr std::uint32_t kClockEnable = 1U << 8;
inline constexpr std::uint32_t kClockBypass = 1U << 10;
inline constexpr std::uint32_t kClockWideBus = 1U << 11;
inline constexpr std::uint32_t kClockFlowControl = 1U << 12;  ///< ARM's extended variant only.
// MCICommand.
inline constexpr std::uint32_t kCommandResponse = 1U << 6;
inline constexpr std::uint32_t kCommandLongResponse = 1U << 7;
inline constexpr std::uint32_t kCommandEnable = 1U << 10;
// MCIDataCtrl.
inline constexpr std::uint32_t kDataEnable = 1U << 0;
inline constexpr std::uint32_t kDataFromCard = 1U << 1;
inline constexpr std::uint32_t kDataDma = 1U << 3;
inline constexpr unsigned kDataBlockSizeShift = 4;
inline constexpr std::size_t kMaxDataLength = 0xFFFF;
// MCIStatus, MCIClear (bits 10:0), MCIMask0 and MCIMask1.
inline constexpr std::uint32_t kCommandCrcFail = 1U << 0;
inline constexpr std::uint32_t kDataCrcFail = 1U << 1;
inline constexpr std::uint32_t kCommandTimeOut = 1U << 2;
inline constexpr std::uint32_t kDataTimeOut = 1U << 3;
inline constexpr std::uint32_t kTransmitUnderrun = 1U << 4;
inline constexpr std::uint32_t kReceiveOverrun = 1U << 5;
inline constexpr std::uint32_t kCommandResponseEnd = 1U << 6;
inline constexpr std::uint32_t kCommandSent = 1U << 7;
inline constexpr std::uint32_t kDataEnd = 1U << 8;
inline constexpr std::uint32_t kStartBitError = 1U << 9;
inline constexpr std::uint32_t kTransmitHalfEmpty = 1U << 14;
inline constexpr std::uint32_t kReceiveHalfFull = 1U << 15;
inline constexpr std::uint32_t kTransmitFull = 1U << 16;
inline constexpr std::uint32_t kReceiveDataAvailable = 1U << 21;
inline constexpr std::uint32_t kStatic = 0x7FF;

inline constexpr std::uint32_t kCommandEvents =
    kCommandCrcFail | kCommandTimeOut | kCommandResponseEnd | kCommandSent;
inline constexpr std::uint32_t kDataErrors =
    kDataCrcFail | kDataTimeOut | kTransmitUnderrun | kReceiveOverrun | kStartBitError;

}  // namespace mmci

}  // namespace guest
