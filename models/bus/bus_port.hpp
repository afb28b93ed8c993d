// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// The bus as a block sees it that is a bus master: PL330, CLCD, a page-table walker. In a shell it
/// is an `InitiatorPort`, in a block's test a fake.
class BusPort {
 public:
  /// Moves `data` as one burst that starts at `now`; on return `now` is when it ended.
  virtual BusResponse read(PhysicalAddress address, std::span<std::byte> data,
                           const Attributes& attributes, Time& now) = 0;
  virtual BusResponse write(PhysicalAddress address, std::span<const std::byte> data,
                            const Attributes& attributes, Time& now) = 0;

 protected:
  ~BusPort() = default;
};

}  // namespace linefill
