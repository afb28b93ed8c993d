// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/attributes.hpp"
#include "models/translation/translation.hpp"

namespace linefill {

/// Why an address has no translation, whatever the format of the tables.
enum class WalkFaultKind : std::uint8_t {
  kTranslation,
  kAddressSize,
  kAccessFlag,
  kPermission,
  kExternal,
};

struct WalkFault {
  WalkFaultKind kind = WalkFaultKind::kTranslation;
  unsigned level = 0;                         ///< Of the look-up in the tables.
  BusResponse response = BusResponse::kOkay;  ///< How the bus answered, for kExternal.

  friend constexpr bool operator==(const WalkFault&, const WalkFault&) = default;
};

/// The fault of a short-descriptor walk. Domain faults do not occur in an IOMMU.
constexpr WalkFault walk_fault_of(const Fault& fault) {
  using enum FaultStatus;
  const BusResponse response =
      fault.slave_error ? BusResponse::kSlaveError : BusResponse::kDecodeError;
  switch (fault.status) {
    case kTranslationPage:
      return {WalkFaultKind::kTranslation, 2};
    case kAccessFlagSection:
      return {WalkFaultKind::kAccessFlag, 1};
    case kAccessFlagPage:
      return {WalkFaultKind::kAccessFlag, 2};
    case kPermissionSection:
    case kDomainSection:
      return {WalkFaultKind::kPermission, 1};
    case kPermissionPage:
    case kDomainPage:
      return {WalkFaultKind::kPermission, 2};
    case kExternalOnWalkLevel1:
      return {WalkFaultKind::kExternal, 1, response};
    case kExternalOnWalkLevel2:
      return {WalkFaultKind::kExternal, 2, response};
    default:
      return {WalkFaultKind::kTranslation, 1};
  }
}

}  // namespace linefill
