// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/cache/outer_maintenance.hpp"
#include "models/core/address.hpp"
#include "models/core/attributes.hpp"
#include "models/core/line_marks.hpp"
#include "models/core/observer.hpp"
#include "models/core/time.hpp"
#include "models/core/write_hints.hpp"

namespace linefill {

/// One transaction of a core's bus interface unit.
struct CoreTransaction {
  bool write = false;
  PhysicalAddress address{0};
  /// Read into, or written from; within one line.
  std::span<std::byte> data{};
  Attributes attributes{};
  /// Line fills and write-backs only: see `BusExtension::marks`. Null where nobody observes.
  LineMarks* marks = nullptr;
  bool speculative = false;
  WriteBackCause write_back_cause = WriteBackCause::kEviction;
  WriteHints hints{};
};

/// What lies below a core's L1, as its blocks see it. In the processor it is a TLM socket, in a
/// block's test a fake.
class CoreBus {
 public:
  /// Performs the transaction at `now`; on return `now` is when it ended.
  virtual BusResponse transport(const CoreTransaction& transaction, Time& now) = 0;
  /// As a debugger: no side effects, no time. False: nothing is there.
  virtual bool debug(bool write, PhysicalAddress address, std::span<std::byte> data) = 0;
  /// The cache below that CP15 operates; null if there is none.
  virtual OuterMaintenance* outer() const { return nullptr; }
  /// Whether memory answers at this address, or a device's registers (or nothing).
  virtual bool is_memory(PhysicalAddress address) = 0;
  /// The core is about to make accesses at its present time: lets everything that is due by then
  /// happen first.
  virtual void catch_up() = 0;

 protected:
  ~CoreBus() = default;
};

}  // namespace linefill
