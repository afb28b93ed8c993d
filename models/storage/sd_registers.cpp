// SPDX-License-Identifier: Apache-2.0
#include "models/storage/sd_registers.hpp"

#include <span>

#include "models/storage/crc.hpp"

namespace linefill::sd {

namespace {

/// Sets bits `high` down to `low`, numbered as the specification does: the last bit of `bytes` is
/// 0.
void set_bits(std::span<std::uint8_t> bytes, unsigned high, unsigned low, std::uint64_t value) {
  for (unsigned bit = low; bit <= high; ++bit, value >>= 1) {
    auto& byte = bytes[bytes.size() - 1 - bit / 8];
    const unsigned mask = 1U << (bit % 8);
    byte = static_cast<std::uint8_t>((value & 1) != 0 ? byte | mask : byte & ~mask);
  }
}

bool bit(std::span<const std::uint8_t> bytes, unsigned number) {
  return (bytes[bytes.size() - 1 - number / 8] >> (number % 8) & 1) != 0;
}

constexpr unsigned kCopy = 14;
constexpr unsigned kPermWriteProtect = 13;
constexpr unsigned kTmpWriteProtect = 12;

// CCC: basic, block read, block write, erase, lock card, application, switch; of a standard card,
// write protection too.
constexpr std::uint64_t kClasses = 0x5B5;
constexpr std::uint64_t kProtectionClass = 1U << 6;

void set_standard_size(LongRegister& csd, const SdGeometry& g) {
  set_bits(csd, 95, 84, kClasses | kProtectionClass);  // CCC
  set_bits(csd, 79, 79, 1);                            // READ_BL_PARTIAL
  set_bits(csd, 73, 62, g.size);                       // C_SIZE
  set_bits(csd, 61, 59, 6);                            // VDD_R_CURR_MIN: 60 mA
  set_bits(csd, 58, 56, 6);                            // VDD_R_CURR_MAX: 80 mA
  set_bits(csd, 55, 53, 6);                            // VDD_W_CURR_MIN
  set_bits(csd, 52, 50, 6);                            // VDD_W_CURR_MAX
  set_bits(csd, 49, 47, g.size_multiplier);            // C_SIZE_MULT
  set_bits(csd, 38, 32, g.protection_group_size());    // WP_GRP_SIZE
  set_bits(csd, 31, 31, 1);                            // WP_GRP_ENABLE
}

void set_high_size(LongRegister& csd, const SdGeometry& g) {
  set_bits(csd, 127, 126, 1);       // CSD_STRUCTURE: version 2.0
  set_bits(csd, 95, 84, kClasses);  // CCC
  set_bits(csd, 69, 48, g.size);    // C_SIZE
}

void close_with_crc(LongRegister& r) {
  r[15] = static_cast<std::uint8_t>(crc7(std::span{r}.first(15)) << 1 | 1);
}

}  // namespace

LongRegister card_identification() {
  LongRegister cid{0x4C, 'L', 'F', 'F', 'R', 'A', 'M', 'E', 0x10, 0, 0, 0, 1, 0, 0, 0};
  set_bits(cid, 19, 8, 26 << 4 | 1);  // MDT: January 2026.
  close_with_crc(cid);
  return cid;
}

LongRegister card_specific_data(const SdGeometry& geometry, const ProgrammableBits& programmable,
                                bool high_speed) {
  LongRegister csd{};
  set_bits(csd, 119, 112, 0x0E);                        // TAAC: 1 ms
  set_bits(csd, 103, 96, high_speed ? 0x5A : 0x32);     // TRAN_SPEED: 50 or 25 Mbit/s
  set_bits(csd, 83, 80, geometry.block_length);         // READ_BL_LEN
  set_bits(csd, 46, 46, 1);                             // ERASE_BLK_EN
  set_bits(csd, 45, 39, geometry.erase_sector_size());  // SECTOR_SIZE
  set_bits(csd, 28, 26, 2);                             // R2W_FACTOR
  set_bits(csd, 25, 22, geometry.block_length);         // WRITE_BL_LEN
  set_bits(csd, kCopy, kCopy, programmable.copy ? 1 : 0);
  set_bits(csd, kPermWriteProtect, kPermWriteProtect, programmable.permanent_protection ? 1 : 0);
  set_bits(csd, kTmpWriteProtect, kTmpWriteProtect, programmable.temporary_protection ? 1 : 0);
  geometry.high() ? set_high_size(csd, geometry) : set_standard_size(csd, geometry);
  close_with_crc(csd);
  return csd;
}

ProgrammableBits programmable_bits(const LongRegister& csd) {
  return {bit(csd, kCopy), bit(csd, kPermWriteProtect), bit(csd, kTmpWriteProtect)};
}

std::array<std::uint8_t, 8> configuration() {
  std::array<std::uint8_t, 8> scr{};
  set_bits(scr, 59, 56, 2);  // SD_SPEC: 2.00 or later
  set_bits(scr, 51, 48, 5);  // SD_BUS_WIDTHS: 1 and 4
  set_bits(scr, 47, 47, 1);  // SD_SPEC3
  set_bits(scr, 33, 32, 2);  // CMD_SUPPORT: CMD23
  return scr;
}

std::array<std::uint8_t, 64> sd_status(SdCapacity capacity, bool wide) {
  constexpr std::uint64_t kUnit512KiB = 6;
  constexpr std::uint64_t kUnit4MiB = 9;
  std::array<std::uint8_t, 64> status{};
  set_bits(status, 511, 510, wide ? 2 : 0);  // DAT_BUS_WIDTH
  set_bits(status, 431, 428, capacity == SdCapacity::kHigh ? kUnit4MiB : kUnit512KiB);  // AU_SIZE
  set_bits(status, 423, 408, 1);  // ERASE_SIZE: of one such unit
  set_bits(status, 407, 402, 1);  // ERASE_TIMEOUT: 1 s
  return status;
}

std::array<std::uint8_t, 64> switch_status(std::uint32_t argument, bool& high_speed) {
  constexpr unsigned kKeep = 0xF;
  std::array<std::uint8_t, 64> status{};
  bool valid = true;
  for (unsigned group = 1; group <= 6; ++group) {
    const unsigned functions = group == 1 ? 2 : 1;
    set_bits(status, 400 + 16 * group - 1, 384 + 16 * group, 0x8000 | ((1U << functions) - 1));
    const unsigned asked = argument >> (4 * (group - 1)) & 0xF;
    const unsigned present = group == 1 && high_speed ? 1 : 0;
    unsigned result = asked == kKeep ? present : asked;
    if (result >= functions) {
      result = kKeep;  // Not supported: the whole request has no effect.
      valid = false;
    }
    set_bits(status, 376 + 4 * (group - 1) + 3, 376 + 4 * (group - 1), result);
  }
  set_bits(status, 511, 496, valid ? 100 : 0);  // Maximum current, mA; 0 is an error.
  const bool do_switch = (argument >> 31) != 0;
  if (do_switch && valid && (argument & 0xF) != kKeep) high_speed = (argument & 0xF) == 1;
  return status;
}

}  // namespace linefill::sd
