// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"

namespace linefill {

/// What an access wants to do with the memory it translates for.
enum class AccessType : std::uint8_t { kRead, kWrite, kFetch };

/// The five status bits FS[4], FS[3:0] of DFSR and IFSR (ARM ARM, table B3-23, short descriptors).
enum class FaultStatus : std::uint8_t {
  kAlignment = 0b00001,
  kDebugEvent = 0b00010,
  kAccessFlagSection = 0b00011,
  kInstructionCacheMaintenance = 0b00100,
  kTranslationSection = 0b00101,
  kAccessFlagPage = 0b00110,
  kTranslationPage = 0b00111,
  kExternal = 0b01000,
  kDomainSection = 0b01001,
  kDomainPage = 0b01011,
  kExternalOnWalkLevel1 = 0b01100,
  kPermissionSection = 0b01101,
  kExternalOnWalkLevel2 = 0b01110,
  kPermissionPage = 0b01111,
  kAsynchronousExternal = 0b10110,
};

/// Why an access failed, as the fault status registers tell it.
struct Fault {
  FaultStatus status = FaultStatus::kTranslationSection;
  std::uint8_t domain = 0;   ///< Where the descriptor that has it was read; else 0.
  bool slave_error = false;  ///< ExT: an external abort came of SLVERR, not of DECERR.

  friend constexpr bool operator==(const Fault&, const Fault&) = default;
};

/// The status of an external abort that the bus answered by `response`, which is not kOkay.
constexpr Fault external_fault(FaultStatus status, BusResponse response, std::uint8_t domain = 0) {
  return {status, domain, response == BusResponse::kSlaveError};
}

/// AP[2:0] of a descriptor (ARM ARM, table B3-8). With SCTLR.AFE, AP[0] is the access flag, and
/// what is left means the same with AP[0] set.
enum class AccessPermission : std::uint8_t {
  kNone = 0,
  kPrivilegedReadWrite = 1,
  kUserReadOnly = 2,
  kReadWrite = 3,
  kReserved = 4,  ///< Treated as kNone.
  kPrivilegedReadOnly = 5,
  kReadOnlyDeprecated = 6,
  kReadOnly = 7,
};

/// Whether AP alone allows a read or a write.
constexpr bool permits(AccessPermission ap, bool write, bool privileged) {
  switch (ap) {
    case AccessPermission::kPrivilegedReadWrite:
      return privileged;
    case AccessPermission::kUserReadOnly:
      return privileged || !write;
    case AccessPermission::kReadWrite:
      return true;
    case AccessPermission::kPrivilegedReadOnly:
      return privileged && !write;
    case AccessPermission::kReadOnlyDeprecated:
    case AccessPermission::kReadOnly:
      return !write;
    case AccessPermission::kNone:
    case AccessPermission::kReserved:
      break;
  }
  return false;
}

/// Where a virtual address lies in memory, and what its descriptor says of it.
struct Translation {
  PhysicalAddress pa{0};          ///< Of the very byte that was asked for.
  MemoryAttributes attributes{};  ///< As they take effect: see `Mmu::translate`.
  std::uint8_t page_shift =
      12;  ///< Size: 12 small page, 16 large page, 20 section, 24 supersection.
  std::uint8_t domain = 0;
  AccessPermission permission = AccessPermission::kReadWrite;
  bool execute_never = false;
  bool global = true;
  bool non_secure = false;  ///< The descriptor's NS bit.
  bool page = false;        ///< Came from a second-level descriptor: decides between fault codes.
};

}  // namespace linefill
